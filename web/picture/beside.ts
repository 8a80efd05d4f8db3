import { findVma } from '../../src/space/gapIndex.ts';
import { spaceShown } from '../scenario/spaceShown.ts';
import type { PictureInput } from './types.ts';
import { shortName } from './vmaKind.ts';
import type { Neighbour } from './zipperLeaves.ts';

/** A range in offsets of the mapping. */
interface Offsets {
  readonly from: number;
  readonly to: number;
}

/**
 * The VMAs around the mapping within a range of `px` pixels. Those that would share a pixel are one, so that the
 * work and the marks depend on the pixels and not on the VMAs.
 */
const vmasBeside = (
  { solution }: Pick<PictureInput, 'solution'>,
  start: number,
  end: number,
  range: Offsets,
  px: number,
): readonly Neighbour[] => {
  const { index, vmas } = spaceShown(solution);
  const perPx = (range.to - range.from) / px;
  const out: Neighbour[] = [];
  let at = start + range.from;
  const stop = start + range.to;
  // At most one step a pixel, and as many again for the gaps between.
  for (let steps = 0; at < stop && steps < 4 * px; steps++) {
    const i = findVma(index, Math.max(0, at));
    const v = vmas[i];
    if (v === undefined || v.start >= stop) break;
    const from = Math.max(v.start, at);
    // Whatever ends within the same pixel belongs to this mark.
    const reach = Math.max(v.end, from + perPx);
    const last = out.at(-1);
    const name = v.end - v.start > perPx * 20 ? shortName(v.name) || 'anon' : '';
    // MAP_FIXED took the place of what lay there.
    const cut = (a: number, b: number): void => {
      if (b <= a) return;
      if (last !== undefined && a - start - last.to < perPx && last.name === '' && name === '')
        out[out.length - 1] = { ...last, to: b - start };
      else out.push({ from: a - start, to: b - start, name });
    };
    if (reach <= start || from >= end) cut(from, Math.min(reach, stop));
    else {
      cut(from, Math.min(reach, start));
      cut(Math.max(from, end), Math.min(reach, stop));
    }
    at = reach;
  }
  return out;
};

/** The BARs of the device along the physical axis, the mapped one where it goes on beyond the mapping. */
const barsBeside = (
  { scenario }: Pick<PictureInput, 'scenario'>,
  physAt: number,
  length: number,
  range: Offsets,
): readonly Neighbour[] => {
  const { bar, others } = scenario.device;
  return [...others, bar].flatMap(b => {
    const from = Math.max(b.base - physAt, range.from);
    const to = Math.min(b.base + b.size - physAt, range.to);
    const parts =
      b === bar
        ? [[from, Math.min(to, 0)] as const, [Math.max(from, length), to] as const]
        : [[from, to] as const];
    return parts.flatMap(([a, z]) => (z > a ? [{ from: a, to: z, name: `BAR ${b.index}` }] : []));
  });
};

/** What lies beside a placed device mapping, for the zipper. */
export const besideOf = (
  input: Pick<PictureInput, 'scenario' | 'solution'>,
  mapping: { readonly start: number; readonly end: number; readonly pa: number },
): ((
  range: Offsets,
  px: number,
) => { readonly va: readonly Neighbour[]; readonly pa: readonly Neighbour[] }) => {
  return (range, px) => ({
    va: vmasBeside(input, mapping.start, mapping.end, range, px),
    pa: barsBeside(input, mapping.pa, mapping.end - mapping.start, range),
  });
};
