import type { HandshakeInfo, OutputMemory, TlsEvent } from '@portico/tls13-core';

/**
 * What a socket needs of a TLS connection: the three verbs of tls13-core (bytes in, plaintext in, bytes out) and the
 * end of both directions. `createTlsClient` and `createTlsServer` make them; tests put recordings in their place.
 */
export interface TlsEngine {
  readonly state: 'handshaking' | 'open' | 'closed' | 'failed';
  readonly info: HandshakeInfo | null;
  /** Takes all of the chunk. A failure is the last event, and its alert is in the output. */
  receive(chunk: Uint8Array): TlsEvent[];
  /** The transport's end of input. */
  endOfInput(): TlsEvent[];
  /**
   * Protects data; `allocate` is asked for the memory that the records go into.
   * @throws TlsError `wrong-state` before the handshake is complete and after `close`
   */
  send(plaintext: Uint8Array, allocate?: OutputMemory): void;
  /** Everything to be written now. */
  takeOutput(): Uint8Array;
  /** The same as parts in a row, for transports that take several at a time. */
  takeOutputParts(): Uint8Array[];
  readonly pendingOutputLength: number;
  /** Sends close_notify (RFC 9846 section 6.1); receiving goes on. */
  close(): void;
  /** Forgets everything, keys included. */
  abort(): void;
  updateKeys(options?: { readonly requestPeer?: boolean }): void;
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array;
  /** An asynchronous answer is awaited; resolves with the events that follow it, never rejects. */
  readonly waiting: Promise<TlsEvent[]> | null;
  /** False while input should stay in the transport. */
  readonly wantsInput: boolean;
}
