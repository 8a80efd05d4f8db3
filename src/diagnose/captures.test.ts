import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readIntake } from '../intake/intake.ts';
import { captureArch } from '../replay/captureArch.ts';
import { captureKernel } from '../replay/captureKernel.ts';
import { va } from '../units.ts';
import { diagnose } from './diagnose.ts';
import { keepsOffset } from './physical.ts';
import { lspciText, mapsText } from './testing.ts';

const folder = fileURLToPath(new URL('../../public/captures/', import.meta.url));
const files = readdirSync(folder).filter(f => /^linux-.*\.jsonl\.gz$/.test(f));

/** What a leaf row of a capture holds, as far as it counts here. */
interface LeafRow {
  readonly kind: string;
  readonly kernel: string;
  readonly variant: string;
  readonly thp_enabled: string;
  readonly layout: {
    readonly vmas: readonly { start: string; end: string; flags: string; growsdown: boolean; name: string }[];
  };
  readonly spec: { readonly madv: string; readonly order: string };
  readonly request: {
    readonly len: string;
    readonly bar?: {
      readonly bdf: string;
      readonly phys: string;
      readonly size: string;
      readonly region_offset: string;
      readonly bar_offset: string;
    };
  };
  readonly result: { readonly addr?: string };
  readonly leaves?: readonly { readonly va: string; readonly size: string; readonly count: number }[];
  readonly minflt: number;
  readonly touched: number;
}

const rowsOf = (file: string): readonly LeafRow[] =>
  gunzipSync(readFileSync(`${folder}${file}`))
    .toString('utf8')
    .split('\n')
    .filter(line => line.includes('"kind":"leaf"'))
    .map(line => JSON.parse(line));

/** Rows that a machine could print and a person paste: a released kernel, no madvise(). */
const plainRow = (r: LeafRow): boolean =>
  /^stock/.test(r.variant) &&
  r.request.bar !== undefined &&
  r.result.addr !== undefined &&
  (r.spec.madv === 'none' || r.spec.madv === 'rand') &&
  ['always', 'madvise', 'never'].includes(r.thp_enabled);

const joined = (runs: readonly (readonly [number, number, number])[]) => {
  const out: [number, number, number][] = [];
  for (const [at, size, count] of runs) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === size && last[0] + last[1] * last[2] === at) last[2] += count;
    else out.push([at, size, count]);
  }
  return out;
};

let total = 0;

describe('a diagnosis of captured processes', () => {
  it.each(files)(
    '%s: leaves and faults are those that were measured',
    file => {
      let checked = 0;
      for (const r of rowsOf(file)) {
        const { bar } = r.request;
        const { addr } = r.result;
        if (!plainRow(r) || bar === undefined || addr === undefined) continue;
        const arch = captureArch(r as never);
        const kernel = captureKernel(r.kernel, r.variant);
        if ('unsupported' in arch || 'unsupported' in kernel) continue;
        // Where the order decides, it is taken to be ascending.
        if (/^hugeExact/.test(kernel.facts.faultEra) && !/^w?asc/.test(r.spec.order)) continue;
        const start = Number(addr);
        const end = start + Math.ceil(Number(r.request.len) / arch.page) * arch.page;
        if (r.touched !== (end - start) / arch.page) continue;
        const pa = Number(bar.phys) + Number(bar.bar_offset);
        const vmas = r.layout.vmas.map(v => ({
          start: va(Number(v.start)),
          end: va(Number(v.end)),
          perms: v.flags,
          name: v.name,
          growsDown: v.growsdown,
          shadowStack: false,
        }));
        const offset = keepsOffset(kernel.facts.faultEra)
          ? Number(bar.region_offset) + Number(bar.bar_offset)
          : pa;
        const index = Number(bar.region_offset) / 2 ** 40;
        const text =
          mapsText(
            vmas.filter(v => v.end <= start || v.start >= end),
            [{ start, end, offset }],
          ) + lspciText(bar.bdf, [{ index, base: Number(bar.phys), size: Number(bar.size) }]);
        const intake = readIntake(text);
        const d = diagnose(intake, {
          kernel: r.kernel,
          arch: arch.id,
          thp: r.thp_enabled as 'always' | 'madvise' | 'never',
        });
        const [row] = d.rows;
        expect(row, text).toBeDefined();
        if (row === undefined) continue;
        expect(row.physical).toMatchObject({ kind: 'bar', pa });
        expect(row.answer?.faults).toBe(r.minflt);
        if (r.leaves !== undefined)
          expect(joined((row.answer?.leaves ?? []).map(l => [l.va, l.size, l.count]))).toEqual(
            joined(r.leaves.map(l => [Number(l.va), Number(l.size), l.count])),
          );
        checked++;
      }
      expect(checked > 0 || rowsOf(file).filter(plainRow).length === 0).toBe(true);
      total += checked;
    },
    60_000,
  );

  it('is of enough of them', () => {
    expect(total).toBeGreaterThan(380);
  });
});
