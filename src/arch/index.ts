import type { Arch, ArchId } from './arch.ts';
import { arm64Rows } from './arm64.ts';
import { otherRows } from './others.ts';
import { powerpcRows } from './powerpc.ts';
import { riscvRows } from './riscv.ts';
import { x86Level4, x86Level5 } from './x86.ts';

/** Every architecture row, in the order the slider steps through them: most used first. */
export const archs: readonly Arch[] = [
  x86Level4,
  x86Level5,
  ...arm64Rows,
  ...riscvRows,
  ...powerpcRows,
  ...otherRows,
];

/** The row with this id, or undefined for an id that no row has. */
export const findArch = (id: string): Arch | undefined => archs.find(a => a.id === id);

/** The row with this id. */
export const archOf = (id: ArchId): Arch => {
  const found = findArch(id);
  if (!found) throw new Error(`no architecture ${id}`);
  return found;
};
