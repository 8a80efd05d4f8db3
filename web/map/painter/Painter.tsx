import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Scenario, SpaceSource } from '../../../src/scenario/scenario.ts';
import { setDrawn } from '../../state/look.ts';
import { playerOpen } from '../../state/playing.ts';
import { askedOf } from '../../state/solution.ts';
import { app } from '../../state/store.ts';
import { beforeFrame } from '../../ui/frame.ts';
import { whenIdle } from '../../ui/idle.ts';
import type { Look } from '../frame.ts';
import { type Asked, changesTo, type Frame, type Order, type Painting, packVmas } from './orders.ts';
import { type Painter as Follower, makePainter } from './painter.ts';
import MadeWorker from './worker.ts?worker&inline';

/** So many VMAs are told at a time: a long list would stop the page for as long as it takes to copy. */
const TOLD_AT_ONCE = 8192;

/** A hand that has let go for so long rests. */
const RESTED_MS = 250;
/** So long after the hand has let go, the page waits for the last picture of its drag. */
const LATEST_MS = 500;

/** null: this browser starts none here, or it has failed; the page paints for itself. */
let worker: Worker | null | undefined;
let arrive: (frame: Frame) => void = () => {};
let fail: () => void = () => {};

const start = (): Worker | null => {
  // Not everywhere can a worker draw.
  if (typeof OffscreenCanvas === 'undefined') return null;
  try {
    const made = new MadeWorker();
    made.onmessage = ({ data }: MessageEvent<Frame>) => arrive(data);
    made.onerror = event => {
      event.preventDefault();
      made.terminate();
      worker = null;
      fail();
    };
    return made;
  } catch {
    return null;
  }
};

const send = (order: Order): void => worker?.postMessage(order);

/** The address space whose VMAs the worker has. */
let told: SpaceSource | undefined;
let telling: { readonly source: SpaceSource; readonly stop: () => void } | undefined;

/** Tells the worker the VMAs of a pasted space, some whenever the page is idle. */
const tell = (source: SpaceSource): void => {
  if (telling?.source === source || told === source) return;
  telling?.stop();
  telling = undefined;
  if (source.kind !== 'pasted') return;
  const { vmas, ...rest } = source;
  let at = 0;
  const some = (): void => {
    const end = at + TOLD_AT_ONCE;
    const last = end >= vmas.length ? rest : undefined;
    send({ order: 'vmas', vmas: packVmas(vmas, at, end), last, first: at === 0 });
    at = end;
    if (last === undefined) telling = { source, stop: whenIdle(some) };
    else {
      telling = undefined;
      told = source;
    }
  };
  // The one before is forgotten over there with the first of these.
  told = undefined;
  telling = { source, stop: whenIdle(some) };
};

/** A space without its VMAs, the same object for the same space. */
let bare: { readonly of: Scenario['space']; readonly space: Scenario['space'] } | undefined;

const bareSpace = (of: Scenario['space']): Scenario['space'] => {
  if (of.source.kind === 'preset') return of;
  if (bare?.of !== of) bare = { of, space: { ...of, source: { ...of.source, vmas: [] } } };
  return bare.space;
};

const askOf = ({ machine, device, space, request, view }: Scenario): Asked => ({
  machine,
  device,
  space: bareSpace(space),
  request,
  part: view.map.part,
});

/** What the worker was last told to paint. */
let painting: Painting | undefined;

const show = (canvas: HTMLCanvasElement, { bitmap, height, view }: Frame, look: Look): void => {
  const ctx = canvas.getContext('2d');
  if (ctx === null) return;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.style.width = `${look.width}px`;
    canvas.style.height = `${height * look.factor}px`;
  }
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.globalAlpha = 1;
  ctx.drawImage(bitmap, 0, 0);
  setDrawn(view, look.pane !== undefined);
};

/**
 * Has the pictures of a drag solved, drawn and painted in a worker, so that the page has its time for the hand. Where
 * none runs, and until it has what it needs, the page paints as ever.
 */
export const Painter = ({
  canvas,
  look,
}: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly look: Look;
}) => {
  const current = useRef(look);
  const follower = useRef<Follower>(undefined);
  useLayoutEffect(() => {
    current.current = look;
    follower.current?.looked();
  }, [look]);
  useEffect(() => {
    if (worker === undefined) worker = start();
    if (worker === null) return;
    const painter = makePainter({
      canPaint: ({ space: { source } }) =>
        worker !== null &&
        current.current.width > 0 &&
        // The colours of the system are known to the page alone.
        current.current.theme !== 'forced' &&
        // A step of a search that is played belongs to a picture at rest.
        !playerOpen() &&
        (source.kind === 'preset' || source === told),
      order: (id, scenario) => {
        const kept = scenario.space.source === told;
        const now: Painting = { ...askOf(scenario), kept, look: current.current };
        send({ order: 'paint', id, changes: changesTo(now, painting) });
        painting = now;
      },
      hold: beside => app.setState({ beside }),
      askedOf,
      // Keys let go between one press and the next: only a hand that rests has the page paint.
      whenIdle: run => {
        let stop = (): void => window.clearTimeout(timer);
        const timer = window.setTimeout(() => {
          stop = whenIdle(run);
        }, RESTED_MS);
        return () => stop();
      },
      later: run => {
        const timer = window.setTimeout(run, LATEST_MS);
        return () => window.clearTimeout(timer);
      },
    });
    follower.current = painter;
    arrive = frame => {
      const take = (): void => {
        painter.arrived(frame.id, () => {
          // Of the picture that is here: one is under way at a time.
          if (canvas.current !== null && painting !== undefined) show(canvas.current, frame, painting.look);
        });
        frame.bitmap.close();
      };
      // A page that nobody sees has no frames.
      if (document.hidden) take();
      else beforeFrame('rest', frame, take);
    };
    fail = painter.release;
    tell(app.getState().scenario.space.source);
    const stop = app.subscribe((now, before) => {
      if (now.scenario.space.source !== before.scenario.space.source) tell(now.scenario.space.source);
      painter.changed(now, before);
    });
    return () => {
      stop();
      painter.release();
      follower.current = undefined;
      arrive = frame => frame.bitmap.close();
      fail = () => {};
    };
  }, [canvas]);
  return null;
};
