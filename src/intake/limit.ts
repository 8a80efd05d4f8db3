import { MiB } from '../units.ts';

/** The longest text read: 32 Mi characters. */
export const MAX_INTAKE = 32 * MiB;
