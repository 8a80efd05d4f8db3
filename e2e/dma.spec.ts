import { expect, type Locator, type Page, test } from '@playwright/test';
import { dragSlider, violations } from './app.ts';

const openLab = async (page: Page, hash = ''): Promise<void> => {
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`/#1&s=labs${hash}`);
  await expect(page.getByRole('heading', { name: 'What does DMA mapping do with it?' })).toBeVisible();
};

const verdict = (page: Page): Locator => page.getByRole('region', { name: 'Verdict' });
const figure = (page: Page, name: string): Locator =>
  verdict(page).getByRole('row', { name }).getByRole('cell').first();

test('tells steps, faults and entries of the mapping on the Map', async ({ page }) => {
  await openLab(page);
  await expect(figure(page, 'Steps of the pin loop')).toHaveText('524,288');
  await expect(figure(page, 'IOMMU entries')).toHaveText('2');
  await expect(figure(page, 'Calls of iommu_map()')).toHaveText('1');
  const rows = page.getByRole('region', { name: 'Leaves and steps by VA' }).getByRole('row');
  await expect(rows.filter({ hasText: 'the best VA' })).toContainText('2 PUD leaves');
  await expect(rows.filter({ hasText: '2 × 1 GiB' })).toHaveCount(4);
});

test('a drag of the IOVA is one step of undo and goes into the link', async ({ page }) => {
  await openLab(page);
  const slider = page.getByRole('slider', { name: 'IOVA' });
  await dragSlider(page, slider, 0.27, 0.61);
  await page.mouse.up();
  await expect(page).toHaveURL(/di=0x/);
  await expect(page.getByRole('textbox', { name: 'IOVA' })).not.toHaveValue('0x38_0000_0000');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('textbox', { name: 'IOVA' })).toHaveValue('0x38_0000_0000');
});

test('arrows move the IOVA by a page, and a button leads back to the best', async ({ page }) => {
  await openLab(page);
  await page.getByRole('slider', { name: 'IOVA' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(figure(page, 'IOMMU entries')).toHaveText('524,288');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByRole('textbox', { name: 'IOVA' })).toHaveValue('0x38_0020_1000');
  await page.getByRole('button', { name: /^Best below/ }).click();
  await expect(figure(page, 'IOMMU entries')).toHaveText('2');
});

test('the IOMMU, its sizes, the kernel and the memory decide, each in its own figure', async ({ page }) => {
  await openLab(page, '&p=xu1');
  await expect(figure(page, 'Steps of the pin loop')).toHaveText('2');
  await page.getByLabel('Kernel', { exact: true }).selectOption('6.14');
  await expect(figure(page, 'Steps of the pin loop')).toHaveText('524,288');
  await expect(figure(page, 'Faults on the way')).toHaveText('2');
  await page.getByRole('checkbox', { name: '1 GiB' }).uncheck();
  await expect(figure(page, 'IOMMU entries')).toHaveText('1,024');
  await expect(page).toHaveURL(/dz=4K\.2M/);
  await page.getByLabel('IOMMU', { exact: true }).selectOption('amd1');
  await expect(figure(page, 'IOMMU entries')).toHaveText('1');
  await page.getByLabel('What is mapped').selectOption('pages');
  await expect(figure(page, 'Calls of iommu_map()')).toHaveText('524,288');
  await expect(page.getByRole('region', { name: 'Steps by kernel' })).toContainText('Pointers compared');
});

test('opens from a link, and says why a call is refused', async ({ page }) => {
  await openLab(page, '&du=smmu64k&dv=page-off&dh=off');
  await expect(page.getByLabel('VA off by 4 KiB')).toBeChecked();
  await expect(page.getByLabel('disable_hugepages')).toBeChecked();
  await expect(verdict(page)).toContainText('EINVAL');
  await expect(verdict(page)).toContainText('multiples of 64 KiB');
  await page.getByLabel('IOMMU', { exact: true }).selectOption('vtd2');
  await expect(figure(page, 'Calls of iommu_map()')).toHaveText('524,288');
});

test('maps the sizes of the threads', async ({ page }) => {
  await openLab(page, '&p=xu1');
  await page.getByRole('button', { name: '32 GiB' }).click();
  await expect(figure(page, 'Steps of the pin loop')).toHaveText('32');
  await expect(figure(page, 'IOMMU entries')).toHaveText('32');
  await page.getByRole('button', { name: '1 TiB' }).click();
  await expect(figure(page, 'Steps of the pin loop')).toHaveText('1,024');
});

test('a mapping that failed leaves a reason and ordinary memory', async ({ page }) => {
  await openLab(page, '&len=4G');
  await expect(page.getByText('ends 2 GiB beyond the 2 GiB BAR')).toBeVisible();
  await page.getByRole('button', { name: 'Map ordinary memory' }).click();
  await expect(figure(page, 'Runs')).toHaveText('2,048');
});

test('reads three addresses under the pointer, and has the picture as tables', async ({ page }) => {
  await openLab(page);
  const picture = page.getByRole('img', { name: /^Three rulers over one axis/ });
  await picture.hover();
  await expect(page.getByText(/^IOVA 0x38_/)).toBeVisible();
  await page.getByText('The picture as tables').click();
  const table = page.getByRole('table', { name: 'Entries in the IOMMU’s table' });
  await expect(table.getByRole('row').nth(1)).toContainText('0x38_8000_0000');
});

test('speaks the verdict when the hand has rested', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: '+2 MiB' }).click();
  await expect(page.getByRole('status').filter({ hasText: '1,024 IOMMU entries' })).toBeAttached();
});

for (const theme of ['dark', 'light', 'projector'])
  test(`axe finds nothing, and the page does not scroll sideways: ${theme}`, async ({ page }) => {
    await page.addInitScript(t => localStorage.setItem('hugemap.theme', t), theme);
    await openLab(page, '&du=amd1');
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('The picture as tables').click();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });
