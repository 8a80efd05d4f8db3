import type { LeafRefusal } from '../../src/leaves/rules.ts';
import { leafCount } from '../../src/leaves/runs.ts';
import type { NearestStart } from '../../src/leaves/why.ts';
import { MAP } from '../../src/placement/flags.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, PartsTotal, Solution } from '../../src/solve.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { bytes, mod, type Va } from '../../src/units.ts';
import { withMachine, withRequest } from '../scenario/edit.ts';
import { leavesPieces } from '../scenario/words.ts';
import { solveVariant } from '../state/solution.ts';
import type { Update } from '../state/steps.ts';
import type { Piece } from '../ui/Pieces.tsx';

/** Something that would give larger leaves, and the change that does it where one is possible. */
export interface Fix {
  readonly text: readonly Piece[];
  readonly action?: { readonly label: string; readonly update: Update };
}

/** A fix whose action has yet to be tried. */
type Candidate = Fix;

const withHint =
  (hint: number): Update =>
  s => ({
    ...s,
    request: { ...s.request, hint, flags: s.request.flags & ~(MAP.FIXED | MAP.FIXED_NOREPLACE) },
  });

const mapWhole: Update = s => withRequest({ offset: bytes(0), length: bytes(s.device.bar.size) })(s);

/** The answer after a change. The address space is shared where the change leaves it alone. */
const after = (scenario: Scenario, update: Update): { readonly s: Scenario; readonly solution: Solution } => {
  const s = update(scenario);
  return { s, solution: solveVariant({ ...s, machine: scenario.machine }, s.machine) };
};

const corruptLeaves = ({ leaves }: PartsTotal): number => leafCount(leaves.filter(run => run.corrupt));

/** Fewer corrupt leaves, else fewer leaves, else fewer faults; any mapping is better than a refusal. */
export const better = (now: Solution, then: Solution): boolean => {
  if (!then.placement.ok) return false;
  if (!now.placement.ok) return true;
  const [a, b] = [now.total, then.total];
  if (a === undefined || b === undefined) return false;
  const differences = [
    corruptLeaves(a) - corruptLeaves(b),
    leafCount(a.leaves) - leafCount(b.leaves),
    a.faults - b.faults,
  ];
  return (differences.find(d => d !== 0) ?? 0) > 0;
};

const upwards: Update = withRequest({ touch: 'asc' });

/** `ascending`: the leaves are those of ascending touches, which are not what is chosen. */
const move = (start: Va, to: NearestStart, ascending: boolean): Candidate => ({
  text: [
    `Start ${formatSize(Math.abs(to.start - start))} ${to.start < start ? 'lower' : 'higher'}, at `,
    { code: formatAddress(to.start) },
    ascending ? ', touch the pages in ascending order, and ' : ', and ',
    ...leavesPieces(to.leaves),
    leafCount(to.leaves) === 1 ? ' fits.' : ' fit.',
  ],
  action: ascending
    ? { label: 'Move it there and touch upwards', update: s => withHint(to.start)(upwards(s)) }
    : { label: 'Move it there', update: withHint(to.start) },
});

/** A hint at `to` puts the mapping there, and the leaves are what was promised. */
const works = (scenario: Scenario, to: NearestStart): boolean => {
  const { placement, device } = after(scenario, withHint(to.start)).solution;
  return (
    placement.ok &&
    placement.start === to.start &&
    device !== undefined &&
    leafCount(device.leaves) === leafCount(to.leaves)
  );
};

const linux = (version: string): NonNullable<Fix['action']> => ({
  label: `Linux ${version}`,
  update: withMachine({ kernel: version }),
});

/** The kernels offered where a newer one is needed: the long-term one first. */
const NEWER = ['6.12.117', '7.3'] as const;

const code = (text: string): Piece => ({ code: text });
const ENABLED = code('transparent_hugepage/enabled');

/** Kernels that ignore transparent_hugepage/enabled for device memory, where the one at hand does not. */
const ignores = (): Candidate => ({
  text: [
    'Linux 7.3 ignores ',
    ENABLED,
    ' for device memory, as 7.2.8, 6.18.54 and 6.12.115 do. ',
    { commit: 'e384abeb559d' },
  ],
  action: linux('7.3'),
});

const setAlways = (): Candidate => ({
  text: ['Set ', ENABLED, ' to always.'],
  action: { label: 'Set it to always', update: withMachine({ thp: 'always' }) },
});

