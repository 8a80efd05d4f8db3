import { expect, type Page, test } from '@playwright/test';
import { dragSlider, expectFigure, openApp, pasteInto, qemuMaps, verdict } from './app.ts';

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const kernel = (page: Page) => page.getByRole('combobox', { name: 'Kernel' });
const undo = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true });
const bar = (page: Page) => page.getByRole('region', { name: 'About the link' });
const setHash = (page: Page, hash: string): Promise<void> =>
  page.evaluate(h => {
    location.hash = h;
  }, hash);

test('a size is ticked only where a leaf of it is there', async ({ page }) => {
  await openApp(page, '#1&k=6.12.28&p=xu1&t=desc');
  const fit = page.getByRole('table').filter({ hasText: 'VA − PA' });
  await expect(fit.getByRole('row', { name: /^1 GiB/ })).toContainText('✕');
  await expect(fit.getByRole('row', { name: /^2 MiB/ })).toContainText('✕');
  await page.getByRole('button', { name: 'Touch upwards' }).click();
  await expectFigure(page, '2');
  await expect(fit.getByRole('row', { name: /^2 MiB/ })).toContainText('✓');
});

test('a fix that is only the first step says so', async ({ page }) => {
  await openApp(page, '#1&thp=never&k=7.2');
  await expect(page.getByText('Needed, but not enough')).toHaveCount(2);
  await page.getByRole('button', { name: 'Set it to always' }).click();
  await page.getByRole('button', { name: 'Move it there' }).click();
  await expectFigure(page, '2');
});

test('a refused request is worded as one, and led to a mapping', async ({ page }) => {
  await openApp(page, '#1&len=4G');
  await expect(page.getByRole('heading', { name: 'Why it is refused' })).toBeVisible();
  await page.getByRole('button', { name: 'Map it whole' }).click();
  await expectFigure(page, '524,288');
});

test('one edit of the hash is one step of undo', async ({ page }) => {
  await openApp(page);
  await setHash(page, '#1&k=6.12.117');
  await expectFigure(page, '1,024');
  await undo(page).click();
  await expectFigure(page, '524,288');
  await expect(undo(page)).toBeDisabled();
});

test('Back after a reload is one step of undo', async ({ page }) => {
  await openApp(page);
  await kernel(page).selectOption({ label: 'Linux 6.12.117' });
  // The page follows a choice a frame later, and no hand reloads sooner.
  await expectFigure(page, '1,024');
  await page.reload();
  await expectFigure(page, '1,024');
  await page.goBack();
  await expectFigure(page, '524,288');
  await undo(page).click();
  await expectFigure(page, '1,024');
  await expect(undo(page)).toBeDisabled();
});

test('Back after Undo does not redo', async ({ page }) => {
  await openApp(page);
  await kernel(page).selectOption({ label: 'Linux 6.12.117' });
  await undo(page).click();
  await expectFigure(page, '524,288');
  await page.goBack();
  await expectFigure(page, '524,288');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expectFigure(page, '1,024');
});

test('a drag that ends where it began is no step', async ({ page }) => {
  await openApp(page);
  const slider = page.getByRole('slider', { name: 'Length' });
  await dragSlider(page, slider, 1, 0.5);
  const box = await slider.boundingBox();
  if (!box) throw new Error('no slider');
  await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2);
  await page.mouse.up();
  await expectFigure(page, '524,288');
  await expect(undo(page)).toBeDisabled();
  await expect(page).toHaveURL(/\/$/);
});

test('an impossible base is dropped alone, an idle lid is named', async ({ page }) => {
  await openApp(page, '#1&as=bare&base=0x7fff_ffff_f000&lid=0&stack=16M&len=1G');
  await expect(bar(page)).toContainText('mmap_base 0x7fff_ffff_f000');
  await expect(bar(page)).toContainText('Free below 0x0: no effect');
  await expect(field(page, 'Length')).toHaveValue('1 GiB');
  await page.getByText('Layout and stack').click();
  await expect(field(page, 'Stack limit')).toHaveValue('16 MiB');
});

