import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Beside } from '../../state/store.ts';

/** Of the page's state, what the painter follows. */
export interface Followed {
  readonly scenario: Scenario;
  readonly dragFrom: Scenario | undefined;
}

/** What the painter needs of the page. */
export interface PainterHost {
  /** Whether a picture of it can be painted beside the page now. */
  readonly canPaint: (scenario: Scenario) => boolean;
  /** Has a picture painted; {@link Painter.arrived} is called with its number. */
  readonly order: (id: number, scenario: Scenario) => void;
  /** What the screen shows from now on; undefined: the page paints for itself again. */
  readonly hold: (beside: Beside | undefined) => void;
  /** The object by which the question of a Scenario is known. */
  readonly askedOf: (scenario: Scenario) => Scenario;
  /** Runs something when the browser has nothing better to do; gives what calls it off. */
  readonly whenIdle: (run: () => void) => () => void;
  /** Runs something when nobody would wait for a picture any longer; gives what calls it off. */
  readonly later: (run: () => void) => () => void;
}

/** Has the pictures of a drag painted beside the page. */
export interface Painter {
  /** The page's state has changed. */
  readonly changed: (now: Followed, before: Followed) => void;
  /** The picture is looked at otherwise. */
  readonly looked: () => void;
  /** Picture `id` is here: `show` puts it on the screen, and is not called where nobody wants it any more. */
  readonly arrived: (id: number, show: () => void) => void;
  /** Lets go: the page paints for itself. */
  readonly release: () => void;
}

/**
 * Follows drags. One picture is under way at a time, and of what the hand passes meanwhile only the last is painted, so
 * that a slow machine shows fewer pictures and none late. What the page reads from an answer changes with its picture,
 * in one go. When the hand lets go, the page paints the last one itself once it is idle.
 */
export const makePainter = (host: PainterHost): Painter => {
  let held: Beside | undefined;
  /** The Scenario whose picture is wanted last. */
  let wanted: Scenario | undefined;
  let underWay: { readonly id: number; readonly scenario: Scenario; readonly forDrag: number } | undefined;
  /** Drags so far: a picture of an earlier one is nobody's. */
  let drag = 0;
  /** Wanted anew though the Scenario is the one under way: it is looked at otherwise. */
  let again = false;
  let over = false;
  let lastId = 0;
  let callOff: (() => void) | undefined;

  const hold = (beside: Beside | undefined): void => {
    held = beside;
    host.hold(beside);
  };
  const release = (): void => {
    callOff?.();
    callOff = undefined;
    wanted = undefined;
    again = false;
    over = false;
    if (held !== undefined) hold(undefined);
  };
  const settle = (): void => {
    callOff?.();
    callOff = host.whenIdle(release);
  };
  const order = (): void => {
    if (underWay !== undefined || wanted === undefined) return;
    again = false;
    underWay = { id: ++lastId, scenario: wanted, forDrag: drag };
    host.order(underWay.id, wanted);
  };
  return {
    changed: (now, before) => {
      if (now.scenario === before.scenario && now.dragFrom === before.dragFrom) return;
      if (now.dragFrom === undefined) {
        if (held === undefined) return;
        // Undo, or a choice: the page shows that itself.
        if (now.scenario !== wanted) {
          release();
          return;
        }
        over = true;
        callOff?.();
        // A picture that never comes must not keep the page from painting.
        callOff = underWay === undefined ? host.whenIdle(release) : host.later(release);
        return;
      }
      if (now.scenario === before.scenario) return;
      over = false;
      callOff?.();
      callOff = undefined;
      if (held === undefined) {
        if (!host.canPaint(now.scenario)) return;
        drag++;
        const painted = host.askedOf(before.scenario);
        hold({ shown: painted, painted });
      }
      wanted = now.scenario;
      order();
    },
    looked: () => {
      if (held === undefined || wanted === undefined) return;
      again = true;
      order();
    },
    arrived: (id, show) => {
      if (underWay?.id !== id) return;
      const { scenario, forDrag } = underWay;
      underWay = undefined;
      if (held === undefined || forDrag !== drag) {
        order();
        return;
      }
      show();
      hold({ ...held, shown: host.askedOf(scenario) });
      if (wanted !== scenario || again) order();
      else if (over) settle();
    },
    release,
  };
};
