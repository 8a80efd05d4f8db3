import { useEffect, useRef, useState } from 'react';
import type { PresentView } from '../../src/scenario/scenario.ts';
import { addressee, type Move, readToNotes, type ToNotes, type ToStage, trusted } from './channel.ts';
import { tourOf } from './scenes.ts';

/** Minutes and seconds: `7:05`. */
const clockOf = (ms: number): string => {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
};

const TICK_MS = 1000;

/** The window that opened this one; undefined where it is gone, or another page by now. */
const stageWindow = (): Window | undefined => {
  const opener: unknown = window.opener;
  return opener !== null && typeof opener === 'object' && !window.opener.closed ? window.opener : undefined;
};

const say = (message: ToStage): void => {
  try {
    stageWindow()?.postMessage(message, addressee(window.location));
  } catch {
    // The stage shows another page by now; the next tick says that it is lost.
  }
};

const keyMove = (key: string): Move | undefined => {
  switch (key) {
    case 'ArrowRight':
    case 'PageDown':
    case ' ':
      return 'next';
    case 'ArrowLeft':
    case 'PageUp':
      return 'previous';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    default:
      return undefined;
  }
};

/** The speaker's window: what to say, what comes next, and how long it has been. In step with the stage. */
export const Notes = ({ present }: { readonly present: PresentView }) => {
  const read = tourOf(present.tour);
  const [stage, setStage] = useState<ToNotes>();
  const [now, setNow] = useState(Date.now);
  const heard = useRef(0);
  useEffect(() => {
    const hear = (e: MessageEvent): void => {
      if (!trusted(e, window.location, stageWindow())) return;
      const message = readToNotes(e.data);
      if (message === undefined) return;
      heard.current = Date.now();
      setStage(message);
    };
    const key = (e: KeyboardEvent): void => {
      const to = keyMove(e.key);
      if (to === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.target instanceof HTMLButtonElement && e.key === ' ') return;
      e.preventDefault();
      say({ hugemap: 'go', to });
    };
    say({ hugemap: 'notes' });
    const timer = window.setInterval(() => {
      setNow(Date.now());
      say({ hugemap: 'notes' });
    }, TICK_MS);
    window.addEventListener('message', hear);
    window.addEventListener('keydown', key);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('message', hear);
      window.removeEventListener('keydown', key);
    };
  }, []);
  if (!read.ok)
    return (
      <main className="notes">
        <h1>These notes cannot be shown</h1>
        <p>{read.reason}.</p>
      </main>
    );
  const { scenes, title } = read.value;
  const at = Math.min(stage?.scene ?? present.scene, scenes.length) - 1;
  const scene = scenes[at];
  const next = scenes[at + 1];
  const lost = stage === undefined || now - heard.current > 4 * TICK_MS;
  return (
    <main className="notes" aria-label="Speaker notes">
      <header>
        <h1>{scene?.title}</h1>
        <p className="notes-clock">
          <b role="timer" aria-label="Time since the beginning">
            {stage === undefined ? '–' : clockOf(now - stage.began)}
          </b>
          <span>{new Date(now).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}</span>
        </p>
      </header>
      <p className="notes-where">
        {title}, scene {at + 1} of {scenes.length}
        {stage !== undefined && !stage.shown && <b> · the question is open</b>}
      </p>
      {lost && (
        <p className="notes-lost" role="status">
          <span className="red" aria-hidden="true">
            ✕{' '}
          </span>
          {stageWindow() === undefined
            ? 'The stage is closed. Open the tour again, and press N there.'
            : 'This window does not hear the stage. Press N on the stage to open it again.'}
        </p>
      )}
      <p className="notes-text">{scene?.notes || 'No notes for this scene.'}</p>
      {scene?.predict !== undefined && (
        <p className="notes-answer">
          <b>Question:</b> {scene.predict.question} <b>Answer:</b>{' '}
          {scene.predict.choices[scene.predict.answer]}
        </p>
      )}
      <p className="notes-caption">{scene?.caption}</p>
      <p className="notes-next">
        <b>Next:</b> {next === undefined ? 'the end' : next.title}
      </p>
      <div className="notes-keys">
        {(['first', 'previous', 'next', 'last'] as const).map(to => (
          <button key={to} type="button" className="button" onClick={() => say({ hugemap: 'go', to })}>
            {{ first: 'First', previous: 'Previous', next: 'Next', last: 'Last' }[to]}
          </button>
        ))}
      </div>
    </main>
  );
};
