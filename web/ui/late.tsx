import { type ComponentType, type ReactNode, startTransition, useEffect, useState } from 'react';
import { whenIdle } from './idle.ts';

/** Whether a part of the page that loads after the first paint is here. */
type State<P> =
  | { readonly kind: 'away' }
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly part: ComponentType<P> }
  | { readonly kind: 'failed' };

/** A part of the page that loads after the first paint. */
export interface Late<P> {
  readonly state: () => State<P>;
  readonly listen: (notify: () => void) => () => void;
  /** Asks for it; does nothing while it is coming or once it is here. Never throws and never rejects. */
  readonly load: () => void;
}

const loads: (() => void)[] = [];
/** {@link loadRest} has asked for all there was. */
let restAsked = false;

/** Declares a part of the page that is loaded when it is opened, or when the page is idle. */
export const late = <P,>(fetch: () => Promise<ComponentType<P>>): Late<P> => {
  let state: State<P> = { kind: 'away' };
  const listeners = new Set<() => void>();
  const become = (next: State<P>): void => {
    state = next;
    for (const notify of listeners) notify();
  };
  const made: Late<P> = {
    state: () => state,
    listen: notify => {
      listeners.add(notify);
      return () => listeners.delete(notify);
    },
    load: () => {
      if (state.kind === 'coming' || state.kind === 'here') return;
      become({ kind: 'coming' });
      fetch().then(
        part => become({ kind: 'here', part }),
        () => become({ kind: 'failed' }),
      );
    },
  };
  loads.push(made.load);
  // Declared in a part that came late itself: nobody would ask for it any more.
  if (restAsked) whenIdle(made.load);
  return made;
};

/** At the latest so long after what is looked at has come, in milliseconds, the rest of the page is asked for. */
const LATEST = 250;

/** Parts that are looked at and have yet to come. */
let awaited = 0;
let restWanted = false;

const askRest = (): void => {
  if (!restWanted || awaited > 0) return;
  restWanted = false;
  whenIdle(() => {
    restAsked = true;
    for (const load of loads) load();
  }, LATEST);
};

/**
 * Loads every {@link late} part as soon as all that is looked at is here and the page is idle. From then on nothing is
 * requested any more, and the network may go.
 */
export const loadRest = (): void => {
  const soon = (): void => {
    restWanted = true;
    askRest();
  };
  if (document.readyState === 'complete') soon();
  else window.addEventListener('load', soon, { once: true });
};

/** Nothing is shown for so long; most parts are here by then. */
const OUTLINE_MS = 150;

const Outlines = ({
  frame,
  holds,
}: {
  readonly frame: (content: ReactNode) => ReactNode;
  readonly holds: boolean;
}) => {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), OUTLINE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!shown) return holds ? frame(null) : null;
  return frame(
    <div className="outlines" role="status">
      <span className="visually-hidden">Loading</span>
      <div className="outline" />
      <div className="outline" />
      <div className="outline" />
    </div>,
  );
};

/** Why a part is not there, and a way to ask again. */
const Missing = ({ retry }: { readonly retry: () => void }) => (
  <div className="missing" role="alert">
    <p>
      <span className="red" aria-hidden="true">
        ✕{' '}
      </span>
      This part of the page did not load. Is the server still there?
    </p>
    <button type="button" className="button" onClick={retry}>
      Try again
    </button>
  </div>
);

/**
 * A {@link late} part where it stands, the same one as long as it stands. `wanted` asks for it now; `frame` goes around the outlines while it is
 * coming and around the message when it failed. With `holds` the frame stands from the first moment, empty, so that
 * nothing below it moves.
 */
export const LatePart = <P extends object>({
  of,
  wanted,
  frame,
  props,
  holds = false,
}: {
  readonly of: Late<P>;
  readonly wanted: boolean;
  readonly frame: (content: ReactNode) => ReactNode;
  readonly props: P;
  readonly holds?: boolean;
}) => {
  const [state, setState] = useState(of.state);
  useEffect(() => {
    // A large part is rendered in many short tasks: one long one would keep a hand waiting.
    const follow = (): void => startTransition(() => setState(of.state()));
    follow();
    return of.listen(follow);
  }, [of]);
  useEffect(() => {
    // Opened again after it failed, it is asked for again.
    if (wanted) of.load();
  }, [wanted, of]);
  const comes = wanted && (state.kind === 'away' || state.kind === 'coming');
  useEffect(() => {
    if (!comes) return;
    awaited++;
    return () => {
      awaited--;
      askRest();
    };
  }, [comes]);
  switch (state.kind) {
    case 'here': {
      const Part = state.part;
      return <Part {...props} />;
    }
    case 'failed':
      return wanted ? frame(<Missing retry={of.load} />) : null;
    case 'away':
    case 'coming':
      return wanted ? <Outlines frame={frame} holds={holds} /> : null;
  }
};
