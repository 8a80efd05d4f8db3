import { type CSSProperties, useEffect, useRef } from 'react';
import { app, useMedia } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { measure } from '../../ui/measure.ts';
import { Sign, StepButton } from '../../ui/PlayButtons.tsx';
import { useWidth } from '../../ui/width.ts';
import { changeZap } from './actions.ts';
import { drawLanes } from './lanesPicture.ts';
import { type Shown, toMoment } from './race.ts';
import { useScale } from './SquareView.tsx';
import { stateWords, turnWords } from './words.ts';

/** The moment in words: which turn, whose, and what is then so. */
export const momentWords = ({ turns, at, race, played }: Shown): string => {
  const who = turns[at - 1];
  const state = played.states[at];
  const then = state === undefined ? '' : `. Now: ${stateWords(state)}`;
  if (who === undefined) return `Before the first turn of ${turns.length}`;
  const step = race[who][turns.slice(0, at).filter(t => t === who).length - 1];
  return `Turn ${at} of ${turns.length}, ${turnWords(who, step)}${then}`;
};

/** The order as two lanes over time, with what plays it. */
export const Lanes = ({
  shown,
  playing,
  onPlay,
  onAct,
}: {
  readonly shown: Shown;
  readonly playing: boolean;
  readonly onPlay: () => void;
  readonly onAct: () => void;
}) => {
  const [box, width] = useWidth();
  const scale = useScale();
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const range = useRef<HTMLInputElement>(null);
  const { race, turns, at, told, played, design, dropped } = shown;
  const input = { race, turns, states: played.states, at, told, width: width / scale };
  const drawn = width > 0 ? drawLanes({ ...input, measure }) : undefined;
  const go = (to: number, phase: 'drag' | 'done' = 'done'): void => {
    onAct();
    changeZap(toMoment(shown, to), phase);
  };
  useEffect(() => {
    // React's onChange is the browser's `input`; only its `change` tells that the thumb was let go.
    const element = range.current;
    const finish = (): void => app.getState().finish();
    element?.addEventListener('change', finish);
    return () => element?.removeEventListener('change', finish);
  }, []);
  const point = (e: React.PointerEvent): void => {
    const rect = e.currentTarget.getBoundingClientRect();
    const to = drawn?.momentAt((e.clientX - rect.left) / scale, (e.clientY - rect.top) / scale);
    if (to !== undefined && (to !== at || app.getState().dragFrom !== undefined)) go(to, 'drag');
  };
  const style: CSSProperties =
    drawn?.span === undefined
      ? {}
      : {
          marginLeft: `${drawn.span.from * scale - 7}px`,
          width: `${drawn.span.width * scale + 14}px`,
        };
  const end = at >= turns.length;
  const play = playing ? 'Pause' : still ? 'Step on' : 'Play';
  return (
    <>
      <div className="zap-player">
        <StepButton label="To the start" sign="first" off={at === 0} run={() => go(0)} />
        <StepButton label="A turn back" sign="previous" off={at === 0} run={() => go(at - 1)} />
        <button
          type="button"
          className="button icon"
          aria-label={play}
          title={`${play} (R)`}
          onClick={onPlay}
        >
          <Sign of={playing ? 'pause' : 'play'} />
        </button>
        <StepButton label="A turn on" sign="next" off={end} run={() => go(at + 1)} />
        <StepButton label="To the end" sign="last" off={end} run={() => go(turns.length)} />
        <span className="zap-moment">{momentWords(shown)}</span>
      </div>
      <div
        ref={box}
        className="zap-lanes"
        onPointerDown={e => {
          if (e.button !== 0 || e.pointerType !== 'mouse') return;
          e.currentTarget.setPointerCapture(e.pointerId);
          point(e);
        }}
        onPointerMove={e => {
          if (e.pointerType === 'mouse' && (e.buttons & 1) === 1) point(e);
        }}
        onPointerUp={e => {
          if (e.pointerType === 'mouse') app.getState().finish();
          else {
            point(e);
            app.getState().finish();
          }
        }}
        onPointerCancel={() => app.getState().finish()}
      >
        {drawn && (
          <MarkCanvas
            width={width}
            height={Math.ceil(drawn.height * scale)}
            scale={scale}
            signature={JSON.stringify([design, dropped, turns, at, width, scale])}
            draw={measure => drawLanes({ ...input, measure }).marks}
          />
        )}
      </div>
      <input
        ref={range}
        type="range"
        className="slider zap-scrub"
        aria-label="Moment"
        aria-valuetext={momentWords(shown)}
        min={0}
        max={Math.max(1, turns.length)}
        step={1}
        value={at}
        disabled={turns.length === 0}
        style={style}
        onChange={e => go(e.target.valueAsNumber, 'drag')}
        onPointerUp={() => window.setTimeout(() => app.getState().finish())}
        onKeyUp={() => app.getState().finish()}
        onBlur={() => app.getState().finish()}
      />
    </>
  );
};
