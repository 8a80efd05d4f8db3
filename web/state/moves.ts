import { formatSize } from '../../src/text.ts';
import { alignDown } from '../../src/units.ts';
import { nearestStart, whyNoSlide, withStart } from '../scenario/slide.ts';
import { solutionOf } from './solution.ts';
import { app } from './store.ts';

/** What the keys of the Map's picture do; it comes with the picture, and {@link import('./commands.ts')} binds it. */

/**
 * Moves the crosshair to where `to` says, given where it is, and the page, leaf and mapping sizes in bytes; kept
 * inside the mapping and on a page. Does nothing where no device memory is mapped.
 */
export const moveCrosshair = (
  to: (at: number, page: number, pmd: number, length: number) => number,
): void => {
  const { scenario, crosshair, pinCrosshair } = app.getState();
  const { device, prepared } = solutionOf(scenario);
  if (!device) return;
  const { page, pmdSize } = prepared.arch;
  const length = device.mapping.end - device.mapping.start;
  const wanted = Math.floor(to(crosshair ?? 0, page, pmdSize, length) / page) * page;
  pinCrosshair(Math.min(Math.max(wanted, 0), length - page));
};

/** Bytes of an entry of the level that the arrows walk. */
const entrySize = (): number => {
  const { scenario, walk } = app.getState();
  const { levels, page } = solutionOf(scenario).prepared.arch;
  const level = levels[Math.min(walk, levels.length - 1)];
  return level === undefined ? page : Math.max(page, 2 ** level.shift);
};

/** The same place in the next entry of the level walked; where the mapping has no other one, the place itself. */
export const byEntry = (at: number, step: 1 | -1): number => {
  const { scenario, say } = app.getState();
  const { device } = solutionOf(scenario);
  if (device === undefined) return at;
  const { start, end } = device.mapping;
  const size = entrySize();
  const next = Math.floor((start + at) / size) + step;
  if (next * size < end && (next + 1) * size > start) return at + step * size;
  say(step > 0 ? 'No further entry of the mapping' : 'No earlier entry of the mapping');
  return at;
};

/** Chooses the level that the arrows walk: `step` 1 towards the root, -1 towards the pages. */
export const climb = (step: 1 | -1): void => {
  const { scenario, walk, setWalk, say } = app.getState();
  const { levels } = solutionOf(scenario).prepared.arch;
  const next = Math.min(Math.max(Math.min(walk, levels.length - 1) + step, 0), levels.length - 1);
  setWalk(next);
  say(`Arrows walk ${levels[next]?.name ?? ''} entries of ${formatSize(entrySize())}`);
};

/**
 * Moves the start of the mapping to where `to` says, given where it is, the page and the PMD size, as MAP_FIXED
 * would; kept in user space. Does nothing where no device memory is mapped.
 */
export const slide = (to: (start: number, page: number, pmd: number) => number): void => {
  const { scenario, change, say } = app.getState();
  const solution = solutionOf(scenario);
  const { device, prepared, steps } = solution;
  const why = whyNoSlide(solution);
  if (why !== undefined || device === undefined) {
    say(why ?? '');
    return;
  }
  const { page, pmdSize, mmapMinAddr, taskSize } = prepared.arch;
  const { start, end } = device.mapping;
  const wanted = alignDown(to(start, page, pmdSize), page);
  const next = Math.min(Math.max(wanted, mmapMinAddr), taskSize - (end - start));
  change(withStart(next, steps.length > 0), 'done');
};

/** The nearest start at which the largest teeth that miss would meet, and leaves of that size fit. */
export const snap = (): void => {
  const { scenario, say } = app.getState();
  const solution = solutionOf(scenario);
  const causes = solution.device?.why.flatMap(w => w.parts.map(p => p.cause)) ?? [];
  const cause = causes.find(c => c.kind === 'congruence');
  const near = cause === undefined ? undefined : nearestStart(solution, cause);
  if (near === undefined)
    say(
      cause === undefined
        ? 'No start would let larger teeth meet'
        : 'The next such start lies outside user space',
    );
  else slide(() => near.start);
};
