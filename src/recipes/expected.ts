import { costOf } from '../cost/cost.ts';
import { leavesText } from '../leaves/words.ts';
import type { Refusal } from '../placement/mmap.ts';
import type { Area } from '../placement/policies/userSpace.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, deviceAnswer, type Solution } from '../solve.ts';
import { alignUp, type Bytes, bytes, mod, type Va, va } from '../units.ts';

/** What touching one area costs when it starts at `residue` modulo `modulus`. */
export interface ExpectedRow {
  readonly area: number;
  readonly modulus: Bytes;
  readonly residue: Bytes;
  readonly faults: number;
  /** “2 PUD leaves”. */
  readonly leaves: string;
  /** Bytes of page tables, the root aside, where no neighbour shares one. */
  readonly tables: Bytes;
}

/** Somewhere above all multiples of leaf sizes that matter, so that a residue below it stays in user space. */
const SOMEWHERE = 2 ** 37;

const rowOf = (area: number, modulus: number, residue: number, answer: DeviceAnswer): ExpectedRow => ({
  area,
  modulus: bytes(modulus),
  residue: bytes(residue),
  faults: answer.faults,
  leaves: leavesText(answer.leaves),
  tables: answer.cost.tableBytes,
});

/**
 * What the engine expects of each area, by where it starts: rows of one area go from the largest leaf down, and the
 * first row that fits an address holds. All that counts is VA - PA modulo each leaf size, so a row a size is enough.
 * Where it is not (kernels that ignore the PFN, several physical ranges) only the start that the engine placed has a
 * row, and other starts have none.
 */
export const expectedRows = (
  scenario: Scenario,
  solution: Solution,
  areas: readonly Area[],
): readonly ExpectedRow[] => {
  const { prepared, parts } = solution;
  const { page } = prepared.arch;
  const answerAt = (area: Area, start: number): DeviceAnswer =>
    deviceAnswer(scenario, prepared, va(start), va(start + alignUp(area.size, page)), area.offset);
  const [first] = areas;
  if (first === undefined || areas.some(area => area.size === 0)) return [];
  const { rules } = answerAt(first, SOMEWHERE);
  const [largest] = rules.levels;
  const whole = largest?.size ?? page;

  if (scenario.device.ranges.length > 0) {
    const { total } = solution;
    const [part] = parts;
    // A seam inside a page of the machine has no answer in whole leaves.
    if (total === undefined || part === undefined || areas.length > 1 || !Number.isInteger(total.faults))
      return [];
    return [
      {
        area: 0,
        modulus: whole,
        residue: bytes(mod(part.mapping.start, whole)),
        faults: total.faults,
        leaves: leavesText(total.leaves),
        tables: costOf(total.leaves, prepared.arch, rules.era).tableBytes,
      },
    ];
  }
  if (rules.era === 'hugeExactNoPfn')
    return parts.length !== areas.length
      ? []
      : parts.map((part, i) => rowOf(i, whole, mod(part.mapping.start, whole), part));

  return areas.flatMap((area, i) => {
    const { pa } = answerAt(area, SOMEWHERE).mapping;
    const rows: ExpectedRow[] = [];
    // Behind no page of this machine's own no address agrees.
    const sizes = mod(pa, page) !== 0 ? [] : rules.levels.map(level => level.size);
    for (const [k, size] of sizes.entries()) {
      const larger = sizes[k - 1];
      // Congruent modulo this size, and not modulo the next larger one.
      const start = SOMEWHERE + (larger === undefined ? mod(pa, size) : mod(pa + size, larger));
      rows.push(rowOf(i, size, mod(pa, size), answerAt(area, start)));
    }
    const smallest = sizes.at(-1);
    const off = smallest === undefined ? SOMEWHERE : SOMEWHERE + mod(pa + page, smallest);
    rows.push(rowOf(i, page, 0, answerAt(area, off)));
    // A size that changes nothing would only ask for more than is needed.
    return rows.filter((row, k) => row.leaves !== rows[k + 1]?.leaves || row.faults !== rows[k + 1]?.faults);
  });
};

/** The row that holds for area `area` at `start`. */
export const rowAt = (rows: readonly ExpectedRow[], area: number, start: Va): ExpectedRow | undefined =>
  rows.find(row => row.area === area && mod(start, row.modulus) === row.residue);

/** Refusals that come from what else the process holds or may do: another program need not meet them. */
const OF_THE_PROCESS: ReadonlySet<Refusal> = new Set([
  'no gap fits',
  'too many mappings',
  'overlaps a mapping (MAP_FIXED_NOREPLACE)',
  'below mmap_min_addr',
  'may not lock memory',
  'RLIMIT_MEMLOCK exceeded',
  'RLIMIT_AS exceeded',
  'more memory than RAM and swap',
  '/dev/mem is closed',
]);

/** The errno that any process gets for this request; undefined where it is mapped, or where it depends. */
export const expectedErrno = ({ placement }: Solution): number | undefined =>
  placement.ok || OF_THE_PROCESS.has(placement.refusal) ? undefined : placement.errno;
