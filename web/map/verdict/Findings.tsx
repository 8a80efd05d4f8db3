import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { mod } from '../../../src/units.ts';
import { skippedBytes } from '../../scenario/skipped.ts';
import { leafNames, reasonsOf } from '../../scenario/words.ts';
import { app } from '../../state/store.ts';
import { Pieces, plain } from '../../ui/Pieces.tsx';
import { fixesOf } from '../fix.ts';
import { tracepointLines } from '../tracepoint.ts';
import { type Facts, useFacts } from './useVerdict.ts';

const MARKS = { no: '✕', yes: '✓', so: '↳' } as const;
const SPOKEN = { no: 'No: ', yes: 'Yes: ', so: '' } as const;

const FitTable = ({ facts: { solution } }: { readonly facts: Facts }) => {
  const { device, placement, prepared } = solution;
  if (device === undefined || !placement.ok) return null;
  const { start, pa } = device.mapping;
  const sizes = [
    ...device.rules.verdicts.map(v => ({ kind: v.kind, size: v.size, usable: v.usable })),
    { kind: 'pte' as const, size: prepared.arch.page, usable: true },
  ];
  return (
    <section>
      <h2>Does a leaf of size S fit?</h2>
      <table className="fit">
        <thead>
          <tr>
            <th scope="col">S</th>
            <th scope="col" colSpan={2}>
              VA − PA, mod S
            </th>
            <th scope="col">
              <span className="visually-hidden">fits</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sizes.map(({ kind, size, usable }) => {
            const residue = mod(start - pa, size);
            const there = device.leaves.some(run => run.size >= size && !run.corrupt);
            const fits =
              usable && !device.why.some(w => w.kind === kind && w.parts.some(p => p.where === 'whole'));
            const ok = kind === 'pte' || there || fits;
            return (
              <tr key={kind}>
                <th scope="row" className={`ink-${kind}`}>
                  {formatSize(size)}
                </th>
                <td className="hex">{residue === 0 ? '' : formatAddress(residue)}</td>
                <td className={residue === 0 ? 'hex' : 'hex red'}>
                  {residue === 0 ? '0' : formatSize(residue)}
                </td>
                <td className={ok ? 'mark' : 'mark red'}>
                  <span aria-hidden="true">{ok ? '✓' : '✕'}</span>
                  <span className="visually-hidden">{ok ? 'yes' : 'no'}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
};

const Why = ({ facts: { scenario, solution, events } }: { readonly facts: Facts }) => {
  const reasons = reasonsOf(scenario, solution, events);
  if (reasons.length === 0) return null;
  const no = reasons.some(r => r.mark === 'no');
  const title = solution.device === undefined ? 'How it got there' : no ? 'Why not larger?' : 'Why it fits';
  return (
    <section>
      <h2>{title}</h2>
      <ul className="reasons">
        {reasons.map(r => (
          <li key={`${r.head}:${plain(r.body)}`}>
            <span className={`mark ${r.mark}`} aria-hidden="true">
              {MARKS[r.mark]}
            </span>
            <span>
              <span className="visually-hidden">{SPOKEN[r.mark]}</span>
              <b>{r.head}.</b> <Pieces of={r.body} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Fixes = ({ facts: { scenario, solution } }: { readonly facts: Facts }) => {
  const fixes = fixesOf(scenario, solution);
  if (fixes.length === 0) return null;
  return (
    <section>
      <h2>What would fix it</h2>
      {fixes.map(({ text, action }) => (
        <div className="fix" key={plain(text)}>
          <p>
            <Pieces of={text} />
          </p>
          {action !== undefined && (
            <button
              type="button"
              className="button"
              onClick={() => app.getState().change(action.update, 'done')}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </section>
  );
};

const Cost = ({ facts: { solution, events } }: { readonly facts: Facts }) => {
  const { device, placement } = solution;
  const skipped = skippedBytes(placement, events);
  if (!placement.ok) return null;
  const pages = (tables: readonly { readonly count: number }[]): number =>
    tables.reduce((sum, t) => sum + t.count, 0);
  const rows: readonly (readonly [string, string, string])[] =
    device === undefined
      ? []
      : [
          ['Faults to touch all', formatCount(device.faults), formatCount(device.bestCost.faults)],
          [
            'Page-table pages',
            formatCount(pages(device.cost.tables)),
            formatCount(pages(device.bestCost.tables)),
          ],
          ['Page-table memory', formatSize(device.cost.tableBytes), formatSize(device.bestCost.tableBytes)],
          ['TLB entries', formatCount(device.cost.tlbEntries), formatCount(device.bestCost.tlbEntries)],
        ];
  if (rows.length === 0 && skipped === undefined) return null;
  return (
    <section>
      <h2>Cost</h2>
      <table className="cost">
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">What</span>
            </th>
            <th scope="col">here</th>
            <th scope="col">{rows.length > 0 && 'best'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, here, best]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{here}</td>
              <td className="best">{best}</td>
            </tr>
          ))}
          {skipped !== undefined && (
            <tr>
              <th scope="row">Address space skipped</th>
              <td>{formatSize(skipped)}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
};

const Trace = ({ facts: { events } }: { readonly facts: Facts }) => {
  const lines = tracepointLines(events);
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>Expect this trace on a real machine</h2>
      {lines.map(line => (
        <p className="trace" key={line}>
          {line}
        </p>
      ))}
    </section>
  );
};

const Runs = ({ facts: { solution } }: { readonly facts: Facts }) => {
  const { device } = solution;
  if (device === undefined) return null;
  return (
    <section>
      <details>
        <summary>As a table</summary>
        <div className="wide">
          <table className="runs">
            <thead>
              <tr>
                <th scope="col">VA</th>
                <th scope="col">PA</th>
                <th scope="col">leaf</th>
                <th scope="col">count</th>
              </tr>
            </thead>
            <tbody>
              {device.leaves.map(run => (
                <tr key={run.va}>
                  <td>{formatAddress(run.va)}</td>
                  <td>{formatAddress(device.mapping.pa + (run.va - device.mapping.start))}</td>
                  <td>
                    {leafNames[run.kind]} {formatSize(run.size)}
                    {run.corrupt && <span className="red"> ✕ corrupt</span>}
                  </td>
                  <td>{formatCount(run.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
};

/** Everything under the number: fit, reasons, fixes, cost, the trace, the table. */
export const Findings = () => {
  const facts = useFacts();
  return (
    <div className="findings">
      <FitTable facts={facts} />
      <Why facts={facts} />
      <Fixes facts={facts} />
      <Cost facts={facts} />
      <Trace facts={facts} />
      <Runs facts={facts} />
    </div>
  );
};
