import { useId, useMemo, useRef, useState } from 'react';
import { formatAddress, formatSize } from '../../src/text.ts';
import { rangeOf, within } from '../draw/viewport.ts';
import { groundOf } from '../picture/ground.ts';
import { isSlid, withoutStart } from '../scenario/slide.ts';
import { useCalmScenario } from '../state/calm.ts';
import { fit, goTo, zoomBy } from '../state/look.ts';
import { closePlayer, usePlayerOpen } from '../state/playing.ts';
import { playSearch } from '../state/playSearch.ts';
import { solutionOf } from '../state/solution.ts';
import { app, useApp } from '../state/store.ts';
import './toolbar.css';

/** The range shown, as text that can be edited: an address, `A-B`, `base+len` or a size goes there. */
const PlaceBox = () => {
  const scenario = useCalmScenario();
  const solution = useMemo(() => solutionOf(scenario), [scenario]);
  const viewport = useApp(s => s.viewport);
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState('');
  const typed = useRef<string | undefined>(undefined);
  const edit = (next: string | undefined): void => {
    typed.current = next;
    setDraft(next);
    if (next === undefined) setProblem('');
  };
  const why = useId();
  const ground = groundOf(solution);
  const shown =
    ground === undefined
      ? undefined
      : rangeOf(viewport === undefined ? ground.whole : within(viewport, ground.bounds));
  const text =
    ground === undefined || shown === undefined
      ? ''
      : `${formatAddress(ground.start + shown.from)}-${formatAddress(ground.start + shown.to)}`;
  const commit = (input: string): void => {
    const answer = goTo(input);
    setProblem(answer.ok ? '' : answer.reason);
    if (!answer.ok) return;
    edit(undefined);
    app.getState().say(answer.value);
  };
  return (
    <div className="place">
      <label htmlFor="place">Shown</label>
      <input
        id="place"
        type="text"
        autoComplete="off"
        spellCheck={false}
        disabled={ground === undefined}
        value={draft ?? text}
        title="An address, A-B, base+len or a size (G)"
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : why}
        onChange={e => edit(e.target.value)}
        onFocus={e => {
          // What is selected to be typed over stays as it is, whatever moves meanwhile.
          setDraft(e.target.value);
          e.target.select();
        }}
        onBlur={() => {
          // Leaving it takes what was typed, as the other fields do; what cannot be read is let go.
          if (typed.current !== undefined && typed.current !== text) goTo(typed.current);
          edit(undefined);
        }}
        onKeyDown={e => {
          if (e.key === 'Enter') commit(e.currentTarget.value);
          if (e.key === 'Escape') {
            edit(undefined);
            e.currentTarget.blur();
          }
        }}
      />
      <span className="span">{shown === undefined ? '' : formatSize(shown.to - shown.from)}</span>
      {problem !== '' && (
        <p id={why} className="bad" role="alert">
          <span aria-hidden="true">✕ </span>
          {problem}
        </p>
      )}
    </div>
  );
};

const Zoom = () => {
  const nothing = useApp(s => solutionOf(s.scenario).device === undefined);
  return (
    <div className="zoom">
      <button
        type="button"
        className="button icon"
        aria-label="Zoom out"
        title="Zoom out (S, −)"
        disabled={nothing}
        onClick={() => zoomBy(2)}
      >
        −
      </button>
      <button
        type="button"
        className="button icon"
        aria-label="Zoom in"
        title="Zoom in (W, +)"
        disabled={nothing}
        onClick={() => zoomBy(1 / 2)}
      >
        +
      </button>
      <button
        type="button"
        className="button"
        title="Show the whole mapping (F)"
        disabled={nothing}
        onClick={fit}
      >
        Fit
      </button>
    </div>
  );
};

/** While the start is fixed by hand, the way back to the kernel's own. */
const Slid = () => {
  const slid = useApp(s => isSlid(s.scenario));
  if (!slid) return null;
  return (
    <button
      type="button"
      className="button"
      title="No MAP_FIXED, no hint (K)"
      onClick={() => app.getState().change(withoutStart, 'done')}
    >
      Let the kernel place it
    </button>
  );
};

/** Which of several mappings or ranges is looked at; nothing where there is one. */
const Part = () => {
  const count = useApp(s => solutionOf(s.scenario).parts.length);
  const part = useApp(s => s.scenario.view.map.part);
  if (count < 2) return null;
  return (
    <select
      aria-label="Part looked at"
      value={Math.min(part, count)}
      onChange={e => {
        app.getState().setPart(Number(e.target.value));
      }}
    >
      {Array.from({ length: count }, (_, i) => i + 1).map(n => (
        <option key={n} value={n}>
          Part {n} of {count}
        </option>
      ))}
    </select>
  );
};

const PlayButton = () => {
  const open = usePlayerOpen();
  return (
    <button
      id="play"
      type="button"
      className="button"
      aria-pressed={open}
      title="Play the search (M)"
      onClick={open ? closePlayer : playSearch}
    >
      Play the search
    </button>
  );
};

const BitsButton = () => {
  const open = useApp(s => s.bits);
  return (
    <button
      type="button"
      className="button"
      aria-expanded={open}
      aria-controls={open ? 'bits' : undefined}
      title="Bits of VA and PA (B)"
      onClick={() => app.getState().setBits(!open)}
    >
      Bits
    </button>
  );
};

const StageButton = () => {
  const stage = useApp(s => s.stage);
  return (
    <button
      type="button"
      className="button stage-button"
      aria-pressed={stage}
      title="The picture alone, for a stage (X)"
      onClick={() => app.getState().setStage(!stage)}
    >
      Stage
    </button>
  );
};

/** What one does with the picture: where to look, how near, and back from a what-if. */
export const Toolbar = () => (
  <div className="toolbar" role="toolbar" aria-label="View">
    <PlaceBox />
    <Zoom />
    <Part />
    <Slid />
    <span className="end">
      <PlayButton />
      <BitsButton />
      <StageButton />
    </span>
  </div>
);
