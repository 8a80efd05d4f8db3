/** The part that plays, for what is there before it. Where it does not come, there is no picture to play on either. */
const late = (act: (part: typeof import('./player.ts')) => void): void => {
  import('./player.ts').then(act, () => {});
};

/** Opens the player at the first step and plays. */
export const playSearch = (): void => late(part => part.startPlayer());

/** Steps forward (1) or back (−1). */
export const stepSearch = (by: 1 | -1): void => late(part => part.stepPlayer(by));
