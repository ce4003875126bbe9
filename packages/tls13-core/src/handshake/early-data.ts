import type { CipherSuite } from '@portico/crypto';
import type { Transcript } from '../key-schedule/transcript.js';
import type { TicketState } from '../session/ticket-state.js';
import type { ClientSettings, ServerSettings } from '../settings.js';
import type { PskOffer } from './client-parts.js';
import type { FlowContext } from './context.js';
import type { Flow } from './flow.js';
import type { ReadClientHello } from './negotiate.js';
import type { AcceptedPsk } from './server-psk.js';

/*
 * Where 0-RTT (RFC 9846 sections 2.3, 4.3.10 and 8) is plugged into the two handshakes. Both sides' parts are values
 * that the configuration brings, so that whoever does without does not carry them.
 */

/** One handshake's early data at a client, from the ClientHello that announces it to the server's Finished. */
export interface EarlyDataAttempt {
  /** The first ClientHello is out: early data may be sent from here on. */
  start(clientHello: Uint8Array, clientRandom: Uint8Array): void;
  /** The server cannot have taken it, if it was not clear before: it sent a HelloRetryRequest, or did not choose the first PSK. */
  refused(): void;
  /**
   * EncryptedExtensions came.
   * @throws TlsError `early-data-suite-changed`, `early-data-alpn-changed`
   */
  answered(answer: {
    readonly accepted: boolean;
    readonly suite: CipherSuite;
    readonly alpn: Uint8Array | null;
  }): 'accepted' | 'refused';
  /** The server's Finished was verified: EndOfEarlyData is sent where the server took it (section 4.6). */
  end(transcript: Transcript): void;
  readonly outcome: 'open' | 'accepted' | 'refused';
}

/** A client's part: decides whether the first PSK allows early data. */
export interface ClientEarlyData {
  begin(context: FlowContext<ClientSettings>, offers: readonly PskOffer[]): EarlyDataAttempt | null;
}

/** What a server has agreed on when it decides about early data. */
export interface EarlyDataOffer {
  readonly client: ReadClientHello;
  readonly psk: AcceptedPsk;
  /** What the ticket remembered; early data goes with no other PSK. */
  readonly ticket: TicketState;
  readonly now: () => number;
  readonly suite: CipherSuite;
  readonly alpn: Uint8Array | null;
  readonly helloRetryRequested: boolean;
}

/** A server's part. */
export interface ServerEarlyData {
  /** max_early_data_size of the tickets that are sent, in bytes of plaintext. */
  readonly maxSize: number;
  /** The most that early data of that size takes on the wire: what is held while answers are awaited, or skipped. */
  readonly ciphertextAllowance: number;
  /** Whether early data is taken; the replay store is asked last of all (section 8.2). */
  judge(context: FlowContext<ServerSettings>, offer: EarlyDataOffer): Flow<'accepted' | 'refused'>;
  /** The transcript holds the ClientHello: from here on early data is read. */
  start(context: FlowContext<ServerSettings>, offer: EarlyDataOffer, transcript: Transcript): void;
}
