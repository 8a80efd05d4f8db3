import { describe, expect, it, test } from 'vitest';
import { archOf } from '../../src/arch/index.ts';
import { releases } from '../../src/kernel/releases.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { bytes, GiB, MiB, pa } from '../../src/units.ts';
import { roughMeasure } from '../draw/marks.ts';
import { carried } from '../scenario/carried.ts';
import { withFilter, withScreen } from '../scenario/view.ts';
import { logEnd, logPlace, textOf } from './columns.ts';
import { asMarkdown, asTsv } from './copy.ts';
import { bytesText, differenceOf, ratioText } from './differences.ts';
import { groupWith, kernelGroups, type Setting, settingOf } from './kernels.ts';
import { filtered, sorted } from './order.ts';
import { findRow, type Row, rowsOf, usualPins } from './rows.ts';
import { stripMarks } from './strip.ts';
import { tablePicture } from './tablePicture.ts';

const scene: Scenario = {
  ...defaultScenario,
  space: { ...defaultScenario.space, source: { kind: 'preset', id: 'scene' } },
};
const withRequest = (part: Partial<Scenario['request']>): Scenario => ({
  ...scene,
  request: { ...scene.request, ...part },
});
const named = (rows: readonly Row[], id: string): Row => {
  const row = rows.find(r => r.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
};

describe('kernels that answer alike', () => {
  const plain: Setting = settingOf(scene);
  const labels = (setting: Setting, extra = '7.3') => kernelGroups(setting, extra).map(g => g.label);

  it('are grouped by the facts that matter, with the boundaries from the dated changes', () => {
    expect(labels(plain)).toEqual([
      'Linux 6.1 to 6.9',
      'Linux 6.10 to 6.11.6',
      'Linux 6.11.7 and newer 6.11.y',
      'Linux 6.12 to 6.12.9',
      'Linux 6.12.10 and newer 6.12.y',
      'Linux 6.13 to 7.3',
    ]);
  });

  it('part where a hint, the touch order or the THP switch tells them apart', () => {
    expect(labels({ ...plain, hinted: true })).toContain('Linux 6.12 to 6.12.4');
    expect(labels({ ...plain, orderMatters: true })).toContain('Linux 6.12.29 and newer 6.12.y');
    expect(labels({ ...plain, orderMatters: true })).toContain('Linux 6.13 to 6.14.6');
    expect(labels({ ...plain, thpForbids: true })).toContain('Linux 6.13 to 6.18.53');
    expect(labels({ ...plain, thpForbids: true })).toContain('Linux 7.2.8 to 7.3');
  });

  it('cover every release once, whatever the setting', () => {
    for (const hinted of [false, true])
      for (const orderMatters of [false, true])
        for (const thpForbids of [false, true])
          for (const file of ['vfio', 'anon', 'devZero', 'memfd', 'ramfs', 'hugetlbFile'] as const) {
            const groups = kernelGroups({ file, hinted, orderMatters, thpForbids }, '7.3');
            expect(groups.slice(1).map(g => g.from)).toEqual(groups.slice(0, -1).map(g => g.until));
            for (const r of releases) expect(groupWith(groups, r.version)).toBeDefined();
          }
  });

  it('answer alike indeed: every release of a group gives the leaves of its row', () => {
    const rows = rowsOf(scene, ['kernels']);
    for (const { version } of releases) {
      const own = rowsOf({ ...scene, machine: { ...scene.machine, kernel: version } }, ['kernels']);
      const row = findRow(own, scene, `k:${version}`);
      expect(row?.present).toBe(true);
      const group = findRow(rows, scene, `k:${version}`);
      expect(row && textOf(row, 'leaves')).toBe(group && textOf(group, 'leaves'));
      expect(row && textOf(row, 'start')).toBe(group && textOf(group, 'start'));
    }
  });

  it('take in a kernel older than all that are offered', () => {
    expect(labels(plain, '5.10')[0]).toBe('Linux 5.10 to 6.9');
    expect(groupWith(kernelGroups(plain, '7.3'), '5.10')).toBeUndefined();
  });
});

describe('rows', () => {
  const rows = rowsOf(scene, ['kernels', 'policies', 'archs']);

  it('give the figures of the design', () => {
    const figures = (id: string) =>
      (['leaves', 'faults', 'tables', 'skipped', 'start', 'residue'] as const).map(c =>
        textOf(named(rows, id), c),
      );
    expect(figures('k:7.3')).toEqual([
      '524,288 PTE',
      '524,288',
      '1,029 (4.02 MiB)',
      '0',
      '0x7ffe_6cc5_4000',
      '0x2cc5_4000',
    ]);
    expect(figures('k:6.12.117')).toEqual([
      '1,024 PMD',
      '1,024',
      '4 (16 KiB)',
      '336 KiB',
      '0x7ffe_6cc0_0000',
      '0x2cc0_0000',
    ]);
    expect(figures('p:xu1')).toEqual(['2 PUD', '2', '1 (4 KiB)', '716.33 MiB', '0x7ffe_4000_0000', '0']);
  });

  it('count the bits of the address that alignment fixes', () => {
    expect(textOf(named(rows, 'k:7.3'), 'aslr')).toBe('0');
    expect(textOf(named(rows, 'k:6.12.117'), 'aslr')).toBe('9');
    expect(textOf(named(rows, 'p:xu1'), 'aslr')).toBe('18');
    expect(textOf(named(rows, 'p:qemu'), 'aslr')).toBe('18');
  });

  it('say why there is no answer', () => {
    const long = rowsOf(withRequest({ length: bytes(4 * GiB) }), ['kernels', 'policies']);
    for (const row of long) expect(row.measures).toMatchObject({ ok: false });
    expect(named(rows, 'p:nommu').measures).toMatchObject({ ok: false, errno: 'ENODEV' });
  });

  it('are named by any release of their group', () => {
    expect(findRow(rows, scene, 'k:6.14')?.id).toBe('k:7.3');
    expect(findRow(rows, scene, 'k:6.12.60')?.id).toBe('k:6.12.117');
    expect(findRow(rows, scene, 'p:gone')).toBeUndefined();
    expect(findRow(rows, scene, 'k:gone')).toBeUndefined();
  });

  it('open as the Scenario that they answer', () => {
    expect(named(rows, 'k:6.12.117').scenario.machine).toEqual({
      ...scene.machine,
      kernel: '6.12.117',
    });
    expect(named(rows, 'p:xu1').scenario.machine.policy).toBe('xu1');
    expect(named(rows, 'a:riscv64-sv39').scenario.machine.arch).toBe('riscv64-sv39');
  });

  it('pin what the Map shows and the best of the others, unless told otherwise', () => {
    const [own, best] = usualPins(rows);
    expect(own).toBe('k:7.3');
    expect(textOf(named(rows, best ?? ''), 'faults')).toBe('2');
    expect(usualPins([])).toEqual([]);
  });
});

describe('another architecture', () => {
  it('keeps sizes in bytes and rounds to its pages, saying so', () => {
    const odd = {
      ...withRequest({ offset: bytes(4096), length: bytes(MiB - 4096) }),
      device: { ...scene.device, bar: { ...scene.device.bar, base: pa(0x38_8000_1000) } },
    };
    const { scenario, notes } = carried(odd, archOf('arm64-64k-48'));
    // mmap() rounds the length up by itself, so the way back to small pages finds it again.
    expect(scenario.request).toMatchObject({ offset: 0, length: MiB - 4096 });
    // The BAR is hardware: it is not moved, whether this machine can map it or not.
    expect(scenario.device).toEqual(odd.device);
    expect(notes).toEqual(['offset rounded to 0', 'length rounded to 1 MiB']);
  });

  it('leaves what fits as it is', () => {
    expect(carried(scene, archOf('arm64-4k-48')).notes).toEqual([]);
    expect(carried(scene, archOf('x86_64-4')).scenario).toBe(scene);
  });
});

describe('order', () => {
  const rows = rowsOf(scene, ['kernels', 'policies']);
  const ids = (list: readonly Row[]) => list.map(r => r.id);

  it('is stable: equal rows keep theirs, upwards and downwards', () => {
    for (const down of [false, true]) {
      const list = sorted(rows, { by: 'faults', down });
      const faults = (r: Row) => (r.measures.ok ? r.measures.device?.faults : undefined);
      for (const group of ['kernels', 'policies']) {
        const own = list.filter(r => r.group === group);
        own.slice(1).forEach((row, i) => {
          const before = own[i];
          if (before === undefined || faults(before) !== faults(row)) return;
          expect(ids(rows).indexOf(before.id)).toBeLessThan(ids(rows).indexOf(row.id));
        });
      }
    }
  });

  it('puts rows without the figure last, both ways', () => {
    for (const down of [false, true]) expect(sorted(rows, { by: 'start', down }).at(-1)?.id).toBe('p:nommu');
  });

  it('keeps the groups together, and every row', () => {
    const list = sorted(rows, { by: 'skipped', down: true });
    expect([...ids(list)].sort()).toEqual([...ids(rows)].sort());
    expect(list.findIndex(r => r.group === 'policies')).toBe(rows.findIndex(r => r.group === 'policies'));
    expect(sorted(rows, undefined)).toBe(rows);
  });

  it('finds rows by name, note, leaves and error', () => {
    expect(ids(filtered(rows, '6.12'))).toEqual(['k:6.12', 'k:6.12.117']);
    expect(ids(filtered(rows, 'ENODEV'))).toEqual(['p:nommu']);
    for (const row of filtered(rows, 'pud  XU')) expect(textOf(row, 'leaves')).toContain('PUD');
    expect(filtered(rows, '  ')).toBe(rows);
  });
});

describe('differences', () => {
  const rows = rowsOf(scene, ['kernels', 'policies']);
  const base = named(rows, 'k:7.3');

  it('are ratios of counts and distances of bytes', () => {
    const thp = named(rows, 'p:thp');
    expect(differenceOf(thp, base, 'faults')).toBe('×512 fewer');
    expect(differenceOf(thp, base, 'skipped')).toBe('+336 KiB');
    expect(differenceOf(thp, base, 'start')).toBe('−336 KiB');
    expect(differenceOf(thp, base, 'aslr')).toBe('+9');
    expect(differenceOf(base, thp, 'faults')).toBe('×512 more');
    expect(differenceOf(base, base, 'faults')).toBe('baseline');
    expect(differenceOf(named(rows, 'p:nommu'), base, 'faults')).toBe('');
  });

  test.each([
    [2, 2, 'same'],
    [0, 512, '512 fewer'],
    [3, 0, '3 more'],
    [3, 2, '×1.5 more'],
    [524_288, 524_287, '1 more'],
    [1, 524_288, '×524,288 fewer'],
  ])('%d against %d is %s', (own, other, text) => expect(ratioText(own, other)).toBe(text));

  it('have a sign that is a minus', () => expect(bytesText(4096, 8192)).toBe('−4 KiB'));
});

describe('scales and strips', () => {
  it('stand still within a power of ten', () => {
    expect(logEnd(524_288)).toBe(1_000_000);
    expect(logEnd(1)).toBe(10);
    expect(logPlace(0, 100)).toBe(0);
    expect(logPlace(10, 100)).toBeCloseTo(0.5);
    expect(logPlace(100, 100)).toBe(1);
  });

  it('stay inside their width, however thin a run', () => {
    for (const row of rowsOf(withRequest({ length: bytes(GiB + 4096) }), ['kernels', 'policies', 'archs'])) {
      if (!row.measures.ok) continue;
      for (const m of stripMarks(row.measures, 2 * GiB, 200, 26)) {
        if (m.kind !== 'leaves') continue;
        expect(m.x).toBeGreaterThanOrEqual(0);
        expect(m.x + m.w).toBeLessThanOrEqual(200.001);
        expect(m.w).toBeGreaterThanOrEqual(2.5);
      }
    }
  });
});

describe('copies', () => {
  const rows = rowsOf(scene, ['kernels']);

  it('have a line a row', () => {
    const lines = asMarkdown(rows, undefined).split('\n');
    expect(lines).toHaveLength(rows.length + 2);
    expect(lines[0]).toBe(
      '| Policy | Leaves | Faults | Page-table pages | VA skipped | Start VA | VA − PA mod 1 GiB | Gap needed, found | ASLR bits lost |',
    );
    expect(
      asTsv(rows, undefined)
        .split('\n')
        .map(l => l.split('\t').length),
    ).toEqual(Array(rows.length + 1).fill(9));
  });

  it('carry the differences', () => {
    expect(asTsv(rows, named(rows, 'k:7.3'))).toContain('1,024 PMD [×512 fewer]');
  });
});

describe('what is looked at', () => {
  it('changes without changing the request', () => {
    const there = withScreen('compare')(scene);
    expect(there).toEqual({ ...scene, view: { ...scene.view, screen: 'compare' } });
    expect(withScreen('compare')(there)).toBe(there);
  });

  it('filters by what a link can carry', () => {
    expect(withFilter(`a\u{1f600}b\n${'x'.repeat(200)}`)(scene).view.compare.filter).toBe(
      `ab${'x'.repeat(78)}`,
    );
  });
});

describe('the table as a picture', () => {
  const rows = rowsOf(scene, ['kernels', 'policies', 'archs']);
  const groupNotes = { kernels: 'oldest first', policies: 'on Linux 7.3', archs: 'what if' };
  const input = { rows, base: undefined, axis: scene.request.length, about: 'mmap()', groupNotes };
  const textsOf = (base: Row | undefined) =>
    tablePicture({ ...input, base })
      .draw(roughMeasure)
      .filter(m => m.kind === 'text');

  it('has every row, and no text that leaves the picture or runs into the next of its line', () => {
    const { width, height } = tablePicture(input);
    const texts = textsOf(undefined);
    for (const row of rows) {
      const begin = row.name.slice(0, 12);
      expect(
        texts.some(t => t.text.startsWith(begin)),
        row.name,
      ).toBe(true);
    }
    const lines = new Map<number, { from: number; to: number; text: string }[]>();
    for (const t of texts) {
      const w = roughMeasure(t.text, t) * 0.92;
      const from = t.align === 'end' ? t.x - w : t.x;
      lines.set(t.y, [...(lines.get(t.y) ?? []), { from, to: from + w, text: t.text }]);
      expect(t.y).toBeLessThan(height);
    }
    for (const line of lines.values()) {
      const inOrder = line.toSorted((a, b) => a.from - b.from);
      for (const [i, t] of inOrder.entries()) {
        expect(t.to, t.text).toBeLessThanOrEqual(inOrder[i + 1]?.from ?? width);
        expect(t.from, t.text).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('says what sets rows apart from a baseline', () => {
    const base = named(rows, 'p:xu1');
    expect(textsOf(base).map(t => t.text)).toContain('×262,144 more');
    expect(textsOf(undefined).map(t => t.text)).not.toContain('×262,144 more');
  });
});
