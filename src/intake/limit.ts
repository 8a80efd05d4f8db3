import { MiB } from '../units.ts';

/** The longest text read: 32 Mi characters. */
export const MAX_INTAKE = 32 * MiB;

/** The most lines read: twice as many as a text of that length has in any format. */
export const MAX_LINES = 1_000_000;
