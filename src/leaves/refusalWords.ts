import { changeBehind } from '../kernel/facts.ts';
import { arrivedIn, type KernelVersion } from '../kernel/version.ts';
import type { Piece } from '../pieces.ts';
import type { LeafRefusal } from './rules.ts';

/** A commit behind a blank, or nothing. */
export const commitOf = (commit: string | undefined): readonly Piece[] =>
  commit === undefined ? [] : [' ', { commit }];

/** A change that a kernel contains. */
export type Change = NonNullable<ReturnType<typeof changeBehind>>;

/** “ (Linux 6.12.29, c1d9dac0db16)”: since which release of its series a kernel does so, and the commit. */
export const sinceOf = (change: Change | undefined, version: KernelVersion): readonly Piece[] =>
  change === undefined
    ? []
    : [
        ` (Linux ${arrivedIn(version, change.since)}`,
        ...(change.commit === undefined ? [] : [', ', { commit: change.commit }]),
        ')',
      ];

/** Why a leaf size cannot appear at all. */
export const refusalPieces = (refusal: LeafRefusal, version: KernelVersion): readonly Piece[] => {
  switch (refusal.kind) {
    case 'archNever':
      return ['No release of Linux maps device memory with it on this architecture.'];
    case 'kernelTooOld':
      return [
        `Linux maps device memory with leaves of this kind since ${refusal.since}.`,
        ...commitOf(refusal.commit),
      ];
    case 'era': {
      const change = changeBehind(version, 'faultEra');
      return [
        `On this kernel ${change?.what ?? 'vfio-pci maps PTEs only'}`,
        ...sinceOf(change, version),
        '.',
      ];
    }
    case 'notBuilt':
      return [
        'A kernel with ',
        { code: 'PREEMPT_RT' },
        ' has no transparent huge pages, and no huge leaves.',
      ];
    case 'policy':
      switch (refusal.by) {
        case 'processDisabled':
          return ['The process asked for no huge pages with ', { code: 'PR_SET_THP_DISABLE' }, '.'];
        case 'adviceNohuge':
          return [{ code: 'MADV_NOHUGEPAGE' }, ' forbids huge leaves in this VMA.'];
        case 'enabledMadvise':
          return [
            { code: 'transparent_hugepage/enabled' },
            ' is madvise, and nobody gave ',
            { code: 'MADV_HUGEPAGE' },
            '. Kernels ignore it for device memory since 7.3, 7.2.8, 6.18.54 and 6.12.115. ',
            { commit: 'e384abeb559d' },
          ];
        case 'enabledNever':
          return [
            { code: 'transparent_hugepage/enabled' },
            ' is never. Kernels ignore it for device memory since 7.3, 7.2.8, 6.18.54 and 6.12.115. ',
            { commit: 'e384abeb559d' },
          ];
      }
  }
};
