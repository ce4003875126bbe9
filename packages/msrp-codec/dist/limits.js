/** RFC 4975 sets only the limit of bodies outside SEND; the others are ours. */
export const DEFAULT_MSRP_LIMITS = {
    startLine: 512,
    headerLine: 8192,
    headerBlock: 32_768,
    headerCount: 64,
    sendBody: 1_048_576,
    otherBody: 10_240, // section 7.1
};
//# sourceMappingURL=limits.js.map