import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultScenario, type Scenario } from '../../../src/scenario/scenario.ts';
import { bytes, GiB } from '../../../src/units.ts';
import type { Beside } from '../../state/store.ts';
import { type Followed, makePainter } from './painter.ts';

const scenarioOf = (pages: number): Scenario => ({
  ...defaultScenario,
  request: { ...defaultScenario.request, length: bytes(GiB + pages * 4096) },
});

/** A page of which one knows what stands on its screen, and a worker that paints when it is told to. */
const stand = (canPaint = true) => {
  let now: Followed = { scenario: scenarioOf(0), dragFrom: undefined };
  let beside: Beside | undefined;
  let idle: (() => void) | undefined;
  let late: (() => void) | undefined;
  const orders: { id: number; scenario: Scenario }[] = [];
  /** The Scenario of the picture on the screen: the page paints its own at once. */
  let picture = now.scenario;
  let commits = 0;
  const follow = (): void => {
    if (beside === undefined) picture = now.scenario;
  };
  const painter = makePainter({
    canPaint: () => canPaint,
    order: (id, scenario) => orders.push({ id, scenario }),
    hold: next => {
      beside = next;
      commits++;
      follow();
    },
    askedOf: s => s,
    whenIdle: run => {
      idle = run;
      return () => {
        idle = undefined;
      };
    },
    later: run => {
      late = run;
      return () => {
        late = undefined;
      };
    },
  });
  const set = (next: Followed): void => {
    const before = now;
    now = next;
    painter.changed(now, before);
    follow();
  };
  return {
    painter,
    orders,
    drag: (to: number) => set({ scenario: scenarioOf(to), dragFrom: now.dragFrom ?? now.scenario }),
    letGo: () => set({ ...now, dragFrom: undefined }),
    choose: (to: number) => set({ scenario: scenarioOf(to), dragFrom: undefined }),
    paint: () => {
      const order = orders.shift();
      if (order !== undefined)
        painter.arrived(order.id, () => {
          picture = order.scenario;
        });
    },
    rest: () => {
      const run = idle;
      idle = undefined;
      run?.();
    },
    wait: () => {
      const run = late;
      late = undefined;
      run?.();
    },
    picture: () => picture,
    /** What is read as the answer. */
    read: () => beside?.shown ?? now.scenario,
    scenario: () => now.scenario,
    besides: () => beside,
    commits: () => commits,
  };
};

test('a drag is painted beside the page: one picture at a time, and of what the hand passes only the last', () => {
  const s = stand();
  for (const to of [1, 2, 3]) s.drag(to);
  expect(s.orders.map(o => o.scenario)).toEqual([scenarioOf(1)]);
  expect(s.picture()).toEqual(scenarioOf(0));
  expect(s.read()).toEqual(scenarioOf(0));
  s.paint();
  expect(s.picture()).toEqual(scenarioOf(1));
  expect(s.orders.map(o => o.scenario)).toEqual([scenarioOf(3)]);
  s.paint();
  expect(s.read()).toEqual(scenarioOf(3));
  // Held once, and two pictures: nothing else changes on the page.
  expect(s.commits()).toBe(3);
  s.letGo();
  expect(s.besides()).toBeDefined();
  s.rest();
  expect(s.besides()).toBeUndefined();
});

test('let go before its picture is there, the drag is shown to its end, then the page paints it itself', () => {
  const s = stand();
  s.drag(1);
  s.drag(2);
  s.letGo();
  s.rest();
  expect(s.read()).toEqual(scenarioOf(0));
  s.paint();
  s.paint();
  expect(s.picture()).toEqual(scenarioOf(2));
  expect(s.besides()).toBeDefined();
  s.rest();
  expect(s.besides()).toBeUndefined();
});

test('a picture of an earlier drag is nobody’s', () => {
  const s = stand();
  s.drag(1);
  s.choose(7);
  expect(s.picture()).toEqual(scenarioOf(7));
  s.drag(8);
  s.paint();
  expect(s.picture()).toEqual(scenarioOf(7));
  s.paint();
  expect(s.picture()).toEqual(scenarioOf(8));
});

test('a last picture that never comes is painted by the page', () => {
  const s = stand();
  s.drag(1);
  s.letGo();
  s.rest();
  expect(s.picture()).toEqual(scenarioOf(0));
  s.wait();
  expect(s.picture()).toEqual(scenarioOf(1));
  expect(s.besides()).toBeUndefined();
});

test('looked at otherwise, the same question is painted again', () => {
  const s = stand();
  s.drag(1);
  s.painter.looked();
  s.paint();
  expect(s.orders.map(o => o.scenario)).toEqual([scenarioOf(1)]);
  s.paint();
  expect(s.orders).toEqual([]);
});

test('where nothing paints beside it, the page paints everything', () => {
  const s = stand(false);
  s.drag(1);
  s.letGo();
  expect(s.commits()).toBe(0);
  expect(s.orders).toEqual([]);
});

test('whatever happens in whatever order, no number stands beside the picture of another answer', () => {
  const step = fc.oneof(
    fc.integer({ min: 0, max: 9 }).map(to => ['drag', to] as const),
    fc.integer({ min: 0, max: 9 }).map(to => ['choose', to] as const),
    fc
      .constantFrom(...(['letGo', 'paint', 'paint', 'rest', 'wait', 'looked', 'release'] as const))
      .map(k => [k] as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const s = stand();
      for (const [kind, to] of steps) {
        switch (kind) {
          case 'drag':
          case 'choose':
            s[kind](to);
            break;
          case 'looked':
          case 'release':
            s.painter[kind]();
            break;
          default:
            s[kind]();
        }
        expect(s.picture()).toBe(s.read());
        expect(s.orders.length).toBeLessThanOrEqual(1);
      }
      // However it went, in the end the page shows what is asked, and paints it itself.
      s.letGo();
      for (let i = 0; i < 4; i++) {
        s.paint();
        s.rest();
      }
      expect(s.besides()).toBeUndefined();
      expect(s.picture()).toBe(s.scenario());
    }),
  );
});
