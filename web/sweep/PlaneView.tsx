import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { archOf } from '../../src/arch/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { inputOf } from '../../src/sweep/inputs.ts';
import { CORRUPT, isMapped } from '../../src/sweep/points.ts';
import { formatSize } from '../../src/text.ts';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import { type Ink, type Mark, type Measure, roughMeasure } from '../draw/marks.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { useThemeName } from '../state/store.ts';
import { type Best, NOBODY } from './best.ts';
import type { Cell } from './change.ts';
import { boundariesOf, pixelOf, pointAt, ticksOf } from './frame.ts';
import { inksOf, paintPlane, shownPlaces, spanOf } from './paintPlane.ts';
import type { Planes } from './planes.ts';
import { regionsOf } from './regions.ts';
import { classText, inputNames, leafOf } from './words.ts';

/** Room around the plane for ticks and names of the axes, in pixels. */
const ROOM = { name: 26, right: 12, top: 8, bottom: 44 } as const;

/** Sets of policies are named by letters. */
export const letterOf = (set: number): string =>
  set < 26 ? String.fromCharCode(65 + set) : `${letterOf(Math.floor(set / 26) - 1)}${letterOf(set % 26)}`;

/** Height of the smallest region, in pixels, that gets its name written into it. */
const NAMED = 26;

export interface PlaneViewProps {
  readonly shown: Planes;
  readonly scenario: Scenario;
  readonly best: Best | undefined;
  readonly cell: Cell;
  readonly side: number;
  readonly label: string;
  readonly onCell: (cell: Cell) => void;
  readonly onOpen: (cell: Cell) => void;
  readonly onBrush: (from: Cell, to: Cell) => void;
  readonly onBack: () => void;
}

