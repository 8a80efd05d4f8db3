import { Fragment, type ReactNode, useRef, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { cutTerms, glossary, type TermId } from '../scenario/glossary.ts';
import { placePopover } from './popover.ts';
import './term.css';

/** The word explained at the moment, and the button it was asked at. */
interface Shown {
  readonly id: TermId;
  readonly at: HTMLElement;
}

/** One popover serves every word of the page, so what it shows is kept beside the components. */
let shown: Shown | undefined;
const listeners = new Set<() => void>();
const show = (next: Shown | undefined): void => {
  shown = next;
  for (const tell of listeners) tell();
};
const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};
const useShown = (): Shown | undefined => useSyncExternalStore(subscribe, () => shown);

const HELP = 'term-help';

const explain = (id: TermId, at: HTMLElement): void => {
  const popover = document.getElementById(HELP);
  if (popover === null) return;
  // Its text first: its place follows from its size.
  flushSync(() => show({ id, at }));
  // Hidden before it is shown, so that the browser notes where the focus goes back to.
  if (popover.matches(':popover-open')) popover.hidePopover();
  popover.showPopover();
  placePopover(popover, at);
  popover.focus({ preventScroll: true });
};

/** A word with its explanation behind it: a button in the line, underlined with dots. Needs {@link TermHelp} on the page. */
export const Term = ({ id, children }: { readonly id: TermId; readonly children: ReactNode }) => {
  const button = useRef<HTMLButtonElement>(null);
  const open = useShown()?.at === button.current && button.current !== null;
  return (
    <button
      ref={button}
      type="button"
      className="term"
      // Only so that a press on it is no press outside; opening is done by hand, see below.
      popoverTarget={HELP}
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={e => {
        const at = e.currentTarget;
        // The second press is the browser's: it closes.
        if (shown?.at === at) return;
        e.preventDefault();
        explain(id, at);
      }}
    >
      {children}
    </button>
  );
};

/** A text, with the words that the glossary explains made {@link Term}s; `only` those, where it is given. */
export const Terms = ({ of, only }: { readonly of: string; readonly only?: TermId }) =>
  cutTerms(of).parts.map((part, i) => {
    if (typeof part === 'string') return part;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text is cut the same way each time
      <Fragment key={i}>
        {only === undefined || part.term === only ? <Term id={part.term}>{part.text}</Term> : part.text}
      </Fragment>
    );
  });

/** The popover that explains the words. One on the page, anywhere. */
export const TermHelp = () => {
  const now = useShown();
  const entry = now === undefined ? undefined : glossary[now.id];
  return (
    <div
      id={HELP}
      className="term-help"
      popover="auto"
      role="dialog"
      aria-label={entry?.name ?? 'Explanation'}
      tabIndex={-1}
      onToggle={e => {
        if (e.newState === 'open' || shown === undefined) return;
        // Browsers give the focus back to where it was when it opened; Safari gives no focus to a pressed button.
        if (document.activeElement === document.body) shown.at.focus();
        show(undefined);
      }}
    >
      {entry !== undefined && (
        <>
          <p>
            <b>{entry.name}.</b> {entry.text}
          </p>
          {entry.source !== undefined && <p className="source">{entry.source}</p>}
        </>
      )}
    </div>
  );
};
