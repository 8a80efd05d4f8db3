import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LeafRun } from '../../src/leaves/runs.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { mod } from '../../src/units.ts';
import { canvasMeasure } from '../draw/canvas.ts';
import { type Measure, roughMeasure } from '../draw/marks.ts';
import { enlargement } from '../picture/enlargement.ts';
import { firstWidth, standingOf, type Teeth, teethSizes } from '../picture/panes.ts';
import type { Hit, Picture } from '../picture/types.ts';
import { leafSentence } from '../picture/words.ts';
import { nearestStart, whyNoSlide } from '../scenario/slide.ts';
import { runKey } from '../state/commands.ts';
import { embedded } from '../state/embedded.ts';
import { centreOn, panFrom, setDrawn, showAddresses, showOffsets, zoomAt } from '../state/look.ts';
import { useShownStep } from '../state/player.ts';
import { solutionOf } from '../state/solution.ts';
import { app, useApp, usePainted, useThemeName } from '../state/store.ts';
import { afterFrame } from '../ui/frame.ts';
import { LatePart } from '../ui/late.tsx';
import { type Shown, useTween } from '../ui/tween.ts';
import { canvasSize, type Framing, type Look, paintPicture, paneShown, pictureOf } from './frame.ts';
import { makeGestures, type Stage } from './gestures.ts';
import { painter } from './painter/late.ts';

/** Below this width one pane of the zipper is shown at a time. */
export const NARROW = 620;

/** A tip beside the pointer, in CSS pixels of the drawing. */
interface Tip {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
}

/** What a slide has reached: the start, how it stands, and the nearest start that is better. */
const slideLines = (solution: Solution): readonly string[] => {
  const { device } = solution;
  if (device === undefined) return [];
  const { start } = device.mapping;
  const leaves = (runs: readonly LeafRun[]): string =>
    runs.map(r => `${formatCount(r.count)} ${r.kind.toUpperCase()}`).join(' + ');
  const lines = [`start ${formatAddress(start)}, MAP_FIXED`, leaves(device.leaves)];
  for (const { size, parts } of device.why) {
    const cause = parts.find(p => p.where === 'whole')?.cause;
    if (cause?.kind !== 'congruence') continue;
    const near = nearestStart(solution, cause);
    if (near === undefined) continue;
    const way = near.start - start;
    lines.push(
      `${formatSize(size)} teeth meet ${formatSize(Math.abs(way))} ${way < 0 ? 'lower' : 'higher'}: ${leaves(near.leaves)}`,
    );
  }
  return lines;
};

/** A size on the switch of a phone, and how it stands. */
const SizeVerdict = ({
  teeth,
  device,
  brief,
}: {
  readonly teeth: Teeth;
  readonly device: DeviceAnswer;
  readonly brief: boolean;
}) => {
  const residue = mod(device.mapping.start - device.mapping.pa, teeth.size);
  const standing = standingOf(teeth, device).kind;
  // Leaves that nobody checked may be there where the teeth miss: that is no success.
  const unchecked = standing === 'fits' && residue !== 0;
  const good = (standing === 'fits' && !unchecked) || standing === 'covered';
  const words =
    teeth.kind === 'pte'
      ? 'always meet'
      : unchecked
        ? 'PFN unchecked'
        : residue !== 0
          ? `${formatSize(residue)} off`
          : standing === 'covered'
            ? 'meet too'
            : good
              ? 'meet'
              : 'no leaf';
  return (
    <span className="size-verdict">
      <span>
        <span className={good ? `ink-${teeth.kind}` : 'red'} aria-hidden="true">
          {good ? '✓ ' : '✕ '}
        </span>
        <b className={`ink-${teeth.kind}`}>{formatSize(teeth.size)}</b>
      </span>
      <small className={brief ? 'visually-hidden' : good ? '' : 'red'}>{words}</small>
    </span>
  );
};

/** Finds something out when it is first asked for, and remembers it. */
const lazily = <T,>(find: () => T): (() => T) => {
  let found: { readonly it: T } | undefined;
  return () => {
    found ??= { it: find() };
    return found.it;
  };
};

/** The value as it was before the frame in progress. */
const useAfterPaint = <T,>(value: T): T => {
  const [shown, setShown] = useState(value);
  useEffect(() => (Object.is(shown, value) ? undefined : afterFrame(() => setShown(value))), [shown, value]);
  return shown;
};

