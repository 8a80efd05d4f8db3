import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archTable } from '../../scripts/archTable.ts';
import { archOf, archs, findArch } from './index.ts';

/** A table's cells, whatever its padding. */
const cells = (table: string): string[][] =>
  table
    .split('\n')
    .filter(line => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line))
    .map(line => line.split('|').map(cell => cell.trim()));

describe('the architecture rows', () => {
  it('have ids of their own', () => {
    expect(new Set(archs.map(a => a.id)).size).toBe(archs.length);
    for (const a of archs) expect(archOf(a.id)).toBe(a);
    expect(findArch('pdp11')).toBeUndefined();
  });

  it.each(archs.map(a => [a.id, a] as const))('%s is consistent', (_, a) => {
    const { levels, pfnLeaves, page } = a;
    expect(2 ** (levels[0]?.shift ?? 0)).toBe(page);
    for (const [i, level] of levels.entries()) {
      const next = levels[i + 1];
      if (next) expect(level.entries).toBe(2 ** (next.shift - level.shift));
      expect(level.entries).toBeGreaterThan(1);
    }
    expect(pfnLeaves.at(-1)?.size).toBe(page);
    for (const leaf of pfnLeaves) {
      expect(a.hardwareLeaves).toContain(leaf.size);
      // A leaf is an entry of some level.
      expect(levels.some(l => 2 ** l.shift === leaf.size)).toBe(true);
    }
    expect(pfnLeaves.map(l => l.size)).toEqual([...pfnLeaves.map(l => l.size)].sort((x, y) => y - x));
    expect(a.window).toBeLessThanOrEqual(a.taskSize);
    expect(a.layout.stackTop).toBeLessThanOrEqual(a.window);
    expect(a.layout.unmappedBase % page).toBe(0);
    expect(a.summary).toMatch(/\.$/);
  });

  it('the table in the docs is the one the code makes', () => {
    const doc = readFileSync(new URL('../../docs/architectures.md', import.meta.url), 'utf8');
    expect(cells(doc)).toEqual(cells(archTable()));
  });
});
