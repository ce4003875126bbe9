import { MsrpError } from './error.js';
import { type MsrpLimits } from './limits.js';
import type { MsrpContinuation, MsrpMessage, MsrpRequestHead } from './message.js';
export type MsrpItem = 
/** A whole message. Its body belongs to the receiver. Not given for requests while `bodies` is `streamed`. */
{
    readonly type: 'message';
    readonly message: MsrpMessage;
}
/** Streamed only: a request begins. */
 | {
    readonly type: 'head';
    readonly request: MsrpRequestHead;
}
/** Streamed only: the next bytes of its body, never empty; a view, valid until the next `push`. */
 | {
    readonly type: 'body';
    readonly bytes: Uint8Array;
}
/** Streamed only: the request is complete. `bodiless` tells no body from an empty one. */
 | {
    readonly type: 'end';
    readonly continuation: MsrpContinuation;
    readonly bodiless: boolean;
}
/**
 * The framing is lost, for good: always the last item. `request` is what `createMsrpResponse` needs for a 400; null if
 * it is a response that is malformed, or a request before both of its paths were read.
 */
 | {
    readonly type: 'failed';
    readonly error: MsrpError;
    readonly request: MsrpRequestHead | null;
};
export interface MsrpFramerOptions {
    /** Each limit by name; the others keep their default. */
    readonly limits?: Partial<MsrpLimits>;
    /** `whole` (the default): a request is one item. `streamed`: bodies of any size go through in pieces. */
    readonly bodies?: 'whole' | 'streamed';
}
/** Incremental framing of an MSRP stream (RFC 4975 section 5.1). */
export interface MsrpFramer {
    /** True after a `failed` item: everything pushed later is dropped. */
    readonly failed: boolean;
    /** Takes the next bytes of the stream, in chunks of any size, and gives what they complete. Never throws for input. */
    push(chunk: Uint8Array): MsrpItem[];
    /** The stream is over. Gives `failed` with reason `truncated` if that was inside a message. */
    end(): MsrpItem[];
}
export declare function createMsrpFramer(options?: MsrpFramerOptions): MsrpFramer;
//# sourceMappingURL=framer.d.ts.map