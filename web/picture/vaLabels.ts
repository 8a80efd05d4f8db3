import { write } from './sheet.ts';
import type { Row } from './vaLayout.ts';

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
}

/** The labels above the row: each finds a place where no other stands and no upright line strikes it through. */
export class Labels {
  private readonly boxes: Box[] = [];
  private readonly row: Row;
  private readonly uprights: number[];

  constructor(row: Row, uprights: readonly number[]) {
    this.row = row;
    this.uprights = [...uprights];
  }

  /** An upright line that labels keep clear of. */
  upright(x: number): void {
    this.uprights.push(x);
  }

  /** A stretch at height `y` that labels keep clear of. */
  block(a: number, b: number, y: number): void {
    this.boxes.push({ x0: Math.min(a, b), x1: Math.max(a, b), y });
  }

  /** Whether no label stands between two heights. */
  empty(x0: number, x1: number, y0: number, y1: number): boolean {
    return this.boxes.every(b => b.y < y0 || b.y > y1 || b.x1 <= x0 || b.x0 >= x1);
  }

  private clear(x0: number, x1: number, y: number): boolean {
    return (
      this.uprights.every(u => u < x0 - 3 || u > x1 + 3) &&
      this.boxes.every(b => Math.abs(b.y - y) >= 12 || b.x1 + 8 <= x0 || b.x0 - 8 >= x1)
    );
  }

  /**
   * Writes the first of the wordings, long to short, that has room on one of the lines, as near to `x` as it can. Where
   * none has, the shortest stands on a plate.
   */
  put(
    wordings: readonly string[],
    x: number,
    align: 'start' | 'middle' | 'end',
    ink: 'ink' | 'red' | 'mut',
    lines: readonly number[],
  ): void {
    const { s } = this.row;
    const style = { size: 11.5, weight: 600 };
    wordings.some((text, i) => {
      const w = s.measure(text, style);
      const wanted = align === 'start' ? x : align === 'end' ? x - w : x - w / 2;
      const clamp = (at: number): number =>
        Math.min(Math.max(at, this.row.x), Math.max(this.row.x, this.row.x + this.row.w - w));
      const stops = [wanted, ...this.uprights.flatMap(u => [u + 5, u - 5 - w])];
      for (const b of this.boxes) stops.push(b.x1 + 10, b.x0 - 10 - w);
      const best = lines
        .flatMap((y, line) =>
          stops.map(at => ({ at: clamp(at), y, cost: Math.abs(clamp(at) - wanted) + line * 60 })),
        )
        .filter(t => this.clear(t.at, t.at + w, t.y))
        .sort((a, b) => a.cost - b.cost)[0];
      if (best === undefined && i < wordings.length - 1) return false;
      const at = best?.at ?? clamp(wanted);
      const y = best?.y ?? lines[0] ?? this.row.rowY;
      write(s, { x: at, y, text, ...style, ink, halo: 'bg', plate: best === undefined });
      this.boxes.push({ x0: at, x1: at + w, y });
      return true;
    });
  }
}
