import { alignmentOf, physRanges } from '../../../src/scenario/devices.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { formatAddress, formatSize } from '../../../src/text.ts';
import { type Pa, pa } from '../../../src/units.ts';

/** One row of the table: a stretch of physical addresses. */
interface PhysRow {
  readonly what: string;
  readonly base: Pa;
  readonly size: number;
}

/** Everything that the physical row draws, ascending by address, what holds another thing first. */
const physRows = ({ device }: Scenario, { parts }: Solution): readonly PhysRow[] => {
  const { bar, others, windows, holes, ranges } = device;
  const name = `BAR ${bar.index}`;
  const files = physRanges(device);
  const physOf = (offset: number): Pa => {
    const range = files.findLast(f => f.offset <= offset);
    return pa((range?.phys ?? bar.base) + offset - (range?.offset ?? 0));
  };
  const rows: readonly PhysRow[] = [
    ...windows.map(w => ({
      what: `${w.prefetchable ? 'prefetchable ' : ''}bridge window${w.label === '' ? '' : `, ${w.label}`}`,
      base: w.base,
      size: w.size,
    })),
    ...files.map(f => ({
      what: ranges.length === 0 ? name : `${name} from ${formatSize(f.offset)} on`,
      base: f.phys,
      size: f.size,
    })),
    ...others.map(o => ({
      what: o.owner === undefined ? `BAR ${o.index}` : `BAR ${o.index} of ${o.owner}`,
      base: o.base,
      size: o.size,
    })),
    ...parts.map((p, i) => ({
      what: parts.length === 1 ? 'mapped' : `mapped, part ${i + 1}`,
      base: p.mapping.pa,
      size: p.mapping.end - p.mapping.start,
    })),
    ...holes
      .filter(h => h.offset < bar.size)
      .map(h => ({ what: `hole in ${name}`, base: physOf(h.offset), size: h.size })),
  ];
  return [...rows].sort((a, b) => a.base - b.base || b.size - a.size);
};

/** The physical row as a table: windows, BARs, what is mapped and what is left out. */
export const PhysicalTable = ({
  scenario,
  solution,
}: {
  readonly scenario: Scenario;
  readonly solution: Solution;
}) => (
  <table className="runs">
    <caption className="visually-hidden">Physical address space</caption>
    <thead>
      <tr>
        <th scope="col">PA</th>
        <th scope="col">what</th>
        <th scope="col">size</th>
        <th scope="col">base divisible by</th>
      </tr>
    </thead>
    <tbody>
      {physRows(scenario, solution).map(row => {
        const alignment = alignmentOf(row.base);
        return (
          <tr key={`${row.what} ${row.base} ${row.size}`}>
            <td>{formatAddress(row.base)}</td>
            <td>{row.what}</td>
            <td>{formatSize(row.size)}</td>
            <td>{alignment === undefined ? 'any' : formatSize(alignment)}</td>
          </tr>
        );
      })}
    </tbody>
  </table>
);
