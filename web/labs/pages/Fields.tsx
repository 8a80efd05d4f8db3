import { useEffect, useRef } from 'react';
import { app } from '../../state/store.ts';

/** A native range over whole numbers. One drag is one step of undo. */
export const NumberSlider = ({
  label,
  value,
  min,
  max,
  words,
  onDrag,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly words: string;
  readonly onDrag: (value: number) => void;
}) => {
  const input = useRef<HTMLInputElement>(null);
  // React's onChange is the browser's `input`; only the browser's own `change` tells that the thumb was let go.
  useEffect(() => {
    const element = input.current;
    const done = (): void => app.getState().finish();
    element?.addEventListener('change', done);
    return () => element?.removeEventListener('change', done);
  }, []);
  return (
    <input
      ref={input}
      className="slider"
      type="range"
      aria-label={label}
      aria-valuetext={words}
      min={min}
      max={max}
      value={value}
      disabled={max <= min}
      onChange={e => onDrag(e.target.valueAsNumber)}
      onBlur={() => app.getState().finish()}
    />
  );
};
