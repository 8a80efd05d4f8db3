import type { Twin } from '../scenario/twins.ts';

let offered: (() => Twin) | undefined;

/** A screen offers the table it shows for export while it is there; gives back what ends that. */
export const offerTable = (make: () => Twin): (() => void) => {
  offered = make;
  return () => {
    if (offered === make) offered = undefined;
  };
};

/** The table that the screen shown offers; undefined where it offers none. */
export const offeredTable = (): Twin | undefined => offered?.();
