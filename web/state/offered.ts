import type { Mark, Measure } from '../draw/marks.ts';
import type { Twin } from '../scenario/twins.ts';

/** A picture of a screen's own, for a file. */
export interface OfferedPicture {
  readonly title: string;
  /** What else it needs to be understood away from its screen. */
  readonly about?: string;
  /** CSS pixels of the draw list. */
  readonly width: number;
  readonly height: number;
  readonly draw: (measure: Measure) => readonly Mark[];
}

const listeners = new Set<() => void>();
let times = 0;

const tell = (): void => {
  times += 1;
  for (const listener of listeners) listener();
};

/** How often an offer came or went: a screen that loads late offers after it was asked for. */
export const offersMade = (): number => times;

/** Calls `listener` whenever an offer comes or goes; gives back what ends that. */
export const watchOffers = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** What a screen offers for export while it is there. */
const offer = <T>(): {
  /** `make` gives undefined while there is nothing to show yet. */
  readonly make: (make: () => T | undefined) => () => void;
  readonly made: () => T | undefined;
} => {
  let offered: (() => T | undefined) | undefined;
  return {
    make: make => {
      offered = make;
      tell();
      return () => {
        if (offered !== make) return;
        offered = undefined;
        tell();
      };
    },
    made: () => offered?.(),
  };
};

const table = offer<Twin>();
const picture = offer<OfferedPicture>();

/** A screen offers the table it shows for export while it is there; gives back what ends that. */
export const offerTable = table.make;
/** The table that the screen shown offers; undefined where it offers none. */
export const offeredTable = table.made;
/** The same for the picture it shows. */
export const offerPicture = picture.make;
/** The picture that the screen shown offers; undefined where it offers none: then it is the Map's. */
export const offeredPicture = picture.made;
