import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { beforeFrame, isCrowded, runNow } from './frame.ts';

let frames: (() => void)[] = [];
const frame = (): void => {
  const all = frames;
  frames = [];
  for (const run of all) run();
};

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
});
afterEach(() => {
  frame();
  vi.unstubAllGlobals();
});

test('one frame runs all that waits, the hand first, and of one owner only the last', () => {
  const said: string[] = [];
  const [slider, picture] = [{}, {}];
  beforeFrame('rest', picture, () => said.push('picture'));
  beforeFrame('hand', slider, () => said.push('hand 1'));
  beforeFrame('hand', slider, () => said.push('hand 2'));
  expect(frames).toHaveLength(1);
  frame();
  expect(said).toEqual(['hand 2', 'picture']);
  frame();
  expect(said).toHaveLength(2);
});

test('what is asked for during a frame waits for the next', () => {
  const said: string[] = [];
  beforeFrame('rest', 'a', () => beforeFrame('hand', 'b', () => said.push('b')));
  frame();
  expect(said).toEqual([]);
  frame();
  expect(said).toEqual(['b']);
});

test('a frame is crowded when it took half of its time, until one took less', () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  let clock = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const crowdedBy = (ms: number): boolean => {
    beforeFrame('hand', 'slider', () => {
      clock += ms;
    });
    frame();
    vi.runAllTimers();
    return isCrowded();
  };
  expect([2, 12, 12, 2].map(crowdedBy)).toEqual([false, true, true, false]);
  spy.mockRestore();
  vi.useRealTimers();
});

test('what an owner has waiting can be run at once, and only once', () => {
  let runs = 0;
  beforeFrame('hand', 'slider', () => runs++);
  runNow('slider');
  runNow('slider');
  expect(runs).toBe(1);
  frame();
  expect(runs).toBe(1);
});
