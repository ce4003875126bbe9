import { MsrpError } from './error.js';
/**
 * Reads a Byte-Range value.
 * @throws MsrpError `invalid-byte-range`, also for numbers over 2^53 - 1 and for a start of zero
 */
export function parseByteRange(value) {
    const match = /^([0-9]+)-([0-9]+|\*)\/([0-9]+|\*)$/.exec(value);
    const [, start = '', end = '', total = ''] = match ?? [];
    const range = {
        start: Number(start),
        end: end === '*' ? null : Number(end),
        total: total === '*' ? null : Number(total),
    };
    const numbers = [range.start, range.end ?? 0, range.total ?? 0];
    if (match === null || range.start < 1 || !numbers.every(Number.isSafeInteger)) {
        throw new MsrpError('invalid-byte-range', { expected: 'start-end/total, the first byte being 1' });
    }
    return range;
}
/** Writes a Byte-Range value. */
export function formatByteRange({ start, end, total }) {
    return `${start}-${end ?? '*'}/${total ?? '*'}`;
}
/**
 * Reads a Status value.
 * @throws MsrpError `invalid-status`
 */
export function parseReportStatus(value) {
    const match = /^([0-9]{3}) ([0-9]{3})(?: (.*))?$/u.exec(value);
    if (match === null)
        throw new MsrpError('invalid-status', { expected: 'namespace, status and perhaps a comment' });
    const [, namespace = '', status = '', comment] = match;
    return { namespace, status: Number(status), comment: comment ?? null };
}
//# sourceMappingURL=values.js.map