import { expect, test } from '@playwright/test';
import { expectFigure, lspciText, openApp, pasteInto, qemuMaps, verdict } from './app.ts';

/** A root port, and below it a card of two functions. */
const bridgeText = `00:01.0 PCI bridge: Example Root Port (prog-if 00 [Normal decode])
\tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
\tMemory behind bridge: fc000000-fcffffff [size=16M] [32-bit]
\tPrefetchable memory behind bridge: 0000003800000000-0000003bffffffff [size=16G] [64-bit]

01:00.0 VGA compatible controller: Example GPU
\tRegion 2: Memory at 3900000000 (64-bit, prefetchable) [size=4G]

01:00.1 Audio device: Example audio
\tRegion 0: Memory at 3a00000000 (64-bit, prefetchable) [size=16K]
`;

test('a real maps file: its VMAs, its mmap_base, its answer, and all of it in the link', async ({ page }) => {
  await openApp(page);
  await pasteInto(page, qemuMaps());
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('status')).toContainText('461 VMAs');
  await expect(dialog.getByRole('status')).toContainText('0x7f43_7dad_c000');
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(dialog).toBeHidden();
  // Its malloc arenas lie lowest and are aligned to 64 MiB: luck gives 2 MiB leaves.
  await expectFigure(page, '1,024');
  await expect(page).toHaveURL(/vmas=/);
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expectFigure(page, '1,024');
});

test('a broken maps file: the line is named; keep the rest or change nothing', async ({ page }) => {
  await openApp(page);
  const lines = qemuMaps().split('\n');
  lines.splice(2, 0, '7f0000002000-7f0000001000 r--p 00000000 00:00 0', 'what is this');
  await pasteInto(page, lines.join('\n'));
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 lines not read');
  await expect(dialog).toContainText('line 3');
  await expect(dialog).toContainText('line 4');
  await dialog.getByRole('button', { name: /Change nothing/ }).click();
  await expectFigure(page, '524,288');
  await expect(page).not.toHaveURL(/vmas=/);

  await pasteInto(page, lines.join('\n'));
  await dialog.getByRole('button', { name: /^Use the 461/ }).click();
  await expectFigure(page, '1,024');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectFigure(page, '524,288');
});

test('lspci: choose a BAR', async ({ page }) => {
  await openApp(page);
  await pasteInto(page, lspciText());
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /0x40_0010_0000/ }).check();
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(page.getByRole('textbox', { name: 'Physical base' })).toHaveValue('0x40_0010_0000');
  await expectFigure(page, '128');
});

test('lspci with a bridge: its window and the neighbours in it are drawn, linked and in the table', async ({
  page,
}) => {
  await openApp(page);
  await pasteInto(page, bridgeText);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(page).toHaveURL(/win=0000:00:01\.0@0x38_0000_0000\+16G\.pref/);
  await expect(page).toHaveURL(/others=0000:01:00\.1\/0@232G\+16K/);
  await page.getByText('As tables').click();
  const table = page.getByRole('table', { name: 'Physical address space' });
  await expect(table.getByRole('row')).toContainText([
    'Alignment',
    'prefetchable bridge window, 0000:00:01.0',
    'BAR 2',
    'mapped',
    'BAR 0 of 0000:01:00.1',
  ]);
  await expect(table.getByRole('row', { name: /BAR 2/ })).toContainText('4 GiB');

  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await expect(page.getByRole('textbox', { name: 'Physical base' })).toHaveValue('0x39_0000_0000');
  await expect(page.getByText('Bridge window of 16 GiB')).toBeVisible();
});

test('a dropped file opens the dialog', async ({ page }) => {
  await openApp(page);
  const data = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'maps', { type: 'text/plain' }));
    return transfer;
  }, qemuMaps());
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('461 VMAs');
});

test('pasted markup is only text', async ({ page }) => {
  await openApp(page);
  await pasteInto(
    page,
    '<img src=x onerror="document.title=\'owned\'">\n<script>document.title="owned"</script>',
  );
  await expect(page.getByRole('dialog')).toContainText('onerror');
  await expect(page).not.toHaveTitle('owned');
});

test('65,530 VMAs load, are searched, and drag', async ({ page }) => {
  await openApp(page);
  const lines: string[] = [];
  let at = 0x7000_0000_0000;
  for (let i = 0; i < 65_529; i++) {
    lines.push(`${at.toString(16)}-${(at + 4096).toString(16)} rw-p 00000000 00:00 0`);
    at += i % 3 === 0 ? 12288 : 4096;
  }
  lines.push('7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]');
  // Through the clipboard: typing three megabytes key by key is not what a person does.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(text => navigator.clipboard.writeText(text), lines.join('\n'));
  await page.getByRole('button', { name: 'Paste maps, lspci…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /^Text of maps/ }).press('Control+v');
  await expect(dialog.getByRole('status')).toContainText('65,530 VMAs');
  await dialog.getByRole('button', { name: /^Use/ }).click();
  await expect(verdict(page)).toContainText('leaves');
  const slider = page.getByRole('slider', { name: 'Length' });
  await slider.focus();
  for (let i = 0; i < 10; i++) await slider.press('ArrowLeft');
  await expect(verdict(page)).toContainText('PTE');
});
