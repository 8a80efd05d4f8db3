import { createStore, useStore } from 'zustand';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** The search that is played, beside the Scenario: no link carries it. */
export interface Player {
  readonly open: boolean;
  /** The Scenario that `at` belongs to: on another one the playing stands at its first step. */
  readonly of: Scenario | undefined;
  readonly at: number;
  readonly playing: boolean;
}

/** Whether a search is played, and where it stands. What plays it comes with the picture: {@link import('./player.ts')}. */
export const player = createStore<Player>(() => ({ open: false, of: undefined, at: 0, playing: false }));

/** True while the player is open. */
export const playerOpen = (): boolean => player.getState().open;

/** True while the player is open; drawn again only when that changes. */
export const usePlayerOpen = (): boolean => useStore(player, s => s.open);

/** Closes the player: the drawing shows the whole search again. */
export const closePlayer = (): void => player.setState({ open: false, playing: false });

/** The part that plays, for what is there before it. Where it does not come, there is no picture to play on either. */
const late = (act: (part: typeof import('./player.ts')) => void): void => {
  import('./player.ts').then(act, () => {});
};

/** Opens the player at the first step and plays. */
export const playSearch = (): void => late(part => part.startPlayer());

/** Steps forward (1) or back (−1). */
export const stepSearch = (by: 1 | -1): void => late(part => part.stepPlayer(by));
