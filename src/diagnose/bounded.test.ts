import { describe, expect, it } from 'vitest';
import { MOST_PLACES } from '../intake/devices.ts';
import { readIntake } from '../intake/intake.ts';
import { diagnose } from './diagnose.ts';
import { mapsLine } from './testing.ts';

const START = 0x1000_0000_0000;
const SIZE = 2 ** 21;

/** Mappings of BAR `region`, each by itself. */
const mappings = (count: number, region = 0): string =>
  Array.from({ length: count }, (_, i) =>
    mapsLine(
      {
        start: START + i * 2 * SIZE,
        end: START + i * 2 * SIZE + SIZE,
        perms: 'rw-s',
        name: 'anon_inode:[vfio-device]',
      },
      region * 2 ** 40,
    ),
  ).join('\n');

const address = (i: number): string =>
  `${Math.floor(i / 2048)
    .toString(16)
    .padStart(4, '0')}:${(Math.floor(i / 8) % 256).toString(16).padStart(2, '0')}:00.${i % 8}`;

/** As many devices with a BAR 0 of the size. */
const devices = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `${address(i)} Bridge: x\n\tRegion 0: Memory at ${(2 ** 45 + i * SIZE).toString(16)} (64-bit, prefetchable) [size=2M]\n`,
  ).join('');

describe('many mappings and many devices at once', () => {
  it('list so many places of one mapping and no more, with a note', () => {
    const intake = readIntake(`${mappings(3)}\n${devices(MOST_PLACES + 10)}`);
    expect(intake.deviceMappings.map(m => m.places.length)).toEqual([MOST_PLACES, MOST_PLACES, MOST_PLACES]);
    expect(intake.notes.filter(n => n.reason.startsWith('more BARs fit'))).toHaveLength(1);
    const d = diagnose(intake);
    expect(d.rows.map(r => r.physical.kind)).toEqual(['residue', 'residue', 'residue']);
  });

  it('are matched until it takes too long, and the first that is not is named', () => {
    // No BAR 1 is there, so every device is looked at for every mapping.
    const intake = readIntake(`${mappings(2100, 1)}\n${devices(4000)}`);
    expect(intake.notes.filter(n => n.reason.includes('not matched'))).toEqual([
      expect.objectContaining({ line: expect.any(Number) }),
    ]);
    expect(diagnose(intake).rows).toHaveLength(2100);
  });

  it('are matched all where a large server has them', () => {
    const intake = readIntake(`${mappings(1000)}\n${devices(200)}`);
    expect(intake.notes.filter(n => /not matched|more BARs fit/.test(n.reason))).toEqual([]);
    expect(intake.deviceMappings.every(m => m.places.length === 200)).toBe(true);
  });

  it('tell so many disagreements and then how many more', () => {
    const long = mappings(400);
    const d = diagnose(
      readIntake(
        `${long}\n01:00.0 x: y\n\tRegion 0: Memory at 200000000000 (64-bit, prefetchable) [size=1M]\n`,
      ),
    );
    expect(d.disagreements).toHaveLength(201);
    expect(d.disagreements.at(-1)?.text).toBe('200 more like these.');
  });
});

describe('pieces of a BAR that touch', () => {
  const pieces = (name: string, offset: number): string =>
    Array.from({ length: 512 }, (_, i) =>
      mapsLine(
        { start: START + i * 4096, end: START + (i + 1) * 4096, perms: 'rw-s', name },
        offset + i * 4096,
      ),
    ).join('\n');
  const lspci = '01:00.0 x: y\n\tRegion 2: Memory at 200000000000 (64-bit, prefetchable) [size=2M]\n';

  it('of VFIO could be one mapping with a larger leaf', () => {
    const d = diagnose(readIntake(`${pieces('anon_inode:[vfio-device]', 2 * 2 ** 40)}\n${lspci}`), {
      kernel: '7.3',
    });
    expect(d.rows[0]?.cause).toEqual({ kind: 'split', pieces: 512, leaves: 1 });
    expect(d.rows[0]?.fixes).toMatchObject([{ kind: 'join', leaves: [{ kind: 'pmd', count: 1 }] }]);
  });

  it('of a resource file could not: it has PTEs only', () => {
    const d = diagnose(
      readIntake(`${pieces('/sys/devices/pci0000:00/0000:01:00.0/resource2', 0x2000_0000_0000)}\n${lspci}`),
      { kernel: '7.3' },
    );
    expect(d.rows).toHaveLength(512);
    expect(d.rows.filter(r => r.cause.kind === 'split')).toEqual([]);
  });
});

it('of BARs without number the largest are listed, and the rest is counted', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => {
    const base = 2 ** 38 + i * 2 ** 25;
    return `${base.toString(16)}-${(base + (i < 300 ? 2 ** 25 : 4096) - 1).toString(16)} : 0000:41:00.0\n`;
  });
  const d = diagnose(readIntake(lines.join('')));
  expect([d.bars.length, d.barsShort + d.barsLeft]).toEqual([256, 20_000 - 256]);
  expect(d.bars.every(b => b.size === 2 ** 25)).toBe(true);
});