interface Dragged {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Pixels that a press moves before it is a brush and not a click. */
const BRUSH_PX = 6;

/** A finger that comes down this near to the point at hand means it, in pixels. */
const FINGER_PX = 22;

const useRatio = (): number => {
  const [ratio, setRatio] = useState(() => window.devicePixelRatio || 1);
  useEffect(() => {
    const changed = (): void => setRatio(window.devicePixelRatio || 1);
    window.addEventListener('resize', changed);
    return () => window.removeEventListener('resize', changed);
  }, []);
  return ratio;
};

const clamp = (n: number, most: number): number => Math.min(Math.max(n, 0), most);

/** A pill with words: nothing is written on a texture itself. */
const pill = (
  measure: Measure,
  x: number,
  y: number,
  text: string,
  ink: Ink,
  size: number,
): readonly Mark[] => {
  const width = measure(text, { size, weight: 700 }) + 16;
  return [
    {
      kind: 'rect',
      x: x - width / 2,
      y: y - size * 0.8,
      w: width,
      h: size * 1.6,
      fill: 'bg',
      stroke: ink,
      strokeWidth: 1.4,
      radius: size * 0.8,
    },
    { kind: 'text', x, y, text, size, weight: 700, ink, align: 'middle' },
  ];
};

/** The plane with its axes, the point at hand and the brush; keys and pointer move the point. */
export const PlaneView = ({
  shown,
  scenario,
  best,
  cell,
  side,
  label,
  onCell,
  onOpen,
  onBrush,
  onBack,
}: PlaneViewProps) => {
  const theme = useThemeName();
  const ratio = useRatio();
  const under = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const [brush, setBrush] = useState<Dragged>();
  const { x, y, policies } = shown.ask;
  const { colour } = scenario.view.sweep;
  const [main] = policies;
  const known = main === undefined ? undefined : shown.planes.get(main);
  // A stage is looked at from afar.
  const scale = theme === 'projector' ? 1.25 : 1;
  const leftRoom =
    ROOM.name +
    Math.max(...ticksOf(y, side, 56).map(t => roughMeasure(t.text, { size: 11 * scale }) * 0.97 + 10), 30);
  const width = Math.floor(side - leftRoom - ROOM.right);
  const height = Math.round(width * 0.97);
  const inks = useMemo(() => inksOf(palettes[theme], outlined.has(theme), ratio), [theme, ratio]);
  const plane = known?.plane;
  // The planes are filled in place: what is known says that they changed.
  const version = `${known?.known ?? 0} ${known?.stride ?? 0}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the arrays hold
  const places = useMemo(
    () =>
      plane === undefined
        ? undefined
        : shownPlaces(plane, place =>
            colour === 'best' ? (best?.at[place] ?? 0) > 0 : (plane.cls[place] ?? 0) > 0,
          ),
    [plane, version, colour, best],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the arrays hold
  const span = useMemo(
    () => (plane === undefined ? undefined : spanOf(plane, colour)),
    [plane, version, colour],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the arrays hold
  useLayoutEffect(() => {
    const canvas = under.current;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx || plane === undefined || places === undefined || inks === undefined || width <= 0)
      return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const image = ctx.createImageData(canvas.width, canvas.height);
    paintPlane(image, { plane, places, colour, best, span, inks, ratio });
    ctx.putImageData(image, 0, 0);
  }, [plane, version, places, span, colour, best, inks, width, height, ratio]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the arrays hold
  const regions = useMemo(() => {
    if (plane === undefined || places === undefined) return [];
    return regionsOf(plane.columns, plane.rows, (column, row) => {
      const place = places[row * plane.columns + column] ?? -1;
      if (place < 0) return -1;
      const cls = plane.cls[place] ?? 0;
      if (!isMapped(cls)) return cls;
      if (colour === 'best') {
        const set = best?.at[place] ?? 0;
        return set === 0 || set === NOBODY ? -1 : 100 + set - 1;
      }
      return colour === 'leaf' ? cls : -1;
    });
  }, [plane, version, places, colour, best]);

  const leaves = archOf(scenario.machine.arch).pfnLeaves;
  useLayoutEffect(() => {
    const canvas = over.current;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx || width <= 0) return;
    const whole = { w: side, h: height + ROOM.top + ROOM.bottom };
    canvas.width = Math.round(whole.w * ratio);
    canvas.height = Math.round(whole.h * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const measure = canvasMeasure(ctx);
    const left = leftRoom;
    const bottom = ROOM.top + height;
    const marks: Mark[] = [
      { kind: 'rect', x: left - 0.5, y: ROOM.top - 0.5, w: width + 1, h: height + 1, stroke: 'dim' },
    ];
    for (const t of ticksOf(x, width, 96))
      marks.push(
        {
          kind: 'path',
          points: [
            [left + t.at, bottom],
            [left + t.at, bottom + 5],
          ],
          stroke: 'mut',
        },
        {
          kind: 'text',
          x: clampText(left + t.at, measure(t.text, { size: 11 * scale }), side),
          y: bottom + 14,
          text: t.text,
          size: 11 * scale,
          ink: 'mut',
          align: 'middle',
        },
      );
    for (const t of ticksOf(y, height, 56))
      marks.push(
        {
          kind: 'path',
          points: [
            [left - 5, bottom - t.at],
            [left, bottom - t.at],
          ],
          stroke: 'mut',
        },
        {
          kind: 'text',
          x: left - 8,
          y: Math.max(bottom - t.at, ROOM.top + 6),
          text: t.text,
          size: 11 * scale,
          ink: 'mut',
          align: 'end',
        },
      );
    marks.push({
      kind: 'text',
      x: left + width / 2,
      y: bottom + 31,
      text: inputNames[x.input],
      size: 12 * scale,
      weight: 600,
      ink: 'ink',
      align: 'middle',
    });
    // Where leaves of a size begin, along both axes.
    for (const leaf of leaves) {
      const dash = [2, 4];
      for (const at of boundariesOf(x, width, leaf.size))
        if (at > 1 && at < width - 1)
          marks.push({
            kind: 'path',
            points: [
              [left + at, ROOM.top],
              [left + at, bottom],
            ],
            stroke: 'ink',
            dash,
            alpha: 0.55,
          });
      for (const at of boundariesOf(y, height, leaf.size))
        if (at > 1 && at < height - 1)
          marks.push({
            kind: 'path',
            points: [
              [left, bottom - at],
              [left + width, bottom - at],
            ],
            stroke: 'ink',
            dash,
            alpha: 0.55,
          });
    }
    for (const r of regions) {
      const w = (r.columns / x.count) * width;
      const h = (r.rows / y.count) * height;
      const leaf = r.category < 100 ? leafOf(r.category) : undefined;
      const size = leaf === undefined ? undefined : leaves.find(l => l.kind === leaf)?.size;
      const name = r.category >= 100 ? letterOf(r.category - 100) : classText(r.category);
      const style = { size: (leaf === undefined ? 12 : 14) * scale, weight: 700 };
      // With its size where there is room, else the name alone, else nothing.
      const named = [...(size === undefined ? [] : [`${name} ${formatSize(size)}`]), name].find(
        text => measure(text, style) + 20 <= w,
      );
      if (h < NAMED || named === undefined) continue;
      const cx = left + ((r.column + r.columns / 2) / x.count) * width;
      const cy = bottom - ((r.row + r.rows / 2) / y.count) * height;
      const ink: Ink =
        r.category < 100 && r.category >= CORRUPT ? 'red' : leaf === undefined ? 'mut' : `${leaf}.text`;
      marks.push(...pill(measure, cx, cy, named, ink, (leaf === undefined ? 12 : 14) * scale));
    }
    // The Map's own scene, where it lies on the plane.
    const mine = {
      px: pixelOf(x, inputOf(scenario, x.input), width),
      py: pixelOf(y, inputOf(scenario, y.input), height),
    };
    if (mine.px >= 0 && mine.px <= width && mine.py >= 0 && mine.py <= height) {
      const at = { x: left + mine.px, y: bottom - mine.py };
      marks.push(
        { kind: 'circle', ...at, r: 6.5, stroke: 'bg', strokeWidth: 5 },
        { kind: 'circle', ...at, r: 6.5, stroke: 'ink', strokeWidth: 2.4 },
      );
      const right = at.x < left + width / 2;
      marks.push({
        kind: 'text',
        x: at.x + (right ? 13 : -13),
        y: Math.min(Math.max(at.y, ROOM.top + 9), bottom - 9),
        text: 'the Map’s scene',
        size: 11 * scale,
        weight: 600,
        ink: 'ink',
        halo: 'bg',
        align: right ? 'start' : 'end',
      });
    }
    const px = left + ((cell.column + 0.5) / x.count) * width;
    const py = bottom - ((cell.row + 0.5) / y.count) * height;
    for (const [stroke, strokeWidth] of [
      ['bg', 4],
      ['ink', 1.6],
    ] as const)
      marks.push(
        {
          kind: 'path',
          points: [
            [left, py],
            [px, py],
          ],
          stroke,
          strokeWidth,
          ...(stroke === 'ink' ? { dash: [2, 3] } : { alpha: 0.6 }),
        },
        {
          kind: 'path',
          points: [
            [px, bottom],
            [px, py],
          ],
          stroke,
          strokeWidth,
          ...(stroke === 'ink' ? { dash: [2, 3] } : { alpha: 0.6 }),
        },
      );
    marks.push({ kind: 'circle', x: px, y: py, r: 5, fill: 'ink', stroke: 'bg', strokeWidth: 2 });
    if (brush !== undefined)
      marks.push({
        kind: 'rect',
        x: left + Math.min(brush.x0, brush.x1),
        y: ROOM.top + Math.min(brush.y0, brush.y1),
        w: Math.abs(brush.x1 - brush.x0),
        h: Math.abs(brush.y1 - brush.y0),
        stroke: 'ink',
        strokeWidth: 2,
        fill: 'trap',
      });
    paint(ctx, marks, palettes[theme]);
  }, [x, y, width, height, side, leftRoom, scale, ratio, theme, regions, cell, brush, scenario, leaves]);

  const cellOf = (px: number, py: number): Cell => ({
    column: pointAt(x, px, width),
    row: pointAt(y, height - 1 - py, height),
  });
  const pressed = useRef<{
    readonly x: number;
    readonly y: number;
    readonly pointer: number;
    /** The press opens the point: a finger has none under it before it comes down, so its first press only moves it. */
    readonly opens: boolean;
  }>(undefined);
  const at = (e: React.PointerEvent): { readonly x: number; readonly y: number } => {
    const box = e.currentTarget.getBoundingClientRect();
    return {
      x: clamp(e.clientX - box.left - leftRoom, width - 1),
      y: clamp(e.clientY - box.top - ROOM.top, height - 1),
    };
  };
  const inside = (e: React.PointerEvent): boolean => {
    const box = e.currentTarget.getBoundingClientRect();
    const [px, py] = [e.clientX - box.left - leftRoom, e.clientY - box.top - ROOM.top];
    return px >= 0 && py >= 0 && px < width && py < height;
  };
  const keys = (e: React.KeyboardEvent): void => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const step = e.shiftKey ? 16 : 1;
    const go = (columns: number, rows: number): void =>
      onCell({
        column: clamp(cell.column + columns, x.count - 1),
        row: clamp(cell.row + rows, y.count - 1),
      });
    switch (e.key) {
      case 'ArrowLeft':
        go(-step, 0);
        break;
      case 'ArrowRight':
        go(step, 0);
        break;
      case 'ArrowUp':
        go(0, step);
        break;
      case 'ArrowDown':
        go(0, -step);
        break;
      case 'Home':
        go(-x.count, 0);
        break;
      case 'End':
        go(x.count, 0);
        break;
      case 'PageUp':
        go(0, y.count);
        break;
      case 'PageDown':
        go(0, -y.count);
        break;
      case 'Enter':
        onOpen(cell);
        break;
      case '+':
      case '=': {
        const [w, h] = [Math.max(1, Math.floor(x.count / 8)), Math.max(1, Math.floor(y.count / 8))];
        onBrush(
          { column: clamp(cell.column - w, x.count - 1), row: clamp(cell.row - h, y.count - 1) },
          { column: clamp(cell.column + w, x.count - 1), row: clamp(cell.row + h, y.count - 1) },
        );
        break;
      }
      case 'Escape':
        if (brush !== undefined) {
          pressed.current = undefined;
          setBrush(undefined);
        } else onBack();
        break;
      case '0':
      case '-':
        onBack();
        break;
      default:
        return;
    }
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div
      className="plane"
      role="application"
      aria-roledescription="plane"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move the point
      tabIndex={0}
      aria-label={label}
      aria-describedby="sweep-keys"
      style={{ width: `${side}px`, height: `${height + ROOM.top + ROOM.bottom}px` }}
      onKeyDown={keys}
      onPointerDown={e => {
        if (e.button !== 0 || !inside(e)) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        const here = at(e);
        const px = ((cell.column + 0.5) / x.count) * width;
        const py = height - ((cell.row + 0.5) / y.count) * height;
        const onPoint = Math.hypot(here.x - px, here.y - py) <= FINGER_PX;
        const finger = e.pointerType === 'touch';
        pressed.current = { ...here, pointer: e.pointerId, opens: !finger || onPoint };
        // A finger cannot hit the very same square twice.
        if (!finger || !onPoint) onCell(cellOf(here.x, here.y));
      }}
      onPointerMove={e => {
        const here = at(e);
        const from = pressed.current;
        if (from === undefined) {
          if (inside(e)) onCell(cellOf(here.x, here.y));
          return;
        }
        if (brush !== undefined || Math.hypot(here.x - from.x, here.y - from.y) >= BRUSH_PX)
          setBrush({ x0: from.x, y0: from.y, x1: here.x, y1: here.y });
      }}
      onPointerUp={e => {
        const from = pressed.current;
        pressed.current = undefined;
        if (from === undefined) return;
        const here = at(e);
        if (brush === undefined) {
          if (from.opens) onOpen(e.pointerType === 'touch' ? cell : cellOf(here.x, here.y));
        } else {
          setBrush(undefined);
          onBrush(cellOf(brush.x0, brush.y0), cellOf(brush.x1, brush.y1));
        }
      }}
      onPointerCancel={() => {
        pressed.current = undefined;
        setBrush(undefined);
      }}
    >
      <canvas
        ref={under}
        style={{ left: `${leftRoom}px`, top: `${ROOM.top}px`, width: `${width}px`, height: `${height}px` }}
      />
      <canvas
        ref={over}
        style={{ left: 0, top: 0, width: `${side}px`, height: `${height + ROOM.top + ROOM.bottom}px` }}
      />
      <span className="y-name" aria-hidden="true" style={{ top: `${ROOM.top + height / 2}px` }}>
        {inputNames[y.input]}
      </span>
    </div>
  );
};

/** The middle of a text that must not leave the drawing. */
const clampText = (x: number, width: number, side: number): number => Math.min(x, side - width / 2 - 1);