const lifting = (refusal: LeafRefusal): readonly Candidate[] => {
  switch (refusal.kind) {
    case 'archNever':
      return [];
    case 'kernelTooOld':
      return NEWER.map(v => ({
        text: [
          // The first releases of 6.12 install leaves that are corrupt.
          `Linux ${refusal.since === '6.12' ? '6.12.10' : refusal.since} and newer map device memory with larger leaves here.`,
        ],
        action: linux(v),
      }));
    case 'era':
      return NEWER.map(v => ({
        text: ['A kernel that maps device memory with huge leaves: 6.12.10 and newer.'],
        action: linux(v),
      }));
    case 'notBuilt':
      return NEWER.map(v => ({
        text: ['A kernel without ', code('PREEMPT_RT'), '.'],
        action: linux(v),
      }));
    case 'policy':
      switch (refusal.by) {
        case 'enabledNever':
          return [setAlways(), ignores()];
        case 'enabledMadvise':
          return [
            {
              text: ['Give ', code('MADV_HUGEPAGE'), ' before the first touch.'],
              action: { label: 'Give MADV_HUGEPAGE', update: withRequest({ advice: 'huge' }) },
            },
            setAlways(),
            ignores(),
          ];
        case 'adviceNohuge':
          return [
            {
              text: ['Give up ', code('MADV_NOHUGEPAGE'), '.'],
              action: { label: 'Without advice', update: withRequest({ advice: 'none' }) },
            },
          ];
        case 'processDisabled':
          return [{ text: ['Start the process without ', code('PR_SET_THP_DISABLE'), '.'] }];
      }
  }
};

const forMapped = (scenario: Scenario, solution: Solution, device: DeviceAnswer): readonly Candidate[] => {
  const { placement } = solution;
  if (!placement.ok) return [];
  const found: Candidate[] = [];
  if (device.leaves.some(run => run.corrupt))
    for (const version of NEWER)
      found.push({
        text: [
          'Linux 6.12.10 and newer look at the PFN before they install a huge leaf. ',
          { commit: '09dfc8a5f2ce' },
        ],
        action: linux(version),
      });
  let moved = false;
  for (const { size, parts } of device.why)
    for (const { cause } of parts)
      switch (cause.kind) {
        case 'congruence': {
          // The largest size first; what it gives, smaller ones would only give less of. A hint moves the first mapping.
          if (moved || device !== solution.parts[0]) break;
          const near = [cause.below, cause.above]
            .filter(at => at !== undefined)
            .sort((a, b) => Math.abs(a.start - placement.start) - Math.abs(b.start - placement.start));
          const to = near.find(at => works(scenario, at));
          // Where an exact era was touched otherwise, the place alone does not give these leaves.
          const then = to ?? near.find(at => works(upwards(scenario), at));
          moved = then !== undefined;
          found.push(
            then !== undefined
              ? move(placement.start, then, to === undefined)
              : {
                  text: [
                    'Start at an address congruent to ',
                    code(formatAddress(mod(device.mapping.pa, size))),
                    ` modulo ${formatSize(size)}; ${solution.steps.length > 0 ? 'this program does not look for one' : 'the nearest ones are not free'}.`,
                  ],
                },
          );
          break;
        }
        case 'notUsable':
          found.push(...lifting(cause.refusal));
          break;
        case 'touchOrder':
          found.push({
            text: ['Touch the pages in ascending order.'],
            action: { label: 'Touch upwards', update: upwards },
          });
          for (const version of NEWER)
            found.push({
              text: ['From 6.12.29 and 6.15 on any touch will do. ', { commit: 'c1d9dac0db16' }],
              action: linux(version),
            });
          break;
        case 'noWholeBlock':
        case 'bound':
          break;
      }
  const { bar } = scenario.device;
  const more = bar.size - scenario.request.length;
  // A block cut by the end of the mapping can be whole where the BAR goes on.
  if (device.why.some(w => w.parts.some(p => p.cause.kind === 'bound')) && more > 0)
    found.push({
      text: [`Map the BAR whole: with ${formatSize(more)} more its blocks are whole, too.`],
      action: { label: 'Map it whole', update: mapWhole },
    });
  // Where the start of the BAR's range is off by itself, only another offset helps.
  const cut = device.why.some(w => w.parts.some(p => p.cause.kind === 'noWholeBlock' && !p.cause.tooShort));
  if (cut && (scenario.request.offset > 0 || scenario.request.length < bar.size))
    found.push({
      text: ['Map the BAR whole: its own start and end are aligned better.'],
      action: { label: 'Map it whole', update: mapWhole },
    });
  return found;
};

