import { ByteQueue, bytesToLatin1 } from '@portico/bytes';
import { continuationFlag, EndLineScanner } from './end-line.js';
import { MsrpError } from './error.js';
import { END_LINE_START } from './grammar.js';
import { DEFAULT_MSRP_LIMITS } from './limits.js';
import { parseHeaderLine, parseStartLine, PROTOCOL_TAG } from './start-line.js';
const CR = 0x0d;
const LF = 0x0a;
/** Hyphens, the longest transaction identifier (section 9), a flag and CRLF. */
const LONGEST_END_LINE = END_LINE_START.length + 32 + 1 + 2;
export function createMsrpFramer(options = {}) {
    return new Framer({ ...DEFAULT_MSRP_LIMITS, ...options.limits }, options.bodies ?? 'whole');
}
class Framer {
    #limits;
    #bodies;
    /** The beginning of a line whose end has not come. */
    #line = new ByteQueue();
    /** The body so far, while bodies are given whole. */
    #body = new ByteQueue();
    #message = null;
    /** Bytes of the stream before the current chunk. */
    #before = 0;
    #items = [];
    #failed = false;
    constructor(limits, bodies) {
        this.#limits = limits;
        this.#bodies = bodies;
    }
    get failed() {
        return this.#failed;
    }
    push(chunk) {
        if (this.#failed)
            return [];
        try {
            let at = 0;
            while (at < chunk.length) {
                at = this.#message?.scanner
                    ? this.#readBody(this.#message, this.#message.scanner, chunk, at)
                    : this.#readLine(chunk, at);
            }
        }
        catch (error) {
            if (!(error instanceof MsrpError))
                throw error;
            this.#fail(error);
        }
        this.#before += chunk.length;
        return this.#takeItems();
    }
    end() {
        if (this.#failed || (this.#message === null && this.#line.length === 0))
            return [];
        this.#fail(new MsrpError('truncated', { offset: this.#before, expected: 'an end-line' }));
        return this.#takeItems();
    }
    #takeItems() {
        const items = this.#items;
        this.#items = [];
        return items;
    }
    #fail(error) {
        const message = this.#message;
        // Both paths are needed to answer; they are the first two headers, or the message has failed already.
        const answerable = message !== null && message.start.type === 'request' && message.headers.length >= 2;
        this.#items.push({ type: 'failed', error, request: answerable ? requestHead(message) : null });
        this.#failed = true;
        this.#message = null;
        this.#line.clear();
        this.#body.clear();
    }
    /** Takes one line, or as much of it as there is. */
    #readLine(chunk, from) {
        const held = this.#line.length;
        const offset = this.#before + from - held;
        const [room, tooLong] = this.#roomForLine();
        const lf = chunk.indexOf(LF, from);
        const end = lf < 0 ? chunk.length : lf + 1;
        if (this.#message === null)
            this.#checkProtocolTag(chunk, from, end, held, offset);
        if (held + end - from > room || (lf < 0 && held + end - from === room)) {
            throw new MsrpError(tooLong, { offset, expected: `at most ${room} bytes` });
        }
        if (lf < 0 || held > 0)
            this.#line.push(chunk.subarray(from, end));
        if (lf < 0)
            return end;
        const line = held > 0 ? this.#line.peek() : chunk.subarray(from, end);
        if (line[line.length - 2] !== CR) {
            throw new MsrpError(this.#message === null ? 'invalid-start-line' : 'invalid-header', {
                offset,
                expected: 'CRLF at the end of the line',
                got: 'LF alone',
            });
        }
        this.#takeLine(line.subarray(0, -2), offset);
        this.#line.clear();
        return end;
    }
    /** How long the line may be, CRLF included, and what it is if it is longer. */
    #roomForLine() {
        const { startLine, headerLine, headerBlock } = this.#limits;
        if (this.#message === null)
            return [startLine, 'start-line-too-long'];
        // An end-line or an empty line must still fit behind a full header block: neither is a header.
        const left = headerBlock - this.#message.headerBytes + LONGEST_END_LINE;
        return left < headerLine ? [left, 'headers-too-long'] : [headerLine, 'header-too-long'];
    }
    /** Another protocol is recognised by its first wrong byte, not after a line that may never end. */
    #checkProtocolTag(chunk, from, end, held, offset) {
        for (let i = held; i < PROTOCOL_TAG.length && from + i - held < end; i++) {
            if (chunk[from + i - held] !== PROTOCOL_TAG[i]) {
                throw new MsrpError('not-msrp', { offset: offset + i, expected: 'a start line that begins with MSRP' });
            }
        }
    }
    #takeLine(line, offset) {
        const message = this.#message;
        if (message === null) {
            const start = parseStartLine(line, offset);
            this.#message = { start, headers: [], headerBytes: 0, scanner: null, bodyLength: 0 };
        }
        else if (line.length === 0) {
            this.#beginBody(message, offset);
        }
        else if (line[0] === 0x2d) {
            this.#takeEndLine(message, line, offset);
        }
        else {
            this.#takeHeader(message, line, offset);
        }
    }
    #takeHeader(message, line, offset) {
        message.headerBytes += line.length + 2;
        if (message.headerBytes > this.#limits.headerBlock) {
            throw new MsrpError('headers-too-long', { offset, expected: `at most ${this.#limits.headerBlock} bytes` });
        }
        if (message.headers.length === this.#limits.headerCount) {
            throw new MsrpError('too-many-headers', { offset, expected: `at most ${this.#limits.headerCount}` });
        }
        const header = parseHeaderLine(line, offset);
        // `headers = To-Path CRLF From-Path CRLF ...` (section 9): each once, in this order, before anything else.
        const position = ['to-path', 'from-path'].indexOf(header.name.toLowerCase());
        const expected = message.headers.length < 2 ? message.headers.length : -1;
        if (position !== expected || (position >= 0 && header.value.trim() === '')) {
            throw new MsrpError('invalid-path-headers', {
                offset,
                expected: expected === 0 ? 'To-Path' : expected === 1 ? 'From-Path' : 'each path once',
                got: header.name,
            });
        }
        message.headers.push(header);
    }
    /** The end-line of a message without a body. */
    #takeEndLine(message, line, offset) {
        const wanted = END_LINE_START + message.start.transactionId;
        const continuation = continuationFlag(line[line.length - 1]);
        if (line.length !== wanted.length + 1 ||
            continuation === null ||
            bytesToLatin1(line, 0, wanted.length) !== wanted) {
            throw new MsrpError('invalid-end-line', { offset, expected: 'the transaction identifier and one of $ + #' });
        }
        this.#demandPaths(message, offset);
        this.#finish(message, continuation);
    }
    #beginBody(message, offset) {
        this.#demandPaths(message, offset);
        // `msrp-response = resp-start headers end-line` (section 9).
        if (message.start.type === 'response')
            throw new MsrpError('body-in-response', { offset });
        // Section 7.1: a request with a body MUST contain a Content-Type.
        if (!message.headers.some((header) => header.name.toLowerCase() === 'content-type')) {
            throw new MsrpError('missing-content-type', { offset });
        }
        message.scanner = new EndLineScanner(message.start.transactionId);
        if (this.#bodies === 'streamed')
            this.#items.push({ type: 'head', request: requestHead(message) });
    }
    #demandPaths(message, offset) {
        if (message.headers.length >= 2)
            return;
        throw new MsrpError('invalid-path-headers', {
            offset,
            expected: message.headers.length === 0 ? 'To-Path' : 'From-Path',
            got: 'the end of the headers',
        });
    }
    #readBody(message, scanner, chunk, from) {
        const result = scanner.scan(chunk, from, (bytes) => this.#takeBody(message, bytes));
        switch (result.state) {
            case 'more':
                return chunk.length;
            case 'broken':
                throw new MsrpError('invalid-end-line', { offset: this.#before + result.at, expected: 'CRLF behind the flag' });
            case 'found':
                this.#finish(message, result.continuation);
                return result.next;
        }
    }
    #takeBody(message, bytes) {
        const limit = this.#bodyLimit(message);
        const fitting = bytes.subarray(0, limit - message.bodyLength);
        message.bodyLength += bytes.length;
        if (this.#bodies === 'whole')
            this.#body.push(fitting);
        else if (fitting.length > 0)
            this.#items.push({ type: 'body', bytes: fitting });
        if (message.bodyLength > limit) {
            const details = { expected: `at most ${limit} bytes` };
            throw new MsrpError('body-too-long', details);
        }
    }
    #bodyLimit({ start }) {
        if (start.type === 'request' && start.method === 'SEND') {
            return this.#bodies === 'whole' ? this.#limits.sendBody : Infinity;
        }
        return this.#limits.otherBody;
    }
    #finish(message, continuation) {
        const bodiless = message.scanner === null;
        if (message.start.type === 'response') {
            // Section 7.2: a response is never chunked.
            if (continuation !== '$')
                throw new MsrpError('invalid-end-line', { expected: '$ behind a response', got: continuation });
            const response = { ...message.start, headers: message.headers };
            this.#items.push({ type: 'message', message: response });
        }
        else if (this.#bodies === 'whole') {
            const body = bodiless ? null : this.#body.take();
            this.#items.push({ type: 'message', message: { ...requestHead(message), body, continuation } });
        }
        else {
            if (bodiless)
                this.#items.push({ type: 'head', request: requestHead(message) });
            this.#items.push({ type: 'end', continuation, bodiless });
        }
        this.#message = null;
    }
}
function requestHead(message) {
    const { start } = message;
    if (start.type !== 'request')
        throw new TypeError('a response has no request head');
    return { ...start, headers: message.headers };
}
//# sourceMappingURL=framer.js.map