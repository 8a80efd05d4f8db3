import { type ReactNode, useRef, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import type { TermId } from '../scenario/glossary.ts';
import { placePopover } from './popover.ts';
import './term.css';

/** The word explained at the moment, and the button it was asked at. */
export interface ShownTerm {
  readonly id: TermId;
  readonly at: HTMLElement;
}

/** One popover serves every word of the page, so what it shows is kept beside the components. */
let shown: ShownTerm | undefined;
const listeners = new Set<() => void>();
/** Explains a word, or none. */
export const showTerm = (next: ShownTerm | undefined): void => {
  shown = next;
  for (const tell of listeners) tell();
};
const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};
/** The word explained at the moment. */
export const useShownTerm = (): ShownTerm | undefined => useSyncExternalStore(subscribe, () => shown);

/** The id of the popover. */
export const HELP = 'term-help';

/** The texts come after the first paint: a press before that is answered when they are here, at most so many frames later. */
const PATIENCE = 300;

const explain = (id: TermId, at: HTMLElement, patience = PATIENCE): void => {
  const popover = document.getElementById(HELP);
  if (popover === null) {
    if (patience > 0 && at.isConnected) requestAnimationFrame(() => explain(id, at, patience - 1));
    return;
  }
  // Its text first: its place follows from its size.
  flushSync(() => showTerm({ id, at }));
  // Hidden before it is shown, so that the browser notes where the focus goes back to.
  if (popover.matches(':popover-open')) popover.hidePopover();
  popover.showPopover();
  placePopover(popover, at);
  popover.focus({ preventScroll: true });
};

/** A word with its explanation behind it: a button in the line, underlined with dots. Needs {@link TermHelp} on the page. */
export const Term = ({ id, children }: { readonly id: TermId; readonly children: ReactNode }) => {
  const button = useRef<HTMLButtonElement>(null);
  const open = useShownTerm()?.at === button.current && button.current !== null;
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
