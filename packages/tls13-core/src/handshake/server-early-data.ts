import { bytesEqual } from '@portico/bytes';
import { TlsError } from '../error.js';
import { createEarlyExporter } from '../key-schedule/early-exporter.js';
import {
  DEFAULT_EARLY_DATA_SIZE,
  DEFAULT_FRESHNESS_WINDOW,
  LONGEST_FRESHNESS_WINDOW,
  MAX_EARLY_DATA_SIZE,
  RECORD_OVERHEAD,
  SMALL_EARLY_RECORDS,
  USUAL_EARLY_FRAGMENT,
} from '../limits.js';
import type { ReplayStore } from '../session/replay-store.js';
import type { TicketState } from '../session/ticket-state.js';
import { checkInteger, type ServerSettings } from '../settings.js';
import { readClock } from './clock.js';
import { logSecrets, type FlowContext } from './context.js';
import type { EarlyDataOffer, ServerEarlyData } from './early-data.js';
import { answerOrNothing, type Flow } from './flow.js';
import { verifiedBinder } from './proof.js';
import type { EarlyDataReceiver } from './sink.js';
import { ticketAgeSkew } from './ticket-age.js';

type Context = FlowContext<ServerSettings>;

export interface ServerEarlyDataOptions {
  /** max_early_data_size in tickets: bytes of plaintext that a client may send, 1 to 2^32 - 1; 16384 by default. */
  readonly maxSize?: number;
  /** Remembers which early data was taken: `createReplayStore`, or one that several servers share. */
  readonly replayStore: ReplayStore;
  /**
   * By how much a ticket's age may differ from what the client says, either way, in milliseconds, up to 60000; 10000 by
   * default (RFC 9846 section 8.3). It allows for clocks and for the time on the way; each replay has to be remembered for
   * twice as long.
   */
  readonly freshnessWindow?: number;
}

/**
 * 0-RTT at a server, RFC 9846 sections 2.3, 4.3.10 and 8, for `TicketConfig.earlyData`. Early data is taken once, if its
 * ticket came from a connection with the same name, suite and protocol, is the first one offered and is as old as the
 * client says, and it is not after a HelloRetryRequest; else it is passed over and the handshake goes on.
 * @throws TlsError `invalid-configuration`
 */
export function serverEarlyData({
  maxSize = DEFAULT_EARLY_DATA_SIZE,
  replayStore,
  freshnessWindow = DEFAULT_FRESHNESS_WINDOW,
}: ServerEarlyDataOptions): ServerEarlyData {
  checkInteger('serverEarlyData, maxSize', maxSize, 1, MAX_EARLY_DATA_SIZE);
  checkInteger('serverEarlyData, freshnessWindow', freshnessWindow, 1, LONGEST_FRESHNESS_WINDOW);
  return {
    maxSize,
    ciphertextAllowance: ciphertextAllowance(maxSize),
    judge: (context, offer) => judge(context, offer, { maxSize, replayStore, freshnessWindow }),
    start,
  };
}

function ciphertextAllowance(maxSize: number): number {
  return maxSize + (Math.ceil(maxSize / USUAL_EARLY_FRAGMENT) + SMALL_EARLY_RECORDS) * RECORD_OVERHEAD;
}

function* judge(
  { guard }: Context,
  { client, psk, ticket, now: clock, suite, alpn, helloRetryRequested }: EarlyDataOffer,
  { maxSize, replayStore, freshnessWindow }: Required<ServerEarlyDataOptions>,
): Flow<'accepted' | 'refused'> {
  // Section 4.3.10: not after HelloRetryRequest, and with the first PSK only.
  if (helloRetryRequested || psk.selectedIdentity !== 0) return 'refused';
  // What the ticket allowed must be what we are ready for today.
  if (ticket.maxEarlyDataSize === 0 || ticket.maxEarlyDataSize > maxSize) return 'refused';
  if (ticket.cipherSuite !== suite.id || ticket.serverName !== client.serverName || !sameProtocol(ticket, alpn)) {
    return 'refused';
  }
  // Section 8.3: what the client says of the ticket's age, which its binder covers, against our own clock.
  const now = readClock(guard, clock);
  const skew = ticketAgeSkew(ticket, psk.identity, now);
  if (Math.abs(skew) > freshnessWindow) return 'refused';
  // Section 8.2: a replay of what came before the store began could still be fresh.
  if (now < replayStore.startedAt + 2 * freshnessWindow) return 'refused';
  const key = verifiedBinder(psk.binder);
  const put = yield* answerOrNothing(guard, () => replayStore.putIfAbsent(key, now + skew + freshnessWindow));
  return put === 'absent' ? 'accepted' : 'refused';
}

/** RFC 7301 binds nothing but early data: what was meant for one protocol must not be read as another. */
function sameProtocol({ alpn }: TicketState, selected: Uint8Array | null): boolean {
  return alpn === null || selected === null ? alpn === selected : bytesEqual(alpn, selected);
}

function start(
  context: Context,
  { client, psk, ticket, suite }: EarlyDataOffer,
  transcript: { readonly current: () => Uint8Array },
): void {
  const { sink, keyMaterial } = context;
  const transcriptHash = transcript.current();
  const secret = keyMaterial.hold(psk.earlySecret.derive('c e traffic', transcriptHash));
  const exporterSecret = keyMaterial.hold(psk.earlySecret.derive('e exp master', transcriptHash));
  logSecrets(context, client.hello.random, {
    CLIENT_EARLY_TRAFFIC_SECRET: secret,
    EARLY_EXPORTER_SECRET: exporterSecret,
  });
  const exporter = createEarlyExporter(suite.hash, exporterSecret);
  sink.useEarlyReadSecret(psk.binder, suite, secret, createReceiver(ticket.maxEarlyDataSize, exporter));
  secret.fill(0);
}

/** Section 4.7.1: more than the ticket allows ends the connection. */
function createReceiver(maxSize: number, exporter: EarlyDataReceiver['exporter']): EarlyDataReceiver {
  let received = 0;
  return {
    take: (length) => {
      received += length;
      if (received > maxSize) {
        throw new TlsError('too-much-early-data', { expected: `at most ${maxSize} bytes`, got: received });
      }
    },
    exporter,
  };
}
