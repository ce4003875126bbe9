import { copyBytes } from '@portico/bytes';
import { alertFromCode, type Alert } from './alert.js';
import { TlsError } from './error.js';
import { handshakeTypeName } from './messages/handshake-type.js';
import { decodeHandshakeMessage, type ReceivedMessage } from './messages/message.js';
import type { Trace, TraceDirection } from './record/trace.js';

/** One thing that a connection sent or received, in the order of the wire, as plain data without secrets. */
export type TraceEvent =
  | {
      readonly type: 'record';
      readonly direction: TraceDirection;
      /** What it holds, which only the two ends can see where it is protected. */
      readonly contentType: 'change_cipher_spec' | 'alert' | 'handshake' | 'application_data';
      readonly protection: 'plaintext' | 'protected';
      /** Bytes on the wire, header included. */
      readonly length: number;
      /** Bytes of content; application data itself is not told. */
      readonly contentLength: number;
    }
  /** One whole handshake message: its body as data, and its bytes. Everything is a copy. */
  | { readonly type: 'message'; readonly direction: TraceDirection; readonly message: ReceivedMessage }
  | { readonly type: 'alert'; readonly direction: TraceDirection; readonly alert: Alert }
  /** What follows in that direction is under other keys than what went before. */
  | { readonly type: 'keys-changed'; readonly direction: TraceDirection };

/**
 * What `trace` of a configuration takes: every record, handshake message, alert and change of keys of a connection, sent
 * and received. `receive` is called while the connection is at work and must not call it; if it throws, the connection
 * fails.
 */
export function traceTo(receive: (event: TraceEvent) => void): Trace {
  return (seen) => {
    switch (seen.kind) {
      case 'record': {
        const { direction, contentType, protection, length, contentLength } = seen;
        receive({ type: 'record', direction, contentType, protection, length, contentLength });
        return;
      }
      case 'message': {
        const type = handshakeTypeName(seen.bytes[0] as number);
        if (type === undefined) throw new TlsError('internal-error', { expected: 'a known handshake type' });
        // A copy: what a tracer does with it must not reach the transcript.
        const message = decodeHandshakeMessage(type, copyBytes(seen.bytes));
        receive({ type: 'message', direction: seen.direction, message });
        return;
      }
      case 'alert':
        receive({ type: 'alert', direction: seen.direction, alert: alertFromCode(seen.bytes[1] as number) });
        return;
      case 'keys-changed':
        receive({ type: 'keys-changed', direction: seen.direction });
        return;
    }
  };
}
