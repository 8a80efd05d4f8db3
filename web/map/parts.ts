import { late } from '../ui/late.tsx';

/** The parts of the Map that come after its first paint, all in one chunk: {@link import('./columns.ts')}. */
const columns = () => import('./columns.ts');

/**
 * The picture. It has a chunk of its own that is asked for with the first paint, so that the verdict's number need
 * not wait for it.
 */
export const drawing = late(() => import('./Drawing.tsx').then(m => m.Drawing));
/** The left column. */
export const controls = late(() => columns().then(m => m.Controls));
/** The bottom sheet of a phone. */
export const sheet = late(() => columns().then(m => m.Sheet));
/** The right column under the number. */
export const findings = late(() => columns().then(m => m.Findings));
/** The list of lessons. */
export const lessons = late(() => columns().then(m => m.Lessons));
/** The open player of the search. */
export const player = late(() => columns().then(m => m.SearchPlayer));
/** The line under the picture. */
export const readout = late(() => columns().then(m => m.Readout));
/** Says where more of the picture lies below. */
export const below = late(() => columns().then(m => m.Below));
/** The bit ruler. */
export const ruler = late(() => columns().then(m => m.BitRuler));
