import { type BitField, fieldValue, withField } from '../../src/arch/bitFields.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { formatAddress } from '../../src/text.ts';
import { alignDown, mod, type Word, word } from '../../src/units.ts';
import { eventsOf, solutionOf } from '../state/solution.ts';
import type { Update } from '../state/steps.ts';
import { withBarBase } from './edit.ts';
import { whyNoSlide, withStart } from './slide.ts';
import { refusalText } from './words.ts';

/** The two addresses of one byte. */
export type Side = 'va' | 'pa';

/** What editing some bits of an address comes to. */
export type BitEdit =
  /** Another byte of the same page: the crosshair moves to this offset in the mapping. */
  | { readonly kind: 'byte'; readonly offset: number }
  /** The mapping or the BAR moves. */
  | { readonly kind: 'change'; readonly update: Update }
  /** It cannot be; why, in a sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One past the largest physical address that a link can carry, in bits. */
const PA_BITS = 57;

const refused = (reason: string): BitEdit => ({ kind: 'refused', reason });

/** The change, if the kernel grants what it asks for; `start` where the mapping has to lie afterwards. */
const tried = (scenario: Scenario, update: Update, start?: number): BitEdit => {
  const next = update(scenario);
  const solution = solutionOf(next);
  const { placement } = solution;
  if (!placement.ok)
    return refused(refusalText(next, solution, eventsOf(next))?.text ?? 'The kernel refuses that.');
  if (start !== undefined && placement.start !== start)
    return refused(`The mapping would not go there, but to ${formatAddress(placement.start)}.`);
  return { kind: 'change', update };
};

const moveMapping = (scenario: Scenario, solution: Solution, device: DeviceAnswer, by: number): BitEdit => {
  const { arch } = solution.prepared;
  const start = device.mapping.start + by;
  // Every range of one file is mapped by one call; holes make one call a part.
  const end = start + scenario.request.length;
  const why = whyNoSlide(solution);
  if (why !== undefined) return refused(why);
  if (start < arch.mmapMinAddr)
    return refused(`${formatAddress(start)} is below mmap_min_addr, ${formatAddress(arch.mmapMinAddr)}.`);
  if (end > arch.taskSize)
    return refused(
      `The mapping would end at ${formatAddress(end)}, and user space ends at ${formatAddress(arch.taskSize)}.`,
    );
  return tried(scenario, withStart(start, solution.steps.length > 0), start);
};

const moveBar = (scenario: Scenario, by: number): BitEdit => {
  const { bar, ranges } = scenario.device;
  const [range] = ranges;
  if (range !== undefined && scenario.request.offset >= range.offset)
    return refused('This byte lies in a further physical range, which does not move with the BAR’s base.');
  const base = bar.base + by;
  if (base + bar.size > 2 ** PA_BITS)
    return refused(
      `The BAR would end at ${formatAddress(base + bar.size)}, beyond the ${PA_BITS} bits of any physical address.`,
    );
  if (base < 0) return refused('The BAR would begin below physical address 0.');
  return tried(scenario, withBarBase(base));
};

/**
 * Another number in some bits of the VA or PA of the byte `offset` bytes into the mapping. Bits below the page choose
 * another byte of the page, on both sides alike; those above it in the VA move the mapping (MAP_FIXED), those in the
 * PA the BAR. `field` lies on one side of the page's size; `value` is in [0, 2^width).
 */
export const editBits = (
  scenario: Scenario,
  solution: Solution,
  side: Side,
  offset: number,
  field: Pick<BitField, 'from' | 'to'>,
  value: number,
): BitEdit => {
  const { device, prepared } = solution;
  if (device === undefined) return refused('No device memory is mapped.');
  const { page } = prepared.arch;
  if (2 ** field.from < page) {
    const byte: Word = withField(word(mod(offset, page)), field, value);
    return { kind: 'byte', offset: alignDown(offset, page) + byte.base + byte.rest };
  }
  const { start, pa } = device.mapping;
  const at = (side === 'va' ? start : pa) + alignDown(offset, page);
  const by = (value - fieldValue(word(at), field)) * 2 ** field.from;
  return side === 'va' ? moveMapping(scenario, solution, device, by) : moveBar(scenario, by);
};
