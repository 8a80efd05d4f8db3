import { useState } from 'react';
import { type Twin, twinsOf } from '../../scenario/twins.ts';
import { useCalmFacts } from '../verdict/useVerdict.ts';
import './tables.css';

const One = ({ twin: { caption, head, rows, note } }: { readonly twin: Twin }) => (
  <>
    {/* A region that scrolls by itself has to be reached by keys too. */}
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
    <section className="wide twin" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map(text => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two rows may say the same, and rows keep no state
            <tr key={n}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={head[i]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={head[i]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
    {note !== undefined && <p className="note">{note}</p>}
  </>
);

const All = () => {
  const facts = useCalmFacts();
  return twinsOf(facts).map(twin => <One key={twin.caption} twin={twin} />);
};

/** A table for every picture, made only while it is open. */
export const Tables = () => {
  const [open, setOpen] = useState(false);
  return (
    <section>
      <details onToggle={e => setOpen(e.currentTarget.open)}>
        <summary>As tables</summary>
        {open && <All />}
      </details>
    </section>
  );
};
