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
