import { useEffect, useMemo, useRef, useState } from 'react';
import { designIds } from '../../../src/zap/ids.ts';
import type { Ending, Who } from '../../../src/zap/machine.ts';
import { bindLab } from '../../state/commands.ts';
import { still } from '../../state/motion.ts';
import { app, useApp } from '../../state/store.ts';
import { Spoken } from '../../ui/Spoken.tsx';
import { presetCommands } from '../presetCommands.ts';
import { changeZap } from './actions.ts';
import { About, DesignTable, Figure, SmallSquares } from './Designs.tsx';
import { Lanes, momentWords } from './Lanes.tsx';
import { plainestOrder, type Shown, shownOf, stepped, toDesign, toMoment } from './race.ts';
import { SquareView, squareKeys } from './SquareView.tsx';
import { Steps } from './Steps.tsx';
import { Story } from './Story.tsx';
import { Twin } from './Twin.tsx';
import { orderText } from './text.ts';
import { endingWords, endWords, soFar, whyNot } from './words.ts';
import './zap.css';

/** So long a turn is shown while the order is played, in milliseconds. */
const TURN_MS = 700;

const endings: readonly Ending[] = ['stale', 'deadlock', 'late', 'good'];

/** How the order ends, or stands, in words. */
const Verdict = ({ shown }: { readonly shown: Shown }) => {
  const { told, at, turns, node, blocked } = shown;
  if (told === undefined || at < turns.length)
    return (
      <p className="zap-verdict">
        <b>{at === 0 ? 'Nothing has happened yet.' : 'Not over.'}</b> {soFar(node.ends)}
        {blocked !== undefined && at === turns.length && (
          <>
            {' '}
            Turn {blocked.turn + 1} of the link cannot be taken:{' '}
            {blocked.why === 'waits' ? 'it waits for a lock' : 'no step is left'}.
          </>
        )}
      </p>
    );
  const { head, text } = endWords(told);
  return (
    <p className="zap-verdict">
      <b className={told.ending === 'good' ? undefined : 'red'}>
        {told.ending === 'good' ? '' : '✕ '}
        {head}
      </b>{' '}
      {text}
    </p>
  );
};

/** A button that steps one of the two; where it cannot, it says why. */
const StepBy = ({
  shown,
  who,
  letter,
  onStep,
}: {
  readonly shown: Shown;
  readonly who: Who;
  readonly letter: string;
  readonly onStep: (who: Who) => void;
}) => {
  const { race, node, waits } = shown;
  const left = race[who].length - node[who];
  const why = whyNot(who, left, waits);
  const next = race[who][node[who]];
  return (
    <span className="zap-step">
      <button
        type="button"
        className="button"
        // Not `disabled`: the focus would be lost when it has to wait.
        aria-disabled={why !== undefined || undefined}
        aria-describedby={`zap-${who}-next`}
        onClick={() => onStep(who)}
      >
        {who === 'mapper' ? 'Mapper steps' : 'Zapper steps'} <kbd>{letter}</kbd>
      </button>
      <span id={`zap-${who}-next`} className="note">
        {why ?? next?.label}
      </span>
    </span>
  );
};

const copyOrder = async (shown: Shown): Promise<void> => {
  const { say } = app.getState();
  try {
    await navigator.clipboard.writeText(orderText(shown));
    say(`Order of ${shown.turns.length} turns copied as text`);
  } catch {
    say('The browser did not allow copying');
  }
};

/** Ways to start over: from nothing, or from the plainest order of an ending. */
const Orders = ({ shown, onAct }: { readonly shown: Shown; readonly onAct: () => void }) => (
  <fieldset className="zap-orders">
    <legend className="visually-hidden">Show an order</legend>
    <span className="note" aria-hidden="true">
      Plainest order that ends
    </span>
    {endings
      .filter(e => shown.square.root.ends[e] > 0)
      .map(e => (
        <button
          key={e}
          type="button"
          className="button"
          aria-label={`Plainest order that ends ${endingWords[e]}`}
          onClick={() => {
            onAct();
            changeZap(plainestOrder(shown, e) ?? {});
          }}
        >
          {endingWords[e]}
        </button>
      ))}
    <button
      type="button"
      className="button"
      onClick={() => {
        onAct();
        changeZap({ turns: [], at: undefined });
      }}
    >
      Start by hand
    </button>
    <button type="button" className="button" onClick={() => void copyOrder(shown)}>
      Copy as text
    </button>
  </fieldset>
);