const forRefused = (scenario: Scenario): readonly Candidate[] => {
  const { request, device, space } = scenario;
  const { bar } = device;
  const without = (flag: number): Update => withRequest({ flags: request.flags & ~flag });
  const found: Candidate[] = [];
  if (request.file === 'vfio') {
    if ((request.flags & MAP.SHARED) === 0)
      found.push({
        text: ['Device memory is shared memory: ', code('MAP_SHARED'), '.'],
        action: {
          label: 'Make it MAP_SHARED',
          update: withRequest({ flags: (request.flags & ~MAP.TYPE) | MAP.SHARED }),
        },
      });
    if (request.offset > 0 && request.offset < bar.size)
      found.push({
        text: [`End with the BAR: ${formatSize(bar.size - request.offset)} from this offset on.`],
        action: {
          label: 'Map to its end',
          update: withRequest({ length: bytes(bar.size - request.offset) }),
        },
      });
    found.push({
      text: [`Map the BAR as it is: ${formatSize(bar.size)} from offset 0.`],
      action: { label: 'Map it whole', update: mapWhole },
    });
  } else if ((request.flags & MAP.TYPE) !== MAP.PRIVATE)
    found.push({
      text: ['Say ', code('MAP_PRIVATE'), '.'],
      action: {
        label: 'Make it MAP_PRIVATE',
        update: withRequest({ flags: (request.flags & ~MAP.TYPE) | MAP.PRIVATE }),
      },
    });
  if (space.lid !== undefined)
    found.push({
      text: ['Free what was taken by hand, from ', code(formatAddress(space.lid)), ' up.'],
      action: { label: 'Free it', update: s => ({ ...s, space: { ...s.space, lid: undefined } }) },
    });
  if (request.flags & (MAP.FIXED | MAP.FIXED_NOREPLACE))
    found.push({
      text: ['Let the kernel choose the address.'],
      action: { label: 'Without MAP_FIXED', update: without(MAP.FIXED | MAP.FIXED_NOREPLACE) },
    });
  if (request.flags & MAP.BIT32)
    found.push({
      text: ['Let it lie above 2 GiB.'],
      action: { label: 'Without MAP_32BIT', update: without(MAP.BIT32) },
    });
  if (request.flags & MAP.GROWSDOWN)
    found.push({
      text: ['Only private anonymous memory grows down.'],
      action: { label: 'Without MAP_GROWSDOWN', update: without(MAP.GROWSDOWN) },
    });
  if (request.file !== 'anon' && request.offset > 0)
    found.push({
      text: ['Begin at the start of the file.'],
      action: { label: 'Offset 0', update: withRequest({ offset: bytes(0) }) },
    });
  return found;
};

const candidatesOf = (scenario: Scenario, solution: Solution): readonly Candidate[] => {
  const { device, placement } = solution;
  if (!placement.ok) return forRefused(scenario);
  return device === undefined ? [] : forMapped(scenario, solution, device);
};

/** How many changes together may make a fix. */
const DEEPEST = 3;

/** Some further changes, one after the other, make it better than it is now. */
const leadsOn = (now: Solution, scenario: Scenario, solution: Solution, depth: number): boolean =>
  depth < DEEPEST &&
  solution.placement.ok &&
  candidatesOf(scenario, solution).some(({ action }) => {
    if (action === undefined) return false;
    const next = after(scenario, action.update);
    return better(now, next.solution) || leadsOn(now, next.s, next.solution, depth + 1);
  });

/** The label and the words by which two fixes are the same. */
const keysOf = (f: Fix): readonly string[] => [f.action?.label ?? '', JSON.stringify(f.text)];

/**
 * What would give fewer leaves (or any mapping at all), nearest first; empty where nothing would. Every action was
 * tried: it helps by itself, or is said to be only the first step.
 */
export const fixesOf = (scenario: Scenario, solution: Solution): readonly Fix[] => {
  const helps: Fix[] = [];
  const begins: Fix[] = [];
  const tried = new Set<string>();
  for (const fix of candidatesOf(scenario, solution)) {
    const [label = '', text = ''] = keysOf(fix);
    const words = `text ${text}`;
    // One fix of a kind is enough: both sizes often ask for the same, and the older kernel is offered first.
    if (tried.has(words) || (label !== '' && tried.has(label))) continue;
    if (fix.action === undefined) {
      tried.add(words);
      helps.push(fix);
      continue;
    }
    const next = after(scenario, fix.action.update);
    const good = better(solution, next.solution);
    if (!good && !leadsOn(solution, next.s, next.solution, 1)) continue;
    tried.add(words).add(label);
    if (good) helps.push(fix);
    else begins.push({ ...fix, text: ['Needed, but not enough: ', ...lowered(fix.text)] });
  }
  // Where something helps at once, half measures only distract.
  const all = helps.some(f => f.action !== undefined) ? helps : [...begins, ...helps];
  return solution.placement.ok ? all : all.slice(0, 2);
};

const lowered = (text: readonly Piece[]): readonly Piece[] => {
  const [first, ...rest] = text;
  if (typeof first !== 'string' || /^Linux/.test(first)) return text;
  return [first.slice(0, 1).toLowerCase() + first.slice(1), ...rest];
};