test('a lid that lost its effect can be reset; bottom-up there is none', async ({ page }) => {
  await openApp(page, '#1&as=bare&lid=0x7fff_0000_0000');
  await page.getByText('Layout and stack').click();
  await field(page, 'mmap_base').fill('0x7ff0_0000_0000');
  await field(page, 'mmap_base').press('Enter');
  await expect(page.getByText(/no effect: not below mmap_base/)).toBeVisible();
  await page.getByRole('button', { name: 'Reset' }).first().click();
  await expect(page.getByText(/no effect/)).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Search' }).selectOption({ label: 'bottom-up (legacy)' });
  await expect(field(page, 'Free below')).toHaveCount(0);
});

test('what is wrong with a link is said in words, and goes with the next change', async ({ page }) => {
  await openApp(page, '#1&k=banana&zoom=3&len=1G&len=2M');
  await expect(bar(page)).toContainText('Kernel banana: not a kernel version');
  await expect(bar(page)).toContainText('Used instead: 7.3');
  await expect(bar(page)).toContainText('Not known, and left out: zoom.');
  await expect(bar(page)).toContainText('the last one counts: len.');
  await kernel(page).selectOption({ label: 'Linux 6.12.117' });
  await expect(bar(page)).toHaveCount(0);
});

test('the words about a link have an Undo and a Dismiss that work', async ({ page }) => {
  await openApp(page);
  await setHash(page, '#1&k=banana&len=1G');
  await bar(page).getByRole('button', { name: 'Undo' }).click();
  await expect(bar(page)).toHaveCount(0);
  await expect(field(page, 'Length')).toHaveValue('2 GiB');
  await setHash(page, '#1&k=apple');
  await bar(page).getByRole('button', { name: 'Dismiss' }).click();
  await expect(bar(page)).toHaveCount(0);
});

test('the link that is copied is that of what is shown', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openApp(page, '#1&k=banana&len=1G');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText(/^Link copied/)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/#1&len=1G$/);
});

test('the typed kernel is never stale', async ({ page }) => {
  await openApp(page);
  await kernel(page).selectOption({ label: 'other…' });
  await field(page, 'Version').fill('v6.12');
  await field(page, 'Version').press('Enter');
  await expect(field(page, 'Version')).toHaveValue('6.12');
  await page.getByRole('radio', { name: /Linux 6.12 long-term/ }).check();
  await expect(field(page, 'Version')).toHaveCount(0);
  await expect(kernel(page)).toHaveValue('6.12.117');
});

test('kernels outside the model are marked', async ({ page }) => {
  await openApp(page, '#1&k=5.4');
  await expect(page.getByText('Not checked: extrapolated from 6.1.')).toBeVisible();
  await setHash(page, '#1&k=7.3.2');
  await expect(page.getByText(/Not checked/)).toHaveCount(0);
  await setHash(page, '#1&k=8.0');
  await expect(page.getByText('Not checked: extrapolated from 7.3.')).toBeVisible();
});

test('the menu of kinds follows the mapping type', async ({ page }) => {
  await openApp(page, '#1&f=devZero&fl=private');
  const kinds = page.getByRole('combobox', { name: 'Maps' });
  const shown = () => kinds.locator('option:checked').textContent();
  expect(await shown()).toBe('/dev/zero, private');
  await page.getByText('Flags, THP, touch order').click();
  await page.getByRole('checkbox', { name: /MAP_PRIVATE/ }).uncheck();
  expect(await shown()).toBe('/dev/zero, shared');
});

test('what has no effect on a request is off, and says why', async ({ page }) => {
  await openApp(page, '#1&f=anon&fl=private');
  await expect(field(page, 'Offset')).toBeDisabled();
  await expect(page.getByText(/the offset is ignored/)).toBeVisible();
  await expect(page.getByText('This request maps no BAR')).toBeVisible();
  await expect(page.getByRole('radio', { name: /vfio hook, align to PA/ })).toBeDisabled();
  await expect(verdict(page)).toContainText('there is no file');
  await setHash(page, '#1&f=devMem');
  await expect(verdict(page)).toContainText('remap_pfn_range()');
});

