import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { canvasMeasure, paint } from '../draw/canvas.ts';
import { type Measure, roughMeasure } from '../draw/marks.ts';
import { outlined, palettes, type ThemeName } from '../draw/tokens.ts';
import { drawMap } from '../picture/picture.ts';
import type { Hit } from '../picture/types.ts';
import { finalSearch } from '../picture/vaItems.ts';
import { leafSentence } from '../picture/words.ts';
import { runKey } from '../state/commands.ts';
import { eventsOf } from '../state/solution.ts';
import { app, useApp, useScenario, useSolution, useThemeName } from '../state/store.ts';

/** Below this width one pane of the zipper is shown at a time. */
const NARROW = 620;

/** The drawing's least comfortable size, from which the projector theme starts to enlarge it. */
const ROOMY = { width: 900, height: 828 };

/** How much larger everything is drawn: on a projector as much as the room allows, elsewhere not at all. */
const enlargement = (theme: ThemeName, width: number, height: number): number =>
  theme === 'projector'
    ? Math.min(1.6, Math.max(1, Math.min(width / ROOMY.width, height / ROOMY.height)))
    : 1;

/** A tip beside the pointer, in CSS pixels of the drawing. */
interface Tip {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
}

/** The four pictures of the Map on one canvas, with the crosshair and the words under the pointer. */
export const Drawing = () => {
  const scenario = useScenario();
  const solution = useSolution();
  const crosshair = useApp(s => s.crosshair);
  const themeName = useThemeName();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0, ratio: 1 });
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  const [pane, setPane] = useState(0);
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
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    window.addEventListener('resize', read);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', read);
    };
  }, []);

  const factor = enlargement(themeName, size.width, size.height);
  const narrow = size.width < NARROW;
  const search = useMemo(
    () => finalSearch(eventsOf(scenario), solution.prepared.mm.space.index),
    [scenario, solution],
  );
  const { device } = solution;
  const length = device ? device.mapping.end - device.mapping.start : 0;
  const at = crosshair !== undefined && crosshair < length ? crosshair : undefined;
  const picture = useMemo(
    () =>
      size.width === 0
        ? undefined
        : drawMap({
            scenario,
            solution,
            search,
            width: size.width / factor,
            height: size.height / factor,
            crosshair: at,
            pane: narrow ? pane : undefined,
            measure: measure.current,
          }),
    [scenario, solution, search, size, factor, at, narrow, pane],
  );

  useLayoutEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx || !picture) return;
    const w = Math.round(size.width * size.ratio);
    const h = Math.round(picture.height * factor * size.ratio);
    if (element.width !== w || element.height !== h) {
      element.width = w;
      element.height = h;
      element.style.width = `${size.width}px`;
      element.style.height = `${picture.height * factor}px`;
    }
    const scale = size.ratio * factor;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    const palette = palettes[themeName];
    ctx.fillStyle = palette.bg;
    ctx.fillRect(0, 0, size.width / factor, picture.height);
    paint(ctx, picture.marks, palette, outlined.has(themeName));
  }, [picture, size, factor, themeName]);

  const hitAt = (x: number, y: number): Hit | undefined =>
    picture?.hits.findLast(h => x >= h.x && x < h.x + h.w && y >= h.y && y < h.y + h.h);

  const point = (e: React.PointerEvent) => {
    const bounds = e.currentTarget.getBoundingClientRect();
    const x = e.clientX - bounds.left;
    const y = e.clientY - bounds.top;
    const hit = hitAt(x / factor, y / factor);
    const { setCrosshair } = app.getState();
    if (hit?.offsetAt && device) {
      const page = solution.prepared.arch.page;
      const offset = Math.min(Math.max(Math.floor(hit.offsetAt(x / factor) / page) * page, 0), length - page);
      setCrosshair(offset);
      setTip({ x, y, lines: leafSentence(device, solution.prepared.arch, offset) });
    } else {
      setTip(hit?.lines ? { x, y, lines: hit.lines } : undefined);
    }
  };
  const leave = () => {
    setTip(undefined);
    app.getState().setCrosshair(undefined);
  };

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

  const sizes = device ? [...device.why.map(v => v.size as number), device.rules.page as number] : [];
  return (
    <div className="drawing" ref={box}>
      {narrow && device ? (
        <fieldset className="pane-switch">
          <legend className="visually-hidden">Size of the teeth</legend>
          {sizes.map((s, i) => (
            <label key={s} data-on={pane === i || undefined}>
              <input type="radio" name="pane" checked={pane === i} onChange={() => setPane(i)} />
              {formatSize(s)}
            </label>
          ))}
        </fieldset>
      ) : null}
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        tabIndex={0}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={leave}
        onKeyDown={press}
      />
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
