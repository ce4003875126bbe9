import { MsrpError } from './error.js';
import { createMsrpFramer } from './framer.js';
/**
 * Reads exactly one message, as one WebSocket message carries it (RFC 7977 section 5.2).
 * @throws MsrpError for a malformed or cut message, and for anything behind it
 */
export function parseMsrp(bytes, limits = {}) {
    const framer = createMsrpFramer({ limits });
    const items = [...framer.push(bytes), ...framer.end()];
    const [first, second] = items;
    if (first === undefined)
        throw new MsrpError('truncated', { offset: 0, expected: 'a message' });
    if (first.type === 'failed')
        throw first.error;
    if (first.type !== 'message' || second !== undefined) {
        throw new MsrpError('invalid-end-line', { expected: 'nothing behind one message' });
    }
    return first.message;
}
//# sourceMappingURL=parse.js.map