import type { DmaFacts } from './answer.ts';
import type { DmaPictureInput } from './picture.ts';

/** More teeth than this in the whole mapping cannot be told apart: the lens shows them in place of a smaller size. */
const MOST_TEETH = 40;

/** The sizes whose teeth are shown: the largest that fits, and in the lens one of about `second` bytes. */
const teethSizes = (
  sizes: readonly number[],
  most: number,
  second: number,
  length: number,
): readonly number[] => {
  const largest = sizes.findLast(z => z <= most);
  if (largest === undefined) return [];
  if (length / largest > MOST_TEETH) return [largest, largest];
  const next = sizes.findLast(z => z < largest && z <= second);
  return next === undefined ? [largest] : [largest, next];
};

/** What the picture is drawn from, but for its width and the type. */
export const pictureOf = (facts: DmaFacts): Omit<DmaPictureInput, 'width' | 'measure' | 'at'> => {
  const { length, iova, cpu, pa, folio, result, sizes, arch } = facts;
  const most = pa === undefined ? folio : ((result.ok ? result.best?.size : undefined) ?? length);
  // Of ordinary memory one size is all there is to see: the lens shows it where it is too fine.
  const second = pa === undefined ? 0 : arch.pmdSize;
  const levels = pa === undefined ? [folio] : arch.pfnLeaves.map(l => l.size as number).reverse();
  return {
    bounds: { page: arch.page, pmdSize: arch.pmdSize, pudSize: arch.pudSize },
    length,
    iova,
    va: cpu.va,
    pa,
    folio,
    iommu: result.ok ? result.runs : [],
    cpu: cpu.leaves,
    iommuTeeth: teethSizes(sizes, most, second, length),
    cpuTeeth: teethSizes(levels, length, second, length),
    refused: result.ok ? undefined : `nothing: ${result.errno}`,
  };
};
