import { bytesEqual } from '@portico/bytes';
import type { CipherSuite } from '@portico/crypto';
import { includesName } from '../alpn/select.js';
import { TlsError } from '../error.js';
import { createEarlyExporter } from '../key-schedule/early-exporter.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { SessionContents } from '../session/session.js';
import type { ClientSettings } from '../settings.js';
import type { PskOffer } from './client-parts.js';
import { logSecrets, send, type FlowContext } from './context.js';
import type { ClientEarlyData, EarlyDataAttempt } from './early-data.js';
import type { EarlyDataSender } from './sink.js';

type Context = FlowContext<ClientSettings>;

/**
 * 0-RTT at a client, RFC 9846 sections 2.3 and 4.3.10, for `ClientConfig.earlyData`. Where a session is offered that allows
 * it, `sendEarly` sends application data right behind the ClientHello, until the server's Finished.
 */
export function clientEarlyData(): ClientEarlyData {
  return { begin };
}

/** Early data goes with the first PSK only, under the suite and the protocol that its connection had. */
function begin(context: Context, [first]: readonly PskOffer[]): EarlyDataAttempt | null {
  const { settings } = context;
  if (first === undefined) return null;
  const { session } = first;
  if (session === null || session.maxEarlyDataSize === 0) return null;
  const suite = settings.cipherSuites.find(({ id }) => id === session.cipherSuite);
  const offersProtocol = session.alpn === null || includesName(settings.alpn?.protocols ?? [], session.alpn);
  // Another name is another audience: what is meant for it may not be what its server would do.
  const isSameName = session.serverName === settings.serverName;
  return suite !== undefined && offersProtocol && isSameName ? new Attempt(context, first, session, suite) : null;
}

class Attempt implements EarlyDataAttempt {
  readonly #context: Context;
  readonly #offer: PskOffer;
  readonly #session: SessionContents;
  readonly #suite: CipherSuite;
  #outcome: EarlyDataAttempt['outcome'] = 'open';

  constructor(context: Context, offer: PskOffer, session: SessionContents, suite: CipherSuite) {
    this.#context = context;
    this.#offer = offer;
    this.#session = session;
    this.#suite = suite;
  }

  get outcome(): EarlyDataAttempt['outcome'] {
    return this.#outcome;
  }

  start(clientHello: Uint8Array, clientRandom: Uint8Array): void {
    const { sink, keyMaterial } = this.#context;
    const { hash, earlySecret } = this.#offer;
    const transcriptHash = hash.digest(clientHello);
    const secret = keyMaterial.hold(earlySecret.derive('c e traffic', transcriptHash));
    const exporterSecret = keyMaterial.hold(earlySecret.derive('e exp master', transcriptHash));
    logSecrets(this.#context, clientRandom, {
      CLIENT_EARLY_TRAFFIC_SECRET: secret,
      EARLY_EXPORTER_SECRET: exporterSecret,
    });
    sink.useWriteSecret('early', this.#suite, secret);
    secret.fill(0);
    sink.openEarlyData(createSender(this.#session.maxEarlyDataSize, createEarlyExporter(hash, exporterSecret)));
  }

  refused(): void {
    if (this.#outcome !== 'open') return;
    this.#outcome = 'refused';
    this.#context.sink.closeEarlyData('refused');
  }

  answered({ accepted, suite, alpn }: Parameters<EarlyDataAttempt['answered']>[0]): 'accepted' | 'refused' {
    if (!accepted) {
      this.refused();
      return 'refused';
    }
    // Section 4.3.10: the suite and the protocol are the ones that the early data was sent under.
    if (suite.id !== this.#session.cipherSuite) throw new TlsError('early-data-suite-changed', { got: suite.name });
    const { alpn: expected } = this.#session;
    const same = alpn === null || expected === null ? alpn === expected : bytesEqual(alpn, expected);
    if (!same) throw new TlsError('early-data-alpn-changed');
    this.#outcome = 'accepted';
    return 'accepted';
  }

  end(transcript: Transcript): void {
    const { sink } = this.#context;
    sink.closeEarlyData('accepted');
    send(sink, transcript, 'end_of_early_data', {});
  }
}

/** Section 4.7.1: never more than the ticket allows. */
function createSender(maxSize: number, exporter: EarlyDataSender['exporter']): EarlyDataSender {
  let remaining = maxSize;
  return {
    get remaining() {
      return remaining;
    },
    take: (length) => {
      if (length > remaining) {
        const expected = `at most ${remaining} of ${maxSize} bytes`;
        throw new TlsError('early-data-too-long', { expected, got: length });
      }
      remaining -= length;
    },
    exporter,
  };
}
