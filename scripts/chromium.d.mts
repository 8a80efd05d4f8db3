export declare const isRoot: boolean;
export declare const findChromium: () => string | undefined;
