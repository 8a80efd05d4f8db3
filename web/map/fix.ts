import { leafCount } from '../../src/leaves/runs.ts';
import type { NearestStart } from '../../src/leaves/why.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { type Prepared, type Solution, solve } from '../../src/solve.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { bytes, mod, type Va } from '../../src/units.ts';
import { leavesPieces } from '../scenario/words.ts';
import type { Update } from '../state/steps.ts';
import type { Piece } from '../ui/Pieces.tsx';

/** Something that would give larger leaves, and the change that does it where one is possible. */
export interface Fix {
  readonly text: readonly Piece[];
  readonly action?: { readonly label: string; readonly update: Update };
}

const withHint =
  (hint: number): Update =>
  s => ({
    ...s,
    request: { ...s.request, hint, flags: s.request.flags & ~(MAP.FIXED | MAP.FIXED_NOREPLACE) },
  });

/** A hint at `start` puts the mapping there, and the leaves are what was promised. */
const works = (scenario: Scenario, prepared: Prepared, to: NearestStart): boolean => {
  const { placement, device } = solve(withHint(to.start)(scenario), prepared);
  return (
    placement.ok &&
    placement.start === to.start &&
    device !== undefined &&
    leafCount(device.leaves) === leafCount(to.leaves)
  );
};

const move = (scenario: Scenario, prepared: Prepared, start: Va, to: NearestStart): Fix | undefined => {
  if (!works(scenario, prepared, to)) return undefined;
  const distance = Math.abs(to.start - start);
  return {
    text: [
      `Start ${formatSize(distance)} ${to.start < start ? 'lower' : 'higher'}, at `,
      { code: formatAddress(to.start) },
      ', and ',
      ...leavesPieces(to.leaves),
      leafCount(to.leaves) === 1 ? ' fits.' : ' fit.',
    ],
    action: { label: 'Move it there', update: withHint(to.start) },
  };
};

const touchAscending: Update = s => ({ ...s, request: { ...s.request, touch: 'asc' } });

/** What would give fewer leaves, nearest first; empty where nothing would. */
export const fixesOf = (scenario: Scenario, solution: Solution): readonly Fix[] => {
  const { device, placement, prepared } = solution;
  if (!placement.ok || device === undefined) return [];
  const fixes: Fix[] = [];
  if (device.leaves.some(run => run.corrupt))
    fixes.push({
      text: [
        'Linux 6.12.10 and newer look at the PFN before they install a huge leaf. ',
        { commit: '09dfc8a5f2ce' },
      ],
      action: {
        label: 'Linux 6.12.117',
        update: s => ({ ...s, machine: { ...s.machine, kernel: '6.12.117' } }),
      },
    });
  for (const { size, parts } of device.why)
    for (const { cause } of parts)
      switch (cause.kind) {
        case 'congruence': {
          // The largest size first; what it gives, smaller ones would only give less of.
          if (fixes.some(f => f.action !== undefined)) break;
          const below =
            cause.below === undefined ? undefined : move(scenario, prepared, placement.start, cause.below);
          const found = below ?? move(scenario, prepared, placement.start, cause.above);
          fixes.push(
            found ?? {
              text: [
                'Start at an address congruent to ',
                { code: formatAddress(mod(device.mapping.pa, size)) },
                ` modulo ${formatSize(size)}; the nearest ones are not free.`,
              ],
            },
          );
          break;
        }
        case 'notUsable':
          if (cause.refusal.kind === 'policy' && cause.refusal.by === 'adviceNohuge')
            fixes.push({
              text: ['Give up ', { code: 'MADV_NOHUGEPAGE' }, '.'],
              action: {
                label: 'Without advice',
                update: s => ({ ...s, request: { ...s.request, advice: 'none' } }),
              },
            });
          else if (cause.refusal.kind === 'policy')
            fixes.push({
              text:
                cause.refusal.by === 'enabledMadvise'
                  ? ['Give ', { code: 'MADV_HUGEPAGE' }, ', or set ', { code: 'enabled' }, ' to always.']
                  : ['Set ', { code: 'enabled' }, ' to always.'],
              action: {
                label: 'Set it to always',
                update: s => ({ ...s, machine: { ...s.machine, thp: 'always' } }),
              },
            });
          else if (cause.refusal.kind === 'kernelTooOld' || cause.refusal.kind === 'era')
            fixes.push({
              text: ['A kernel that maps device memory with huge leaves: 6.12.10 and newer.'],
              action: {
                label: 'Linux 6.12.117',
                update: s => ({ ...s, machine: { ...s.machine, kernel: '6.12.117' } }),
              },
            });
          break;
        case 'touchOrder':
          fixes.push({
            text: ['Touch the pages in ascending order.'],
            action: { label: 'Touch upwards', update: touchAscending },
          });
          break;
        case 'noWholeBlock':
        case 'bound':
          break;
      }
  // Where the start of the BAR's range is off by itself, only another offset helps.
  const { bar } = scenario.device;
  const cut = device.why.some(w => w.parts.some(p => p.cause.kind === 'noWholeBlock' && !p.cause.tooShort));
  if (cut && (scenario.request.offset > 0 || scenario.request.length < bar.size))
    fixes.push({
      text: ['Map the BAR whole: its own start and end are aligned better.'],
      action: {
        label: 'Map it whole',
        update: s => ({
          ...s,
          request: { ...s.request, offset: bytes(0), length: bytes(s.device.bar.size) },
        }),
      },
    });
  // One fix of a kind is enough: both sizes often ask for the same.
  const seen = new Set<string>();
  return fixes.filter(f => {
    const key = f.action?.label ?? JSON.stringify(f.text);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};
