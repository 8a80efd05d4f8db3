/** The ids under which the designs are discussed. Apart from the designs themselves: a link needs no more. */
export const designIds = ['A', 'B', 'C', 'C2', 'D0', 'D', 'E0', 'E', 'F', 'G', 'H', 'I'] as const;
export type DesignId = (typeof designIds)[number];
