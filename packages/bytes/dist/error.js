/** The one error type of this package. `reason` is stable; `message` is for people. */
export class BytesError extends Error {
    name = 'BytesError';
    reason;
    offset;
    expected;
    got;
    constructor(reason, details = {}) {
        super(describe(reason, details));
        this.reason = reason;
        this.offset = details.offset;
        this.expected = details.expected;
        this.got = details.got;
    }
}
function describe(reason, { offset, expected, got }) {
    const where = offset === undefined ? '' : ` at offset ${offset}`;
    const wanted = expected === undefined ? '' : `: expected ${expected}`;
    const found = got === undefined ? '' : `${expected === undefined ? ':' : ','} got ${got}`;
    return `${reason}${where}${wanted}${found}`;
}
//# sourceMappingURL=error.js.map