test('MAP_FIXED names what it unmaps', async ({ page }) => {
  await openApp(page, '#1&as=bare&hint=0x7fff_fffd_e000&len=128K&fl=shared.fixed');
  await expect(page.getByText(/unmaps what is there: 1 mapping, 128 KiB of \[stack\]/)).toBeVisible();
});

test('lines that were not read are counted, and nothing offers no use', async ({ page }) => {
  await openApp(page);
  await pasteInto(page, `${qemuMaps()}\n${qemuMaps()}`);
  const dialog = page.getByRole('dialog');
  const lines = qemuMaps()
    .split('\n')
    .filter(l => l.trim() !== '').length;
  await expect(dialog.getByRole('heading', { name: /not read/ })).toContainText(String(lines));
  await expect(dialog).toContainText('count as free');
  await dialog.getByRole('textbox', { name: /^Text of maps/ }).fill('\u0001\u0002\u0003');
  await expect(dialog.getByText('Nothing that can be used')).toBeVisible();
  await expect(dialog.getByRole('button', { name: /^Use/ })).toHaveCount(0);
});

test('an address is never cut', async ({ page }) => {
  await openApp(page, '#1&hint=0x80_0000_0000_0000');
  for (const name of ['Hint', 'Physical base', 'Length'])
    expect(
      await field(page, name).evaluate((e: HTMLInputElement) => e.scrollWidth <= e.clientWidth),
      name,
    ).toBe(true);
});

test.describe('between phone and desktop', () => {
  test.use({ viewport: { width: 1000, height: 760 } });
  test('the drawer leaves the verdict in sight, and gives the focus back', async ({ page }) => {
    await openApp(page);
    const button = page.getByRole('button', { name: 'Controls' });
    await button.click();
    const drawer = page.getByRole('complementary', { name: 'Scenario' });
    await expect(drawer).toBeFocused();
    const strip = await verdict(page).boundingBox();
    const box = await drawer.boundingBox();
    if (!strip || !box) throw new Error('not on screen');
    expect(box.y).toBeGreaterThanOrEqual(strip.y + strip.height - 1);
    expect(strip.y).toBeGreaterThan(0);
    expect(box.y + box.height).toBeLessThanOrEqual(760);
    await page.keyboard.press('Escape');
    await expect(button).toBeFocused();
  });
});

for (const [width, height, least] of [
  [1440, 900, 24],
  [390, 844, 44],
] as const)
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height } });
    test(`every target has ${least} px`, async ({ page }) => {
      await openApp(page);
      if (width < 720) {
        await page.getByRole('button', { name: 'Controls' }).click();
        await expect(page.getByRole('heading', { name: 'Machine', exact: true })).toBeInViewport();
        const drawer = await page.getByRole('complementary', { name: 'Scenario' }).boundingBox();
        expect(drawer?.height).toBe(height - 44);
      }
      const small = await page.evaluate(px => {
        const found: string[] = [];
        for (const e of document.querySelectorAll<HTMLElement>(
          'button, select, input:not([type=radio]):not([type=checkbox]), summary, label.check, label.policy',
        )) {
          const { width: w, height: h } = e.getBoundingClientRect();
          if (h === 0 || !e.checkVisibility()) continue;
          // Within a sentence the lines around it set the limit (WCAG 2.2, 2.5.8); 24 px it has there too.
          const inSentence = e.matches(':is(p, .reasons) :is(.term, .choose)');
          const least = inSentence ? Math.min(px, 24) : px;
          if (h < least - 0.5 || w < least - 0.5)
            found.push(`${e.tagName} ${e.className} ${e.textContent?.slice(0, 20)} ${w}x${h}`);
        }
        return found;
      }, least);
      expect(small).toEqual([]);
    });
  });
