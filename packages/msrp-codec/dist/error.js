/** The one error type of this package. `reason` is stable; `message` is for people and holds no message content. */
export class MsrpError extends Error {
    name = 'MsrpError';
    /** `decode`: the peer's bytes are malformed. `api-misuse`: the caller asked for something that cannot be written. */
    kind;
    reason;
    offset;
    expected;
    got;
    constructor(reason, details = {}) {
        super(describe(reason, details));
        this.kind = reason === 'unwritable-message' || reason === 'end-line-in-body' ? 'api-misuse' : 'decode';
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