import type { TlsEvent } from './events.js';
import { Connected } from './handshake/connected.js';
import type { HandshakeResult } from './handshake/context.js';
import type { MessageReassembler } from './handshake/reassembler.js';
import { ApplicationKeys } from './key-schedule/application-keys.js';
import { KeyUpdates } from './key-updates.js';
import type { HandshakeType } from './messages/handshake-type.js';
import { demandRecordBoundary, type RecordLayers } from './record-sink.js';

/** What a connection is after its handshake: keys that change, and messages that come in any order. */
export class Established {
  readonly #messages: MessageReassembler;
  readonly #connected: Connected;
  readonly #keys: ApplicationKeys;
  readonly keyUpdates: KeyUpdates;

  constructor(layers: RecordLayers, result: HandshakeResult) {
    const { side, limits, messages } = layers;
    this.#messages = messages;
    this.#connected = new Connected(side, limits, result.ticketReceiver);
    this.#keys = new ApplicationKeys(result.suite, side, result.trafficSecrets, result.exporterSecret);
    this.keyUpdates = new KeyUpdates(this.#keys, layers);
  }

  /** The messages that may come now. */
  get expected(): readonly HandshakeType[] {
    return this.#connected.expected;
  }

  /**
   * Handles the messages that have come, RFC 9846 section 4.7, and tells of them in order.
   * @throws TlsError with the reason that fits
   */
  handleMessages(tell: (event: TlsEvent) => void): void {
    for (;;) {
      const message = this.#messages.next(this.expected);
      if (message === null) return;
      const action = this.#connected.handle(message, this.keyUpdates.awaitsPeer ? 'asked-for' : 'unasked');
      switch (action.type) {
        case 'nothing':
          break;
        case 'update-receive-keys':
          demandRecordBoundary(this.#messages);
          this.keyUpdates.receive(action.peerWantsOurs);
          tell({ type: 'peer-keys-updated', requestedOurs: action.peerWantsOurs });
          break;
        case 'announce-session':
          tell({ type: 'session-ticket', session: action.session });
          break;
      }
    }
  }

  /** Application data came: KeyUpdates and tickets before it were worth their price. */
  noteApplicationData(): void {
    this.#connected.noteApplicationData();
  }

  /** Keying material for another protocol, as `ApplicationKeys` gives it. */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    return this.#keys.export(label, context, length);
  }

  destroy(): void {
    this.#connected.destroy();
    this.#keys.destroy();
  }
}
