/** True where the person asked for no motion. */
export const still = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;
