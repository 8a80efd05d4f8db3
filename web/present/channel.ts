/** What the stage and the speaker's window say to each other. Each checks the sender, and reads what came with care. */

/** Where the stage stands. */
export interface ToNotes {
  readonly hugemap: 'stage';
  /** The scene, from 1. */
  readonly scene: number;
  /** False while its question is open. */
  readonly shown: boolean;
  /** When the presentation began, in milliseconds as Date.now() has them. */
  readonly began: number;
}

/** Where the speaker wants to go. */
export const moves = ['next', 'previous', 'first', 'last'] as const;
export type Move = (typeof moves)[number];

/** What the speaker's window says: that it is there, or where to go. */
export type ToStage = { readonly hugemap: 'notes' } | { readonly hugemap: 'go'; readonly to: Move };

const fieldOf = (data: unknown, key: string): unknown =>
  typeof data === 'object' && data !== null && Object.hasOwn(data, key)
    ? (data as Record<string, unknown>)[key]
    : undefined;

/** Reads a message from the stage; undefined for everything else. */
export const readToNotes = (data: unknown): ToNotes | undefined => {
  const [scene, shown, began] = ['scene', 'shown', 'began'].map(key => fieldOf(data, key));
  return fieldOf(data, 'hugemap') === 'stage' &&
    typeof scene === 'number' &&
    Number.isInteger(scene) &&
    scene >= 1 &&
    scene <= 999 &&
    typeof shown === 'boolean' &&
    typeof began === 'number' &&
    Number.isFinite(began)
    ? { hugemap: 'stage', scene, shown, began }
    : undefined;
};

/** Reads a message from the speaker's window; undefined for everything else. */
export const readToStage = (data: unknown): ToStage | undefined => {
  switch (fieldOf(data, 'hugemap')) {
    case 'notes':
      return { hugemap: 'notes' };
    case 'go': {
      const to = moves.find(m => m === fieldOf(data, 'to'));
      return to === undefined ? undefined : { hugemap: 'go', to };
    }
    default:
      return undefined;
  }
};

/** Where this page comes from, as far as messages care. */
export interface Origin {
  readonly protocol: string;
  readonly origin: string;
}

/**
 * Whether a message may be heard: from a page of the same origin. Pages from disk have none that could be told apart,
 * so there the sender must be the very window that is known.
 */
export const trusted = (
  event: { readonly origin: string; readonly source: unknown },
  own: Origin,
  known: unknown,
): boolean =>
  own.protocol === 'file:'
    ? known !== undefined && known !== null && event.source === known
    : event.origin === own.origin;

/** To whom a message is addressed, for postMessage(). A page from disk has no origin to name. */
export const addressee = (own: Origin): string => (own.protocol === 'file:' ? '*' : own.origin);
