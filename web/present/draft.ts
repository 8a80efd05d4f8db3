import { useSyncExternalStore } from 'react';
import { readTour, type Scene, TOUR_LIMITS, type Tour, writeTour } from '../../src/tour/tour.ts';

/** The tour that is being made. It stays while one looks for the next scene, and over a reload of the tab. */

const KEY = 'hugemap.tour';

const empty: Tour = { title: 'My tour', scenes: [], sources: [] };

const kept = (): Tour => {
  try {
    const text = sessionStorage.getItem(KEY);
    const read = text === null ? undefined : readTour(text);
    return read?.ok ? read.value : empty;
  } catch {
    return empty;
  }
};

let draft = kept();
let unsaved = false;
const listeners = new Set<() => void>();

/** The tour that is being made. */
export const draftTour = (): Tour => draft;

/** Another state of it. False where the browser keeps nothing: then it is gone with the tab. */
export const setDraft = (next: Tour): boolean => {
  draft = next;
  try {
    sessionStorage.setItem(KEY, writeTour(next));
    unsaved = false;
  } catch {
    unsaved = true;
  }
  for (const notify of listeners) notify();
  return !unsaved;
};

const subscribe = (notify: () => void): (() => void) => {
  listeners.add(notify);
  return () => listeners.delete(notify);
};

/** The same for a component. */
export const useDraft = (): Tour => useSyncExternalStore(subscribe, draftTour);

/** A list with one of its entries elsewhere; as it was where there is no such place. */
export const moved = <T>(list: readonly T[], from: number, to: number): readonly T[] => {
  const one = list[from];
  if (one === undefined || to < 0 || to >= list.length || from === to) return list;
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
};

/** A tour with one more scene at its end; as it was where it is full. */
export const withScene = (tour: Tour, scene: Scene): Tour =>
  tour.scenes.length >= TOUR_LIMITS.scenes ? tour : { ...tour, scenes: [...tour.scenes, scene] };

/** A tour with another scene at a place. */
export const withSceneAt = (tour: Tour, at: number, scene: Scene): Tour => ({
  ...tour,
  scenes: tour.scenes.map((old, i) => (i === at ? scene : old)),
});

/** A tour without the scene at a place. */
export const withoutScene = (tour: Tour, at: number): Tour => ({
  ...tour,
  scenes: tour.scenes.filter((_, i) => i !== at),
});

/** A name for the file of a tour, from its title: `my-tour.tour.json`. */
export const fileName = ({ title }: Tour): string =>
  `${
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 60) || 'tour'
  }.tour.json`;
