/**
 * What the painter draws with: the part of CanvasRenderingContext2D it needs, with its meaning there. A context is a
 * pen as it stands; svg.ts has one that writes SVG. There is no clip: shapes are cut to their window by arithmetic,
 * which costs less on a canvas and nothing in a file.
 */
export interface Pen {
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  globalAlpha: number;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  lineDashOffset: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  setLineDash(segments: number[]): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(cp1x: number, cp1y: number, cp2x: number, cp2y: number, x: number, y: number): void;
  quadraticCurveTo(cpx: number, cpy: number, x: number, y: number): void;
  /** Whole circles only: `from` 0, `to` 2π. */
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  rect(x: number, y: number, w: number, h: number): void;
  /** One radius, or those of the corners from the top left on, clockwise. */
  roundRect(x: number, y: number, w: number, h: number, radii: number | number[]): void;
  closePath(): void;
  fill(): void;
  /** A shorter way to fill a rectangle, where there is one. */
  fillRect?(x: number, y: number, w: number, h: number): void;
  stroke(): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
}
