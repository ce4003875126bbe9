import { TlsError } from './error.js';
import type { TlsEvent } from './events.js';
import type { EarlyDataReceiver, EarlyDataSender, EarlyExporter } from './handshake/sink.js';

/** Where 0-RTT (RFC 9846 section 2.3) meets the connection: what may be sent and read before the handshake is over. */
export class EarlyDataPort {
  readonly #tell: (event: TlsEvent) => void;
  #sender: EarlyDataSender | null = null;
  #receiver: EarlyDataReceiver | null = null;
  #exporter: EarlyExporter | null = null;
  #mayAnswer = false;

  constructor(tell: (event: TlsEvent) => void) {
    this.#tell = tell;
  }

  /** Bytes that a client may still send. */
  get remaining(): number {
    return this.#sender?.remaining ?? 0;
  }

  /** Whether a server may send already: it took early data, and its Finished is out (section 2, "0.5-RTT"). */
  get mayAnswer(): boolean {
    return this.#mayAnswer;
  }

  /** At a client. */
  open(sender: EarlyDataSender): void {
    this.#sender = sender;
    this.#exporter = sender.exporter;
  }

  /** At a client. */
  close(outcome: 'accepted' | 'refused'): void {
    this.#sender = null;
    if (outcome === 'refused') this.#forgetExporter();
    this.#tell({ type: outcome === 'accepted' ? 'early-data-accepted' : 'early-data-rejected' });
  }

  /** At a server. */
  receiveWith(receiver: EarlyDataReceiver): void {
    this.#receiver = receiver;
    this.#exporter = receiver.exporter;
  }

  /** At a server, whose Finished is out. */
  allowAnswer(): void {
    this.#mayAnswer = this.#receiver !== null;
  }

  /** At a server: EndOfEarlyData came. */
  endOfEarlyData(): void {
    this.#receiver = null;
  }

  /** @throws TlsError `wrong-state` where early data may not be sent; `early-data-too-long` */
  demandToSend(length: number): void {
    if (this.#sender === null) {
      throw new TlsError('wrong-state', {
        subject: 'sendEarly',
        expected: 'a session that allows early data, before the server’s Finished',
      });
    }
    this.#sender.take(length);
  }

  /**
   * So many bytes of application data came before the handshake was over.
   * @throws TlsError `application-data-before-finished`, `too-much-early-data`
   */
  take(length: number): void {
    if (this.#receiver === null) throw new TlsError('application-data-before-finished');
    this.#receiver.take(length);
  }

  /** What may be sent is no longer a matter of early data. */
  handshakeComplete(): void {
    this.#mayAnswer = false;
  }

  /** @throws TlsError `wrong-state` where there is no early data; what the exporter throws */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    if (this.#exporter === null) {
      throw new TlsError('wrong-state', {
        subject: 'exportEarlyKeyingMaterial',
        expected: 'early data, sent or taken',
      });
    }
    return this.#exporter.export(label, context, length);
  }

  destroy(): void {
    this.#sender = null;
    this.#receiver = null;
    this.#mayAnswer = false;
    this.#forgetExporter();
  }

  #forgetExporter(): void {
    this.#exporter?.destroy();
    this.#exporter = null;
  }
}
