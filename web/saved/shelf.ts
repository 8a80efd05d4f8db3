import { createStore, useStore } from 'zustand';
import { formatCount } from '../../src/text.ts';
import { joined, readScenes, type SavedScene, writeScenes } from './scenes.ts';

/** The scenes at hand, and how the browser keeps them. */
export interface Shelf {
  readonly scenes: readonly SavedScene[];
  /** Why they are not, or not all, kept for the next visit; undefined: they are. */
  readonly trouble: string | undefined;
}

/** What of the browser's storage is used here. */
export interface Store {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

const KEY = 'hugemap.scenes';
/** Where something is put that cannot be read, so that it is not lost. */
const ASIDE = 'hugemap.scenes.unread';

const BLOCKED =
  'This browser keeps nothing for this page. Scenes stay until it is closed; export them to have them afterwards.';

/** The scenes of one page over a storage that may be full, blocked, damaged, or written by another tab. */
export class Keeper {
  shelf: Shelf = { scenes: [], trouble: undefined };
  readonly #store: () => Store;
  /** What the storage held when it was last read or written; undefined: never read. */
  #known: string | null | undefined;
  /** What is there cannot be read, and could not be put aside: it is not written over. */
  #locked = false;

  constructor(store: () => Store) {
    this.#store = store;
  }

  /** Reads what is kept; what is at hand and not kept stays. */
  read(): Shelf {
    let text: string | null;
    try {
      text = this.#store().getItem(KEY);
    } catch {
      this.shelf = { ...this.shelf, trouble: BLOCKED };
      return this.shelf;
    }
    if (text === this.#known) return this.shelf;
    const first = this.#known === undefined;
    this.#known = text;
    const read = text === null ? undefined : readScenes(text);
    if (read === undefined) {
      this.shelf = { ...this.shelf, trouble: undefined };
      return this.shelf;
    }
    if (!read.ok) {
      this.shelf = { ...this.shelf, trouble: this.#putAside(text ?? '', read.reason) };
      return this.shelf;
    }
    // What another tab kept counts; what this one could not keep is added to it.
    const mine = first || this.shelf.trouble !== undefined ? this.shelf.scenes : [];
    this.shelf = { scenes: joined(read.value.scenes, mine), trouble: this.shelf.trouble };
    return this.shelf;
  }

  #putAside(text: string, reason: string): string {
    try {
      this.#store().setItem(ASIDE, text);
      this.#locked = false;
      return `What this browser kept cannot be read: ${reason}. It was put aside under ${ASIDE}, and nothing is lost.`;
    } catch {
      this.#locked = true;
      return `What this browser kept cannot be read: ${reason}. It is left as it is, so that new scenes stay only until the page is closed; export them.`;
    }
  }

  /** Changes the scenes, on top of what another tab may have kept meanwhile. */
  change(update: (scenes: readonly SavedScene[]) => readonly SavedScene[]): Shelf {
    this.read();
    const scenes = update(this.shelf.scenes);
    if (this.#locked) {
      this.shelf = { ...this.shelf, scenes };
      return this.shelf;
    }
    const text = writeScenes(scenes);
    try {
      this.#store().setItem(KEY, text);
      this.#known = text;
      this.shelf = { scenes, trouble: undefined };
    } catch {
      // Full or blocked: what was kept before is still there, and all is at hand.
      const blocked = this.shelf.trouble === BLOCKED;
      const count = scenes.length === 1 ? 'the scene' : `all ${formatCount(scenes.length)} scenes`;
      this.shelf = {
        scenes,
        trouble: blocked
          ? BLOCKED
          : `The storage of this browser is full or refuses: the last change is not kept. ${count[0]?.toUpperCase()}${count.slice(1)} stay until the page is closed; export them, or delete some.`,
      };
    }
    return this.shelf;
  }
}

const keeper = new Keeper(() => localStorage);
const shelf = createStore<Shelf>()(() => keeper.shelf);

/** The scenes, as a component sees them. */
export const useShelf = (): Shelf => useStore(shelf);

/** Reads what is kept, also by another tab. */
export const readShelf = (): void => shelf.setState(keeper.read(), true);

/** Changes the scenes and keeps them, where that can be. */
export const changeShelf = (update: (scenes: readonly SavedScene[]) => readonly SavedScene[]): Shelf => {
  const next = keeper.change(update);
  shelf.setState(next, true);
  return next;
};
