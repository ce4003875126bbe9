import type { ContentTypeName } from './content-type.js';

export type TraceDirection = 'sent' | 'received';

/** What the layers of a connection show a tracer; `traceTo` makes plain data of it. */
export type Traced =
  | {
      readonly kind: 'record';
      readonly direction: TraceDirection;
      readonly contentType: ContentTypeName;
      readonly protection: 'plaintext' | 'protected';
      readonly length: number;
      readonly contentLength: number;
    }
  /** A view: a whole handshake message, header included, or an alert. */
  | { readonly kind: 'message' | 'alert'; readonly direction: TraceDirection; readonly bytes: Uint8Array }
  | { readonly kind: 'keys-changed'; readonly direction: TraceDirection };

/** Opaque to applications: made by `traceTo`. */
export type Trace = (seen: Traced) => void;
