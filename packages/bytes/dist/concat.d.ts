/** Joins the parts into one fresh array; the parts are copied. */
export declare function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
//# sourceMappingURL=concat.d.ts.map