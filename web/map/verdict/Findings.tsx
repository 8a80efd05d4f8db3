import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { mod } from '../../../src/units.ts';
import { skippedBytes } from '../../scenario/skipped.ts';
import { leafNames, reasonsOf } from '../../scenario/words.ts';
import { app } from '../../state/store.ts';
import { Pieces, plain } from '../../ui/Pieces.tsx';
import { fixesOf } from '../fix.ts';
import { TRACEPOINT_OMITS, tracepointLines } from '../tracepoint.ts';
import { fitsOf } from './fit.ts';
import { Steps } from './Steps.tsx';
import { type Facts, useCalmFacts } from './useVerdict.ts';

const MARKS = { no: '✕', yes: '✓', so: '↳' } as const;
const SPOKEN = { no: 'No: ', yes: 'Yes: ', so: '' } as const;

const FitTable = ({ facts: { solution } }: { readonly facts: Facts }) => {
  const { device } = solution;
  if (device === undefined) return null;
  const { start, pa } = device.mapping;
  return (
    <section>
      <h2>Is there a leaf of size S?</h2>
      <table className="fit">
        <thead>
          <tr>
            <th scope="col">S</th>
            <th scope="col" colSpan={2}>
              VA − PA, mod S
            </th>
            <th scope="col">
              <span className="visually-hidden">that size or larger</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {fitsOf(device, solution.total?.leaves).map(({ kind, size, there: ok }) => {
            const residue = mod(start - pa, size);
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
  const title = !solution.placement.ok
    ? 'Why it is refused'
    : solution.device === undefined
      ? 'How it got there'
      : reasons.some(r => r.mark === 'yes')
        ? 'Why it fits'
        : 'Why not larger?';
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
      <h2>{solution.placement.ok ? 'What would fix it' : 'What would be granted'}</h2>
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
      <p className="note">{TRACEPOINT_OMITS}</p>
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
  const facts = useCalmFacts();
  return (
    <div className="findings">
      <FitTable facts={facts} />
      <Why facts={facts} />
      <Steps solution={facts.solution} />
      <Fixes facts={facts} />
      <Cost facts={facts} />
      <Trace facts={facts} />
      <Runs facts={facts} />
    </div>
  );
};
