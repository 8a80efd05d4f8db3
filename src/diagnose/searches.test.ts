import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { MAP } from '../placement/flags.ts';
import type { PlacementEvent } from '../placement/mm.ts';
import { mmapInto, munmapFrom, type Process } from '../placement/process.ts';
import type { MmapRequest } from '../placement/request.ts';
import { defaultScenario } from '../scenario/scenario.ts';
import { prepare } from '../solve.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, GiB, MiB, pa, word } from '../units.ts';
import { diagnose } from './diagnose.ts';
import { mapsLine } from './testing.ts';
import { searchText } from './words.ts';

const hex = (n: number): string => `0x${n.toString(16)}`;
const REGION = 2 ** 40;

/** The lines of the tracepoint for one mmap(). */
const traceOf = (events: readonly PlacementEvent[]): readonly string[] => {
  const lines: string[] = [];
  let search: Extract<PlacementEvent, { kind: 'search' }> | undefined;
  for (const e of events) {
    if (e.kind === 'search') search = e;
    if ((e.kind !== 'taken' && e.kind !== 'none') || search === undefined) continue;
    const found = e.kind === 'taken' ? `addr=${hex(e.addr)} err=0` : 'addr=0xfffffffffffffff4 err=-12';
    lines.push(
      `qemu-4242 [000] ..... 12.5: vm_unmapped_area: ${found} total_vm=0x1 flags=${search.topDown ? '0x1' : '0x0'} len=${hex(search.length)} lo=${hex(search.low)} hi=${hex(search.high)} mask=${hex(search.alignMask)} ofs=${hex(search.alignOffset)}`,
    );
    search = undefined;
  }
  return lines;
};

const request = (file: 'anon' | 'vfio', length: number): MmapRequest => ({
  file,
  hint: word(0),
  length: word(length),
  offset: word(file === 'vfio' ? 2 * REGION : 0),
  prot: 3,
  flags: file === 'vfio' ? MAP.SHARED : MAP.PRIVATE,
  region: file === 'vfio' ? { phys: pa(0x38_8000_0000), size: bytes(length), mappable: true } : undefined,
  hugePage: bytes(2 * MiB),
  shmemEnabled: 'never',
  shadowStack: false,
});

const start = (kernel: string): Process =>
  prepare(
    { ...defaultScenario.machine, kernel },
    { ...defaultScenario.space, source: { kind: 'preset', id: 'scene' } },
  );

/** Neighbours that the kernel shows as one: nameless memory of the same permissions. */
const merged = (vmas: readonly Vma[]): readonly Vma[] => {
  const out: Vma[] = [];
  for (const v of vmas) {
    const last = out.at(-1);
    if (
      last !== undefined &&
      v.name === '' &&
      last.name === '' &&
      last.end === v.start &&
      last.perms === v.perms
    )
      out[out.length - 1] = { ...last, end: v.end };
    else out.push(v);
  }
  return out;
};

const mapsOf = (p: Process): string =>
  merged(p.mm.space.vmas)
    .map(v =>
      v.name === 'vfio' ? mapsLine({ ...v, name: 'anon_inode:[vfio-device]' }, 2 * REGION) : mapsLine(v),
    )
    .join('\n');

const run = (kernel: string, calls: readonly (readonly ['anon' | 'vfio', number])[]) => {
  let process = start(kernel);
  const lines: string[] = [];
  for (const [file, length] of calls) {
    const events: PlacementEvent[] = [];
    const { placement, process: next } = mmapInto(
      process,
      request(file, length),
      file === 'vfio' ? 'vfio' : '',
      e => events.push(e),
    );
    if (placement.ok) process = next;
    lines.push(...traceOf(events));
  }
  return { process, lines };
};

describe('trace lines played again', () => {
  it('agree with what the same process made, whatever it mapped and in which order', () => {
    const call = fc.tuple(
      fc.constantFrom('anon' as const, 'vfio' as const),
      fc.constantFrom(4096, 0x21000, MiB, 2 * MiB, 6 * MiB + 4096, 16 * MiB, GiB, 2 * GiB, 2 ** 46, 2 ** 47),
    );
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('7.3', '6.12.117', '6.6'),
        (calls, kernel) => {
          const { process, lines } = run(kernel, calls);
          const intake = readIntake(`${mapsOf(process)}\n${lines.join('\n')}\n`);
          expect(intake.searches).toHaveLength(lines.length);
          const d = diagnose(intake, { kernel });
          for (const check of d.searches) expect(searchText(check)).toMatch(/ here too| here either/);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  it('name the mapping that they placed, and what was asked of the search', () => {
    const { process, lines } = run('7.3', [['vfio', 2 * GiB]]);
    const d = diagnose(readIntake(`${mapsOf(process)}\n${lines.join('\n')}`), { kernel: '7.3' });
    expect(d.searches[0]).toMatchObject({
      row: d.rows[0]?.key,
      outcome: { kind: 'agree' },
      says: { kind: 'plain' },
      asKernel: true,
    });
    const aligned = run('6.12.117', [['vfio', 2 * GiB]]);
    const e = diagnose(readIntake(`${mapsOf(aligned.process)}\n${aligned.lines.join('\n')}`), {
      kernel: '6.12.117',
    });
    expect(e.searches[0]?.says).toEqual({ kind: 'padded', size: 2 * MiB });
    expect(e.searches[0]?.asKernel).toBe(true);
    expect(e.rows[0]?.answer?.leaves[0]?.kind).toBe('pmd');
    const wrong = diagnose(readIntake(`${mapsOf(aligned.process)}\n${aligned.lines.join('\n')}`), {
      kernel: '7.3',
    });
    expect(wrong.searches[0] && searchText(wrong.searches[0])).toContain('not what this kernel asks for');
  });

  it('say where they differ, and why that may be', () => {
    const { process, lines } = run('7.3', [
      ['vfio', 2 * GiB],
      ['vfio', GiB],
    ]);
    const row = process.mm.space.vmas.findLast(v => v.name === 'vfio');
    const gone = munmapFrom(process, row?.start ?? 0, row?.end ?? 0);
    const d = diagnose(readIntake(`${mapsOf(gone)}\n${lines.join('\n')}`), { kernel: '7.3' });
    expect(d.searches[0]?.outcome.kind).toBe('agree');
    expect(d.searches[1]?.outcome).toMatchObject({ kind: 'differ', reason: 'changed' });
    const none = diagnose(readIntake(lines.join('\n')));
    expect(none.searches[0]?.outcome).toEqual({ kind: 'not played', why: 'no maps' });
    // A line whose mapping is gone and whose place something else took.
    const other = lines.map(l => l.replace(/hi=0x[0-9a-f]+/, 'hi=0x7ff000000000'));
    const f = diagnose(readIntake(`${mapsOf(process)}\n${other.join('\n')}`), { kernel: '7.3' });
    expect(f.searches.map(s => s.outcome)).toContainEqual(
      expect.objectContaining({ reason: 'other process' }),
    );
  });
});
