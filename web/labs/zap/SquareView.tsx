import { useRef } from 'react';
import { designOf } from '../../../src/zap/designs.ts';
import type { Who } from '../../../src/zap/machine.ts';
import type { PictureKeys } from '../../state/commands.ts';
import { app, useMedia, useThemeName } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { measure } from '../../ui/measure.ts';
import { useWidth } from '../../ui/width.ts';
import { changeZap } from './actions.ts';
import { type Shown, toMoment, walked } from './race.ts';
import { drawSquare, type SquarePicture } from './squarePicture.ts';
import { blockWords, figureOf } from './words.ts';

/** How much larger a projector shows it. */
const PROJECTED = 1.3;

/** Draws at the size of a box: larger for a projector. */
export const useScale = (): number => (useThemeName() === 'projector' ? PROJECTED : 1);

/** What the square's keys do, for the help. */
export const squareKeys: readonly PictureKeys[] = [
  { shown: '→, ↓', label: 'A step of the mapper, of the zapper' },
  { shown: '←, ↑', label: 'To the turn before' },
  { shown: 'Home, End', label: 'Before the first turn, after the last' },
];

/** The square of paths. A click walks to a place, a drag along a path; the arrows step. */
export const SquareView = ({
  shown,
  onStep,
  onAct,
  say,
}: {
  readonly shown: Shown;
  readonly onStep: (who: Who) => void;
  /** Before anything changes: what is played stops. */
  readonly onAct: () => void;
  readonly say: (why: string) => void;
}) => {
  const [box, width] = useWidth();
  const scale = useScale();
  const tall = useMedia('(min-height: 1000px)');
  const picture = useRef<SquarePicture | undefined>(undefined);
  const { square, turns, at, told, design, dropped } = shown;
  const inner = width / scale;
  const { id, title } = designOf(design);
  const input = {
    square,
    turns,
    at,
    told,
    title: `${id}: ${title.replaceAll('`', '')}${dropped.length > 0 ? `, ${dropped.length} taken out` : ''}`,
    width: inner,
    row: inner < 520 ? 44 : tall ? 58 : 50,
  };
  const drawn = width > 0 ? drawSquare({ ...input, measure }) : undefined;
  picture.current = drawn;
  const go = (e: React.PointerEvent, phase: 'drag' | 'done'): void => {
    const rect = e.currentTarget.getBoundingClientRect();
    const place = picture.current?.placeAt((e.clientX - rect.left) / scale, (e.clientY - rect.top) / scale);
    if (place === undefined) return;
    const change = walked(shown, place);
    if (change !== undefined) {
      say('');
      changeZap(change, phase);
      return;
    }
    const inside = square.blocks.find(
      b =>
        place.mapper >= b.mapper[0] &&
        place.mapper <= b.mapper[1] &&
        place.zapper >= b.zapper[0] &&
        place.zapper <= b.zapper[1],
    );
    if (phase === 'drag' && app.getState().dragFrom !== undefined) return;
    say(blockWords(inside));
  };
  const { count, of, what } = figureOf(square.root.ends);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element is a picture that takes the arrow keys
    <div
      ref={box}
      className="zap-square"
      role="group"
      aria-label={`Square of paths: ${count} of ${of} ${what}. Right and down step the mapper and the zapper, left and up go back. The lists below say the same in words.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows walk on it
      tabIndex={0}
      onPointerDown={e => {
        if (e.button !== 0 || e.pointerType !== 'mouse') return;
        onAct();
        e.currentTarget.setPointerCapture(e.pointerId);
        go(e, 'drag');
      }}
      onPointerMove={e => {
        if (e.pointerType === 'mouse' && (e.buttons & 1) === 1) go(e, 'drag');
      }}
      onPointerUp={e => {
        // A finger that scrolled the page ends in pointercancel.
        if (e.pointerType !== 'mouse') {
          onAct();
          go(e, 'done');
        }
        app.getState().finish();
      }}
      onPointerCancel={() => app.getState().finish()}
      onKeyDown={e => {
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        switch (e.key) {
          case 'ArrowRight':
            onStep('mapper');
            break;
          case 'ArrowDown':
            onStep('zapper');
            break;
          case 'ArrowLeft':
          case 'ArrowUp':
            onAct();
            changeZap(toMoment(shown, at - 1));
            break;
          case 'Home':
            onAct();
            changeZap(toMoment(shown, 0));
            break;
          case 'End':
            onAct();
            changeZap(toMoment(shown, turns.length));
            break;
          default:
            return;
        }
        e.preventDefault();
      }}
    >
      {drawn && (
        <MarkCanvas
          width={width}
          height={Math.ceil(drawn.height * scale)}
          scale={scale}
          signature={JSON.stringify([design, dropped, turns, at, width, scale, tall])}
          draw={measure => drawSquare({ ...input, measure }).marks}
          offered={`Zap against mmap, ${input.title}`}
        />
      )}
    </div>
  );
};
