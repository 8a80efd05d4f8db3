/** What waits for the next frame: what the hand did, then what comes of it. */
const waiting = { hand: new Map<unknown, () => void>(), rest: new Map<unknown, () => void>() };
let asked = false;

/** Of the 16 ms of a frame at 60 Hz the page has half: the other is for the browser and for a slower moment. */
const ROOMY_MS = 8;
let crowded = false;

const run = (): void => {
  asked = false;
  const start = performance.now();
  // Styles, layout and paint come between this and the next task.
  setTimeout(() => {
    crowded = performance.now() - start > ROOMY_MS;
  });
  for (const queue of [waiting.hand, waiting.rest]) {
    const all = [...queue.values()];
    queue.clear();
    for (const go of all) go();
  }
};

/**
 * Runs something right before the next frame is laid out, in one go with all else that waits for it: React then renders
 * once for all of them, and the browser lays out once. Of what one `owner` asks for, only the last is run; the `hand`
 * comes before the `rest`.
 */
export const beforeFrame = (queue: 'hand' | 'rest', owner: unknown, go: () => void): void => {
  waiting[queue].set(owner, go);
  if (!asked) requestAnimationFrame(run);
  asked = true;
};

/** Whether the last such frame was full, so that what can wait should. */
export const isCrowded = (): boolean => crowded;

/** Runs at once what an owner has waiting for the next frame, if anything. */
export const runNow = (owner: unknown): void => {
  for (const queue of [waiting.hand, waiting.rest]) {
    const go = queue.get(owner);
    queue.delete(owner);
    go?.();
  }
};

/** Runs something once the frame in progress is on its way to the screen; gives what calls it off. */
export const afterFrame = (go: () => void): (() => void) => {
  let timer: number | undefined;
  // A page that nobody sees has no frames.
  if (document.hidden) timer = window.setTimeout(go);
  const frame = requestAnimationFrame(() => {
    timer ??= window.setTimeout(go);
  });
  return () => {
    cancelAnimationFrame(frame);
    window.clearTimeout(timer);
  };
};
