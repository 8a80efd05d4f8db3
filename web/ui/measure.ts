import { canvasMeasure } from '../draw/canvas.ts';
import { type Measure, roughMeasure } from '../draw/marks.ts';

let measured: Measure | undefined;

/** Measures text before there is a canvas on the page: for pictures whose height depends on what fits. */
export const measure: Measure = (text, style) => {
  if (measured === undefined) {
    const ctx = document.createElement('canvas').getContext('2d');
    measured = ctx === null ? roughMeasure : canvasMeasure(ctx);
  }
  return measured(text, style);
};
