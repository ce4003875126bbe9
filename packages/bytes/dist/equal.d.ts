/** Compares without a data-dependent branch: the time depends on the lengths only. Use it for secrets and MACs. */
export declare function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean;
/** Compares public bytes; stops at the first difference. */
export declare function bytesEqual(left: Uint8Array, right: Uint8Array): boolean;
//# sourceMappingURL=equal.d.ts.map