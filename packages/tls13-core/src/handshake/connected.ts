import { TlsError } from '../error.js';
import type { TlsLimits } from '../limits.js';
import type { AcrossNames } from '../session/across-names.js';
import type { Session } from '../session/session.js';
import { readExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension } from '../messages/extensions/extension.js';
import { maxEarlyDataSizeCodec } from '../messages/extensions/early-data.js';
import { decodeTlsFlags, hasTlsFlag } from '../messages/extensions/tls-flags.js';
import type { HandshakeType } from '../messages/handshake-type.js';
import { KEY_UPDATE_REQUEST } from '../messages/key-update.js';
import type { ReceivedMessage } from '../messages/message.js';
import type { NewSessionTicket } from '../messages/new-session-ticket.js';

/** What a post-handshake message asks the connection to do. */
export type ConnectedAction =
  | { readonly type: 'nothing' }
  | { readonly type: 'update-receive-keys'; readonly peerWantsOurs: boolean }
  | { readonly type: 'announce-session'; readonly session: Session };

/** What a ticket's extensions say of its use. */
export interface TicketTerms {
  /** Bytes of early data that it allows. */
  readonly maxEarlyDataSize: number;
  readonly acrossNames: AcrossNames;
}

/** What makes sessions of a server's tickets for as long as a connection lives. */
export interface TicketReceiver {
  /** Null for a ticket that is of no use. */
  receive(message: NewSessionTicket, terms: TicketTerms): Session | null;
  destroy(): void;
}

/** Messages after the handshake, RFC 9846 section 4.7, which come in any order. Counts what a peer could flood us with. */
export class Connected {
  readonly #side: 'client' | 'server';
  readonly #limits: TlsLimits;
  readonly #ticketReceiver: TicketReceiver | null;
  #keyUpdatesInARow = 0;
  #sessionTickets = 0;

  constructor(side: 'client' | 'server', limits: TlsLimits, ticketReceiver: TicketReceiver | null) {
    this.#side = side;
    this.#limits = limits;
    this.#ticketReceiver = ticketReceiver;
  }

  /** The messages that may come: tickets only to clients, no CertificateRequest as we never offer post_handshake_auth. */
  get expected(): readonly HandshakeType[] {
    return this.#side === 'client' ? CLIENT_EXPECTS : SERVER_EXPECTS;
  }

  /** Application data came: KeyUpdates and tickets before it were worth their price. */
  noteApplicationData(): void {
    this.#keyUpdatesInARow = 0;
    this.#sessionTickets = 0;
  }

  /**
   * `keyUpdate` is what a KeyUpdate would be now: one that we asked for is not the peer's flood.
   * @throws TlsError `illegal-key-update-request`, `too-many-key-updates`, `too-many-session-tickets`,
   *   `unexpected-message`
   */
  handle(message: ReceivedMessage, keyUpdate: 'asked-for' | 'unasked'): ConnectedAction {
    switch (message.type) {
      case 'key_update':
        return this.#handleKeyUpdate(message.body.requestUpdate, keyUpdate);
      case 'new_session_ticket':
        return this.#handleTicket(message.body);
      case 'client_hello':
      case 'server_hello':
      case 'hello_retry_request':
      case 'end_of_early_data':
      case 'encrypted_extensions':
      case 'certificate':
      case 'certificate_request':
      case 'certificate_verify':
      case 'finished':
        throw new TlsError('unexpected-message', { expected: this.expected.join(' or '), got: message.type });
    }
  }

  #handleTicket(ticket: NewSessionTicket): ConnectedAction {
    // Section 4.7.1: a client that does not resume ignores tickets; they must be well-formed all the same.
    const block = readExtensionBlock('NST', ticket.extensions, null, this.#limits);
    const earlyData = block.get('early_data');
    const maxEarlyDataSize =
      earlyData === undefined ? 0 : decodeExtension(maxEarlyDataSizeCodec, earlyData, 'early_data');
    const flags = block.get('tls_flags');
    const acrossNames =
      flags !== undefined && hasTlsFlag(decodeTlsFlags(flags), 'resumption_across_names') ? 'any-name' : 'same-name';
    this.#sessionTickets++;
    if (this.#sessionTickets > this.#limits.sessionTickets) {
      throw new TlsError('too-many-session-tickets', { expected: `at most ${this.#limits.sessionTickets} in a row` });
    }
    const session = this.#ticketReceiver?.receive(ticket, { maxEarlyDataSize, acrossNames }) ?? null;
    return session === null ? { type: 'nothing' } : { type: 'announce-session', session };
  }

  /** Forgets what tickets are made of. */
  destroy(): void {
    this.#ticketReceiver?.destroy();
  }

  #handleKeyUpdate(requestUpdate: number, keyUpdate: 'asked-for' | 'unasked'): ConnectedAction {
    const { update_not_requested: notRequested, update_requested: requested } = KEY_UPDATE_REQUEST;
    if (requestUpdate !== notRequested && requestUpdate !== requested) {
      throw new TlsError('illegal-key-update-request', { expected: '0 or 1', got: requestUpdate });
    }
    if (keyUpdate === 'unasked') this.#keyUpdatesInARow++;
    if (this.#keyUpdatesInARow > this.#limits.keyUpdatesInARow) {
      throw new TlsError('too-many-key-updates', { expected: `at most ${this.#limits.keyUpdatesInARow} in a row` });
    }
    return { type: 'update-receive-keys', peerWantsOurs: requestUpdate === requested };
  }
}

const CLIENT_EXPECTS: readonly HandshakeType[] = ['new_session_ticket', 'key_update'];
const SERVER_EXPECTS: readonly HandshakeType[] = ['key_update'];
