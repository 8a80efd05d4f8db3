export declare const cspMeta: string;
export declare const cspHeader: (ancestors?: string) => string;
export declare const readAncestors: (text: string) => string | undefined;
