export declare const cspMeta: string;
export declare const cspHeader: string;