/** The race between zap and mmap: every order of steps, one at a time or all at once. */
export const ZapLab = () => {
  const view = useApp(s => s.scenario.view.labs.zap);
  const [played, setPlayed] = useState<number | undefined>(undefined);
  const [note, setNote] = useState('');
  const shown = useMemo(() => shownOf(played === undefined ? view : { ...view, at: played }), [view, played]);
  const { turns, at } = shown;

  const onAct = (): void => {
    setPlayed(undefined);
    setNote('');
  };
  const onStep = (who: Who): void => {
    const change = stepped(shown, who);
    onAct();
    if (change !== undefined) changeZap(change);
    else {
      const why = whyNot(who, shown.race[who].length - shown.node[who], shown.waits);
      setNote(why === undefined ? '' : `${why.replace(/^t/, 'T')}.`);
    }
  };
  const back = (): void => {
    onAct();
    changeZap(toMoment(shown, at - 1));
  };
  const onPlay = (): void => {
    setNote('');
    if (played !== undefined) {
      setPlayed(undefined);
      changeZap(toMoment(shown, at));
    } else if (still()) changeZap(toMoment(shown, at >= turns.length ? 0 : at + 1));
    else setPlayed(at >= turns.length ? 0 : at);
  };

  // The next turn after a while; at the end it rests there.
  useEffect(() => {
    if (played === undefined) return;
    const timer = window.setTimeout(() => {
      if (played + 1 < turns.length) setPlayed(played + 1);
      else {
        setPlayed(undefined);
        changeZap({ at: undefined });
      }
    }, TURN_MS);
    return () => window.clearTimeout(timer);
  }, [played, turns.length]);

  const latest = useRef({ onStep, back, onPlay, onAct });
  latest.current = { onStep, back, onPlay, onAct };
  useEffect(() => {
    const lab = (label: string, shownKey: string, keys: readonly string[], run: () => void) =>
      ({ group: 'Lab', label, shown: shownKey, keys, run }) as const;
    return bindLab(
      [
        lab('A step of the mapper', 'M', ['m'], () => latest.current.onStep('mapper')),
        lab('A step of the zapper', 'Z', ['z'], () => latest.current.onStep('zapper')),
        lab('A turn back', 'Backspace', ['backspace'], () => latest.current.back()),
        lab('Play the order, or pause', 'R', ['r'], () => latest.current.onPlay()),
        ...presetCommands(
          'design',
          designIds.length,
          () => designIds.indexOf(app.getState().scenario.view.labs.zap.design),
          i => {
            latest.current.onAct();
            changeZap(toDesign(designIds[i] ?? 'A'));
          },
        ),
      ],
      squareKeys,
    );
  }, []);

  const spoken =
    shown.told !== undefined && at === turns.length
      ? Object.values(endWords(shown.told)).join(' ')
      : `${momentWords(shown)}. ${soFar(shown.node.ends)}`;
  return (
    <section className="lab zap" aria-labelledby="zap-title">
      <header className="zap-head">
        <h2 id="zap-title">Zap against mmap: every order of steps, one square of paths</h2>
        <p className="note">
          Right is one step of the mapper, down is one step of the zapper. A path from top left to bottom
          right is one interleaving.
        </p>
      </header>
      <Figure shown={shown} />
      <section className="zap-left" aria-label="Square of paths">
        <SquareView shown={shown} onStep={onStep} onAct={onAct} say={setNote} />
        <Steps shown={shown} />
      </section>
      <section className="zap-order" aria-label="Order of turns">
        <div className="zap-hand">
          <StepBy shown={shown} who="mapper" letter="M" onStep={onStep} />
          <StepBy shown={shown} who="zapper" letter="Z" onStep={onStep} />
          <button type="button" className="button" aria-disabled={at === 0 || undefined} onClick={back}>
            Take back <kbd>⌫</kbd>
          </button>
          <Orders shown={shown} onAct={onAct} />
        </div>
        <p className="note zap-note" role="status">
          {note}
        </p>
        <Verdict shown={shown} />
        <Lanes shown={shown} playing={played !== undefined} onPlay={onPlay} onAct={onAct} />
      </section>
      <section className="zap-right" aria-label="Designs">
        <DesignTable shown={shown} />
        <p className="note zap-key">
          stale: a leaf is there at the end. late: it outlives the return of the zap, then goes. dead: each
          waits for the other’s lock. in one go: ok / bad where nothing comes between the zap’s steps.
        </p>
        <About shown={shown} />
      </section>
      <section className="zap-all" aria-label="The same square for every design">
        <h3>The same square for every design</h3>
        <SmallSquares shown={shown} />
      </section>
      <Story />
      <Twin shown={shown} />
      <Spoken text={app.getState().dragFrom === undefined && played === undefined ? spoken : ''} />
    </section>
  );
};