/** The four pictures of the Map on one canvas, with the crosshair and the words under the pointer. */
export const Drawing = () => {
  const scenario = usePainted();
  const solution = useMemo(() => solutionOf(scenario), [scenario]);
  const crosshair = useApp(s => s.crosshair);
  const looked = useApp(s => s.viewport);
  // While a drag is painted beside the page, the picture here stays as it was.
  const beside = useApp(s => s.beside !== undefined);
  const dragging = useApp(s => s.dragFrom !== undefined) || beside;
  const walk = useApp(s => s.walk);
  const step = useShownStep(scenario);
  // A frame after the page: the two together would keep the next key waiting.
  const themeName = useAfterPaint(useThemeName());
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0, ratio: 1 });
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  const [chosenPane, choosePane] = useState<number | 'usual'>('usual');
  const measure = useRef<Measure>(roughMeasure);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const ctx = canvas.current?.getContext('2d');
    if (ctx) measure.current = canvasMeasure(ctx);
    const read = () => {
      // The height the column offers, not the height of the canvas inside it.
      const { clientWidth, clientHeight } = element;
      setSize(s => {
        const ratio = window.devicePixelRatio || 1;
        return s.width === clientWidth && s.height === clientHeight && s.ratio === ratio
          ? s
          : { width: clientWidth, height: clientHeight, ratio };
      });
    };
    // It tells the first size too, and the picture is then drawn in a task of its own, not in that of the page.
    const observer = new ResizeObserver(read);
    observer.observe(element);
    window.addEventListener('resize', read);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', read);
    };
  }, []);

  const factor = enlargement(themeName, size.width, size.height);
  /** Before it has a size there is nothing to show, not even room. */
  const sized = size.width > 0;
  const narrow = sized && size.width < NARROW;
  const { device } = solution;
  const length = device ? device.mapping.end - device.mapping.start : 0;
  const sizes = device ? teethSizes(device, solution.prepared.arch.contiguous) : [];
  const pane = paneShown(solution, chosenPane);
  const { width, height, ratio } = size;
  const tablesBelow = themeName === 'projector' && !narrow;
  const framing = useMemo(
    (): Framing => ({
      width,
      height,
      factor,
      viewport: looked,
      crosshair,
      pane: narrow ? chosenPane : undefined,
      walk,
      tablesBelow,
    }),
    [width, height, factor, looked, crosshair, narrow, chosenPane, walk, tablesBelow],
  );
  const look = useMemo((): Look => ({ ...framing, ratio, theme: themeName }), [framing, ratio, themeName]);
  const now = useMemo((): Shown => ({ scenario, solution }), [scenario, solution]);
  const old = useRef<HTMLCanvasElement>(null);
  const phase = useTween(now, dragging, () => {
    const from = canvas.current;
    if (from === null || from.width === 0) return;
    const copy = document.createElement('canvas');
    copy.width = from.width;
    copy.height = from.height;
    copy.getContext('2d')?.drawImage(from, 0, 0);
    old.current = copy;
  });
  // A fade changes nothing in the picture itself.
  const sliding = phase.kind === 'slide' ? phase : undefined;
  /** The picture, drawn when it is asked for: while another one stands on the canvas only a pointer asks. */
  const picture = useMemo(
    () =>
      lazily((): Picture | undefined => {
        if (framing.width === 0) return undefined;
        if (sliding === undefined) return pictureOf(scenario, solution, framing, measure.current, { step });
        const { from, delta, done } = sliding;
        return pictureOf(from.scenario, from.solution, framing, measure.current, {
          comb: { delta, done, to: { scenario, solution } },
        });
      }),
    [scenario, solution, framing, step, sliding],
  );
  const fade = phase.kind === 'fade' ? phase.alpha : 0;
  const opens = fade === 1 || sliding?.done === 0;
  const painted = useRef<Look>(undefined);

  useLayoutEffect(() => {
    // The way to an answer begins with what stands there, and a drag beside the page has its own.
    if (beside || (opens && painted.current === look)) return;
    const drawn = picture();
    setDrawn(drawn?.first?.view, narrow);
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx || !drawn) return;
    const { w, h } = canvasSize(drawn, look);
    if (element.width !== w || element.height !== h) {
      element.width = w;
      element.height = h;
      element.style.width = `${look.width}px`;
      element.style.height = `${drawn.height * look.factor}px`;
    }
    paintPicture(ctx, drawn, look);
    painted.current = look;
    if (fade > 0 && old.current !== null) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.globalAlpha = fade;
      ctx.drawImage(old.current, 0, 0);
      ctx.globalAlpha = 1;
    }
  }, [picture, look, fade, opens, beside, narrow]);

  const hitAt = (x: number, y: number): Hit | undefined =>
    picture()?.hits.findLast(h => x >= h.x && x < h.x + h.w && y >= h.y && y < h.y + h.h);

  const place = (e: { readonly clientX: number; readonly clientY: number }): { x: number; y: number } => {
    const bounds = canvas.current?.getBoundingClientRect();
    // In a low frame all of it is shown smaller.
    const shown = bounds === undefined || size.width === 0 ? 1 : bounds.width / size.width;
    const scale = factor * shown;
    return { x: (e.clientX - (bounds?.left ?? 0)) / scale, y: (e.clientY - (bounds?.top ?? 0)) / scale };
  };

  const offsetOf = (x: number, hit: Hit | undefined): number | undefined => {
    if (!hit?.offsetAt || !device) return undefined;
    const page = solution.prepared.arch.page;
    const offset = Math.floor(hit.offsetAt(x) / page) * page;
    return offset < 0 || offset >= length ? undefined : Math.min(offset, length - page);
  };

  const stage: Stage = {
    field: () => picture()?.first,
    at: place,
    hitAt,
    slideFrom: () => {
      const why = whyNoSlide(solution);
      if (why !== undefined || device === undefined) {
        app.getState().say(why ?? '');
        return undefined;
      }
      const { arch } = solution.prepared;
      const sizes = teethSizes(device, arch.contiguous)
        .map(t => t.size)
        .filter(s => s > arch.page);
      const rail = {
        page: arch.page,
        low: arch.mmapMinAddr,
        high: arch.taskSize - length,
        pa: device.mapping.pa,
        sizes,
      };
      return { start: device.mapping.start, rail, program: solution.steps.length > 0 };
    },
    firstWidth: v => {
      const f = picture()?.first;
      if (f === undefined) return 1;
      if (device === undefined || narrow) return f.x1 - f.x0;
      const sizes = teethSizes(device, solution.prepared.arch.contiguous);
      return firstWidth(sizes, length, v, size.width / factor - 2 * f.x0);
    },
    clicked: (x, hit) => {
      if (hit?.addressAt !== undefined) {
        centreOn(hit.addressAt(x));
        return;
      }
      const offset = offsetOf(x, hit);
      const { pinCrosshair, scenario: s } = app.getState();
      if (offset !== undefined) pinCrosshair(s.view.map.at === offset ? undefined : offset);
    },
  };
  const current = useRef(stage);
  current.current = stage;
  const gestures = useMemo(() => makeGestures(() => current.current), []);

  useEffect(() => {
    const key = (e: KeyboardEvent): void => {
      if (e.key === 'Escape' && gestures.abandon()) e.preventDefault();
    };
    window.addEventListener('keydown', key, { capture: true });
    window.addEventListener('resize', gestures.stop);
    return () => {
      window.removeEventListener('keydown', key, { capture: true });
      window.removeEventListener('resize', gestures.stop);
    };
  }, [gestures]);

  const point = (e: React.PointerEvent<HTMLCanvasElement>) => {
    const { x, y } = place(e);
    const hit = hitAt(x, y);
    const { setCrosshair } = app.getState();
    const cursor = hit?.drag === 'slide' ? 'ew-resize' : hit?.drag === 'pan' ? 'grab' : 'crosshair';
    e.currentTarget.style.cursor = cursor;
    const tipAt = { x: x * factor, y: y * factor };
    const offset = offsetOf(x, hit);
    if (offset !== undefined && device) {
      setCrosshair(offset);
      setTip({
        ...tipAt,
        lines: [
          ...leafSentence(device, solution.prepared.arch, offset),
          ...(hit?.entryAt === undefined ? [] : [hit.entryAt(x).label]),
          ...(hit?.drag === 'slide' ? ['drag: slide the VMA along the physical comb'] : []),
        ],
      });
    } else {
      const lines = hit?.lines ?? (hit?.entryAt === undefined ? undefined : [hit.entryAt(x).label]);
      setTip(lines === undefined ? undefined : { ...tipAt, lines });
    }
  };
  const move = (e: React.PointerEvent<HTMLCanvasElement>) => {
    if (!gestures.move(e)) {
      point(e);
      return;
    }
    // A slide says where it is and what that wins; a pan needs no words.
    const { x, y } = place(e);
    const held = app.getState().dragFrom !== undefined;
    setTip(
      held
        ? { x: x * factor, y: y * factor, lines: slideLines(solutionOf(app.getState().scenario)) }
        : undefined,
    );
  };
  const leave = () => {
    setTip(undefined);
    const { setCrosshair, scenario: s } = app.getState();
    setCrosshair(s.view.map.at);
  };
  const zoomTo = (e: React.MouseEvent) => {
    const { x, y } = place(e);
    const hit = hitAt(x, y);
    const f = picture()?.first;
    const entry = hit?.entryAt?.(x) ?? hit?.addresses;
    if (entry !== undefined) showAddresses(entry.from, entry.to);
    else if (hit?.range !== undefined) showOffsets(hit.range);
    else if (f !== undefined && hit?.drag !== undefined)
      zoomAt(e.shiftKey ? 4 : 0.25, (x - f.x0) / (f.x1 - f.x0));
  };

  // React listens to the wheel passively, and a zoom must keep the page where it is.
  useEffect(() => {
    const element = canvas.current;
    // In a frame the wheel belongs to the page around.
    if (element === null || embedded) return;
    const wheel = (e: WheelEvent): void => {
      const { at: where, field, hitAt: find } = current.current;
      const f = field();
      if (f === undefined) return;
      const lines = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const { x, y } = where(e);
      if (e.ctrlKey || e.metaKey) {
        e.preventDefault();
        // Over another row the pointer means what it points at; that keeps its place in the first pane.
        const hit = find(x, y);
        const offset = hit?.drag === undefined ? hit?.offsetAt?.(x) : undefined;
        const share =
          offset === undefined
            ? (x - f.x0) / (f.x1 - f.x0)
            : (offset - f.view.origin - f.view.sub) / f.view.span;
        const factor = Math.exp(Math.min(Math.max(e.deltaY * lines, -300), 300) * 0.0028);
        const at = Math.min(Math.max(share, 0), 1);
        // Panes come and go with the zoom; what is under the pointer stays under it.
        const w = current.current.firstWidth;
        zoomAt(factor, at, offset === undefined ? v => (at * (f.x1 - f.x0)) / w(v) : undefined);
      } else if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
        e.preventDefault();
        panFrom(f.view, (e.deltaX * lines) / (f.x1 - f.x0));
      }
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const press = (e: React.KeyboardEvent) => {
    if (e.altKey || !runKey(e, 'Picture')) return;
    setTip(undefined);
  };

  useEffect(() => {
    // A crosshair beyond a mapping that shrank would come back when it grows: let it go.
    if (crosshair !== undefined && crosshair >= length) app.getState().setCrosshair(undefined);
  }, [crosshair, length]);

  const label = device
    ? `Map: ${formatCount(device.leaves.reduce((n, r) => n + r.count, 0))} leaves from ${formatAddress(device.mapping.start)} over ${formatSize(length)} at physical ${formatAddress(device.mapping.pa)}. Arrow keys move the crosshair by a page, with Shift by 2 MiB. The tables under the verdict have the same content.`
    : 'Map: there is no device mapping to draw.';

  return (
    <div className="drawing" ref={box}>
      {narrow && device ? (
        <fieldset className="pane-switch">
          <legend className="visually-hidden">Size of the teeth</legend>
          {sizes.map((t, i) => (
            <label key={t.size} data-on={pane === i || undefined}>
              <input
                type="radio"
                name="pane"
                className="visually-hidden"
                checked={pane === i}
                onChange={() => {
                  choosePane(i);
                  app.getState().setViewport(undefined);
                }}
              />
              {device && <SizeVerdict teeth={t} device={device} brief={sizes.length > 3} />}
            </label>
          ))}
        </fieldset>
      ) : null}
      <canvas
        ref={canvas}
        style={sized ? undefined : { display: 'none' }}
        role="img"
        aria-label={label}
        aria-busy={beside || undefined}
        tabIndex={0}
        onPointerMove={move}
        onPointerDown={e => {
          point(e);
          gestures.down(e);
        }}
        onPointerUp={gestures.up}
        onPointerCancel={gestures.cancel}
        onPointerLeave={leave}
        onDoubleClick={zoomTo}
        onKeyDown={press}
      />
      <LatePart of={painter} wanted={false} frame={() => null} props={{ canvas, look }} />
      {tip ? (
        <div
          className="tip"
          role="tooltip"
          style={{
            left: Math.min(tip.x + 14, Math.max(0, size.width - 290)),
            // Above the pointer where it would leave the window below.
            ...(tip.y + 40 + tip.lines.length * 18 > size.height
              ? { bottom: Math.max(0, size.height - tip.y + 10) }
              : { top: tip.y + 18 }),
          }}
        >
          {tip.lines.map(line => (
            <div key={line}>{line}</div>
          ))}
        </div>
      ) : null}
    </div>
  );
};
