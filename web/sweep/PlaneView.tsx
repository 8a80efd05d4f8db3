import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { archOf } from '../../src/arch/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import type { Mark } from '../draw/marks.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { useThemeName } from '../state/store.ts';
import type { Best } from './best.ts';
import type { Cell } from './change.ts';
import { pointAt } from './frame.ts';
import { frameMarks, leftRoomOf, namedRegions, ROOM } from './frameMarks.ts';
import { inksOf, paintPlane, shownPlaces, spanOf } from './paintPlane.ts';
import type { Planes } from './planes.ts';
import { inputNames } from './words.ts';

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
  const leftRoom = leftRoomOf(y, side, scale);
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
    return namedRegions(plane, places, colour, best);
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
      ...frameMarks({ x, y, width, height, left, side, scale, regions, leaves, scenario, measure }),
    ];
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
