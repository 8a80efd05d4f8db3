import type { Arch, ArchId } from './arch.ts';
import { x86Level4, x86Level5 } from './x86.ts';

/** Every architecture row, in the order the slider steps through them: most used first. */
export const archs: readonly Arch[] = [x86Level4, x86Level5];

/** The row with this id, or undefined for an id that no row has. */
export const findArch = (id: string): Arch | undefined => archs.find(a => a.id === id);

/** The row with this id. */
export const archOf = (id: ArchId): Arch => {
  switch (id) {
    case 'x86_64-4':
      return x86Level4;
    case 'x86_64-5':
      return x86Level5;
  }
};
