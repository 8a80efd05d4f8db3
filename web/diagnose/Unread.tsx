import type { Intake } from '../../src/intake/intake.ts';
import { formatCount } from '../../src/text.ts';
import type { Placed } from './Given.tsx';

const SHOWN = 100;

/** Lines that were not read, each with its number and why, and what else there is to say about the lines. */
export const Unread = ({ intake, texts }: { readonly intake: Intake; readonly texts: readonly Placed[] }) => {
  const where = (line: number): string => {
    const text = texts.findLast(t => t.first <= line);
    const name = text?.given.name ?? '';
    return `line ${formatCount(line)}${name === '' || texts.length < 2 ? '' : ` (${name} ${formatCount(line - (text?.first ?? 1) + 1)})`}`;
  };
  const { problems, contradictions, unread } = intake;
  // Where texts contradict each other stands in the answer.
  const said = new Set(contradictions.map(c => c.text));
  const notes = intake.notes.filter(n => !said.has(n.reason));
  return (
    <>
      {problems.length > 0 && (
        <section className="problems">
          <h3>
            {formatCount(unread)} {unread === 1 ? 'line' : 'lines'} not read
          </h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, and not only for a mouse */}
          <ol tabIndex={0} aria-label="Lines that were not read">
            {problems.slice(0, SHOWN).map((p, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one line may have several problems, in a fixed order
              <li key={`${p.line} ${i}`}>
                <span>{where(p.line)}</span>
                <span>{p.reason}</span>
                <code>{p.text}</code>
              </li>
            ))}
          </ol>
          {problems.length > SHOWN && <p className="note">and {formatCount(problems.length - SHOWN)} more</p>}
        </section>
      )}
      {notes.length > 0 && (
        <details>
          <summary>
            {formatCount(notes.length)} {notes.length === 1 ? 'remark' : 'remarks'} on what was read
          </summary>
          <ul>
            {notes.slice(0, SHOWN).map((n, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one line may have several remarks, in a fixed order
              <li key={`${n.line} ${i}`} className="note">
                {n.line > 0 && `${where(n.line)}: `}
                {n.reason} {n.text !== '' && <code>{n.text}</code>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
};
