import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { alignDown, MiB } from '../../src/units.ts';
import { beforeFrame, runNow } from './frame.ts';
import type { Scale } from './scale.ts';

export interface BytesSliderProps {
  readonly label: string;
  readonly value: number;
  readonly scale: Scale;
  /** The value in words, for those who hear it. */
  readonly words: string;
  /** Called while the gesture lasts. */
  readonly onDrag: (value: number) => void;
  /** The gesture has ended. */
  readonly onDone: () => void;
  /** What sliders step by: a page of the kernel shown. 4 KiB unless told otherwise. */
  readonly page?: number;
  /** What an arrow key moves by; a page unless told otherwise. */
  readonly step?: (value: number, direction: 1 | -1) => number;
  /** What PageUp and PageDown do; doubling and halving unless told otherwise. */
  readonly bigStep?: (value: number, direction: 1 | -1) => number;
  readonly disabled?: boolean;
}

const PMD = 2 * MiB;
const THUMB = 14;
/** A pointer within so many CSS pixels of a leaf boundary means the boundary. */
const SNAP_PX = 3;

/**
 * A native range over bytes. Arrows move by a page, with Shift by 2 MiB, PageUp and PageDown double and halve. A
 * pointer snaps to leaf boundaries, except while Alt is held.
 */
export const BytesSlider = ({
  label,
  value,
  scale,
  words,
  onDrag,
  onDone,
  page = 4096,
  step = (v, direction) => v + direction * page,
  bigStep = (v, direction) => (direction > 0 ? v * 2 : alignDown(v / 2, page)),
  disabled = false,
}: BytesSliderProps) => {
  const input = useRef<HTMLInputElement>(null);
  const free = useRef(false);
  /** How wide it is while a pointer holds it: to ask at every move would lay the page out once more a frame. */
  const held = useRef<number>(undefined);
  const done = useCallback((): void => {
    // What the hand did last, before it let go.
    runNow(input);
    onDone();
  }, [onDone]);
  const go = (wanted: number): void => {
    const next = Math.min(Math.max(wanted, scale.min), scale.max);
    if (next !== value) onDrag(next);
  };
  /** The thumb is at a position: what that means is found before the next frame. */
  const slide = (element: HTMLInputElement): void => {
    const at = element.valueAsNumber;
    const perPx = scale.steps / Math.max(1, (held.current ?? element.clientWidth) - THUMB);
    const wanted = scale.value(free.current ? at : scale.snap(at, Math.floor(perPx * SNAP_PX)));
    beforeFrame('hand', input, () => {
      latest.current.go(wanted);
      // Behind React: a move that changes nothing renders nothing.
      queueMicrotask(place);
    });
  };
  const latest = useRef({ go, slide });
  latest.current = { go, slide };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const arrow = e.key === 'ArrowRight' || e.key === 'ArrowUp' ? 1 : -1;
    switch (e.key) {
      case 'ArrowRight':
      case 'ArrowUp':
      case 'ArrowLeft':
      case 'ArrowDown':
        go(e.shiftKey ? value + arrow * PMD : step(value, arrow));
        break;
      case 'PageUp':
        go(bigStep(value, 1));
        break;
      case 'PageDown':
        go(bigStep(value, -1));
        break;
      case 'Home':
        go(scale.min);
        break;
      case 'End':
        go(scale.max);
        break;
      default:
        return;
    }
    e.preventDefault();
  };
  const position = scale.position(value);
  // Not React's `value`: that would be put back at every move, before what the move means is known.
  const [first] = useState(position);
  const shown = useRef(position);
  shown.current = position;
  /** Puts the thumb where the value is. */
  const place = useCallback((): void => {
    const element = input.current;
    if (element !== null && element.valueAsNumber !== shown.current) element.valueAsNumber = shown.current;
  }, []);
  useLayoutEffect(place);
  // The browser's own events: React has only one for `input` and `change`, of which the second tells that the thumb was
  // let go, and takes its time to make one of its own for every move.
  useEffect(() => {
    const element = input.current;
    if (element === null) return;
    const moved = (e: PointerEvent): void => {
      free.current = e.altKey;
    };
    const slid = (): void => latest.current.slide(element);
    element.addEventListener('pointermove', moved);
    element.addEventListener('input', slid);
    element.addEventListener('change', done);
    return () => {
      element.removeEventListener('pointermove', moved);
      element.removeEventListener('input', slid);
      element.removeEventListener('change', done);
    };
  }, [done]);
  return (
    <input
      ref={input}
      className="slider"
      type="range"
      aria-label={label}
      aria-valuetext={words}
      min={0}
      max={scale.steps}
      step={1}
      defaultValue={first}
      disabled={disabled || scale.steps === 0}
      onPointerDown={e => {
        free.current = e.altKey;
        held.current = e.currentTarget.clientWidth;
        // A thumb let go where it was taken up fires no `change`, and may be let go anywhere.
        const release = (): void => {
          held.current = undefined;
          window.removeEventListener('pointerup', release);
          window.removeEventListener('pointercancel', release);
          // After the last `input` of the gesture.
          window.setTimeout(done);
        };
        window.addEventListener('pointerup', release);
        window.addEventListener('pointercancel', release);
      }}
      onKeyDown={onKeyDown}
      onKeyUp={done}
      onBlur={done}
    />
  );
};
