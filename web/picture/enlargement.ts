import type { ThemeName } from '../draw/tokens.ts';

/** The drawing's least comfortable size, from which the projector theme starts to enlarge it. */
const ROOMY = { width: 640, height: 568 };

/**
 * How much larger everything is drawn in so many CSS pixels: on a projector as much as the room allows, 2 at most,
 * elsewhere not at all.
 */
export const enlargement = (theme: ThemeName, width: number, height: number): number =>
  theme === 'projector' ? Math.min(2, Math.max(1, Math.min(width / ROOMY.width, height / ROOMY.height))) : 1;
