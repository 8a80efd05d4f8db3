import { expect, type Page, test } from '@playwright/test';
import { expectFigure, lspciText, openApp, qemuMaps, violations } from './app.ts';

const answer = (page: Page) => page.getByRole('list', { name: 'Device mappings' });
const headline = (page: Page) => page.locator('.summary h2');

/** maps and lspci of a QEMU whose 2 GiB BAR lies 336 KiB off. */
const MAPS = `555555554000-555556422000 r-xp 00000000 fd:00 1234   /usr/bin/qemu-system-x86_64
7ffe6cc54000-7ffeecc54000 rw-s 20000000000 00:0f 1057   anon_inode:[vfio-device]
7ffff7fc6000-7ffff7fff000 r-xp 00000000 fd:00 99   /usr/lib/ld-linux-x86-64.so.2
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0   [stack]
`;
const LSPCI = `41:00.0 3D controller: example
	Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]
	Kernel driver in use: vfio-pci
`;

const openDiagnose = async (page: Page, hash = '#1&s=diagnose'): Promise<void> => {
  await page.goto(`/${hash}`);
  await expect(page.getByRole('heading', { name: 'What a real machine prints, judged' })).toBeVisible();
};

/** Pastes as a person does: text on the clipboard, the field focused, Ctrl+V. */
const paste = async (page: Page, text: string): Promise<void> => {
  const field = page.getByRole('textbox', { name: /^Paste/ });
  await field.focus();
  await field.evaluate((element, pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
};

test('maps and lspci of a badly mapped BAR: verdict, cause, fix, and the Map', async ({ page }) => {
  await openApp(page);
  await page.getByRole('link', { name: 'Diagnose' }).click();
  await paste(page, MAPS);
  await paste(page, LSPCI);
  await paste(page, '7.3.0\n');
  await expect(headline(page)).toHaveText(/The BAR is mapped badly/);
  const row = answer(page).getByRole('listitem').first();
  await expect(row).toContainText('BAR 2');
  await expect(row).toContainText('524,288 PTE');
  await expect(row).toContainText('could be 2 PUD');
  await expect(row).toContainText('716.33 MiB apart');
  await expect(row).toContainText('0x7ffe_4000_0000');
  const fixes = page.getByRole('region', { name: 'Cause and fix' });
  await expect(fixes).toContainText('34d7cf637c43');
  await expect(fixes).toContainText('QEMU 9.2');
  await row.getByRole('button', { name: 'Open in Map: BAR 2' }).click();
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('524,288');
  await expect(page.getByText('0x7ffe_6cc5_4000').first()).toBeVisible();
  await page.goBack();
  await expect(headline(page)).toHaveText(/The BAR is mapped badly/);
});

test('order does not matter, and everything travels in the link', async ({ page, context }) => {
  await openDiagnose(page);
  await paste(page, `${LSPCI}\n${MAPS}`);
  await expect(headline(page)).toHaveText(/mapped badly/);
  await page.getByRole('textbox', { name: 'Kernel' }).fill('6.12.117');
  await page.keyboard.press('Enter');
  const other = await context.newPage();
  await expect.poll(() => page.url()).toContain('dk=6.12.117');
  await other.goto(page.url());
  await expect(headline(other)).toHaveText(/mapped badly/);
  await expect(other.getByRole('textbox', { name: 'Kernel' })).toHaveValue('6.12.117');
});

test('an older kernel is the cause where it is', async ({ page }) => {
  await openDiagnose(page);
  await paste(page, MAPS);
  await paste(page, LSPCI);
  await page.getByRole('textbox', { name: 'Kernel' }).fill('6.1.0');
  await page.keyboard.press('Enter');
  await expect(answer(page)).toContainText(/6\.12|6\.1/);
  await page.getByRole('textbox', { name: 'Kernel' }).fill('latest');
  await expect(page.getByText('not a version such as')).toBeVisible();
  await expect(headline(page)).not.toHaveText('');
});

test('a count is held against every layout', async ({ page }) => {
  await openDiagnose(page);
  await paste(page, MAPS);
  await paste(page, LSPCI);
  await page.getByRole('textbox', { name: 'Faults counted' }).fill('524,288');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/524,288 faults match 524,288 PTE leaves, as predicted/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Faults counted' }).fill('2');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/2 faults match 2 PUD leaves/)).toBeVisible();
});

test('real maps and lspci that have nothing to do with each other say what is missing', async ({ page }) => {
  await openDiagnose(page);
  await paste(page, qemuMaps());
  await expect(headline(page)).toHaveText('No device mapping was found');
  await paste(page, lspciText());
  await expect(headline(page)).toHaveText('No device mapping was found');
  await expect(page.getByText(/No VMA shows a device/)).toBeVisible();
});

test('lspci alone tells what each BAR could have, and opens it in the Map', async ({ page }) => {
  await openDiagnose(page);
  await paste(page, LSPCI);
  const bars = page.getByRole('region', { name: 'What its BARs could have' });
  await expect(bars.getByText(/^2 PUD leaves, 2 faults/)).toBeVisible();
  await expect(bars.getByText('1 more BAR has room', { exact: false })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await bars.getByRole('button', { name: /^Open in Map: .* BAR 2$/ }).click();
  await expectFigure(page, '524,288');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(bars).toBeVisible();
});

test('files are dropped, and removed again', async ({ page }) => {
  await openDiagnose(page);
  await page.evaluate(
    ([maps, lspci]) => {
      const data = new DataTransfer();
      data.items.add(new File([maps ?? ''], 'maps.txt', { type: 'text/plain' }));
      data.items.add(new File([lspci ?? ''], 'lspci.txt', { type: 'text/plain' }));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [MAPS, LSPCI],
  );
  await expect(page.getByRole('heading', { name: '1 maps.txt' })).toBeVisible();
  await expect(headline(page)).toHaveText(/mapped badly/);
  await page.getByRole('button', { name: 'Remove lspci.txt' }).click();
  await expect(page.getByText(/Paste lspci -vv/)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { name: '2 lspci.txt' })).toBeVisible();
});

test('hostile and damaged text is named by its lines and loses nothing', async ({ page }) => {
  await openDiagnose(page);
  await paste(page, MAPS);
  await paste(
    page,
    '<img src=x onerror="window.broken = 1">\n7ffe00000000-7ffd00000000 rw-s 0 00:0f 1 anon_inode:[vfio-device]\n',
  );
  await expect(page.getByText(/lines? not read/)).toBeVisible();
  await expect(answer(page)).toContainText('BAR 2');
  expect(await page.evaluate('window.broken')).toBeUndefined();
});

for (const theme of ['dark', 'light', 'projector'])
  test(`axe finds nothing in ${theme}, empty and answered`, async ({ page }) => {
    await page.addInitScript(name => localStorage.setItem('hugemap.theme', name), theme);
    await openDiagnose(page);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Three BARs, none mapped well' }).click();
    await expect(headline(page)).toHaveText(/3 of 3 BARs/);
    await page.locator('details').evaluateAll(all => {
      for (const d of all) d.setAttribute('open', '');
    });
    expect(await violations(page)).toEqual([]);
  });

test('on a phone nothing is wider than the screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openDiagnose(page);
  await page.getByRole('button', { name: 'Three BARs, none mapped well' }).click();
  await expect(headline(page)).toHaveText(/3 of 3 BARs/);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
});

test('what contradicts what stands in the answer, and a choice of BAR says how many fit', async ({
  page,
}) => {
  await openDiagnose(page);
  await paste(page, MAPS);
  await paste(page, `${LSPCI}\n${LSPCI.replace('41:00.0', '42:00.0').replace('38800', '39000')}`);
  await expect(page.getByRole('combobox', { name: 'It shows' }).locator('option').first()).toHaveText(
    'one of 2 BARs that fit',
  );
  await page.getByRole('button', { name: 'Clear all' }).click();
  await paste(page, MAPS);
  await paste(page, LSPCI);
  await paste(
    page,
    '3800000000-39ffffffff : PCI Bus 0000:40\n  38c0000000-393fffffff : 0000:41:00.0\n    38c0000000-393fffffff : vfio-pci\n',
  );
  await expect(page.getByRole('heading', { name: 'Where the inputs disagree' })).toBeVisible();
  await expect(
    page.getByText(/Lines 5 and 9: \/proc\/iomem has 0x38_c000_0000, 2 GiB where BAR 2/),
  ).toBeVisible();
});

test('P goes to the field, and so does the focus of what is removed', async ({ page }) => {
  await openDiagnose(page);
  const field = page.getByRole('textbox', { name: /^Paste/ });
  await page.keyboard.press('p');
  await expect(field).toBeFocused();
  await expect(page.getByRole('dialog')).toBeHidden();
  await paste(page, MAPS);
  await page.getByRole('button', { name: /^Remove/ }).press('Enter');
  await expect(field).toBeFocused();
  await paste(page, MAPS);
  await page.getByRole('button', { name: 'Clear all' }).press('Enter');
  await expect(field).toBeFocused();
});

test('a head is said once over all its fixes', async ({ page }) => {
  await openDiagnose(page);
  await page.getByRole('button', { name: 'Three BARs, none mapped well' }).click();
  const heads = page.getByRole('region', { name: 'Cause and fix' }).getByRole('term');
  await expect(heads).toHaveText(['Cause', 'In the VMM', 'In the kernel', 'Check it']);
});
