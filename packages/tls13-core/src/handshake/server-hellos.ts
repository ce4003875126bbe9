import { bytesEqual } from '@portico/bytes';
import type { CipherSuite, NamedGroup } from '@portico/crypto';
import { TlsError } from '../error.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { encodeHandshakeMessage, type Received } from '../messages/message.js';
import type { ServerSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import { read, readSecondClientHello, type Flow } from './flow.js';
import {
  chooseGroup,
  commonCipherSuites,
  readClientHello,
  type GroupChoice,
  type ReadClientHello,
} from './negotiate.js';
import { choosePskMode, findPsk, type FoundPsk } from './server-psk.js';
import {
  checkSecondClientHello,
  checkSecondPsks,
  helloRetryRequest,
  openRetryRequest,
  retryRequest,
  sealRetryRequest,
  type RetryRequest,
} from './server-retry.js';
import { LEAST_SKIPPED_EARLY_DATA } from '../limits.js';

type Context = FlowContext<ServerSettings>;

/** What the ClientHello, or both of them, come to. */
export interface Negotiated {
  readonly client: ReadClientHello;
  readonly suite: CipherSuite;
  /** Null for psk_ke. */
  readonly exchange: { readonly group: NamedGroup; readonly share: Uint8Array } | null;
  /** A PSK that may be used, if its binder is right. */
  readonly found: FoundPsk | null;
  readonly helloRetryRequested: boolean;
  /** Whether the first hello announced early data; of a hello that another connection saw it is not known. */
  readonly announcesEarlyData: boolean;
  /** The ClientHello to answer, which is not yet in the transcript: a binder covers part of it. */
  readonly raw: Uint8Array;
}

/**
 * The ClientHello to answer: the first, or the second after a HelloRetryRequest where the client sent no share that we
 * can use, or is to bring a cookie. With cookies, a first one here may be the second of a connection that is gone.
 */
export function* receiveClientHello(context: Context, transcript: Transcript): Flow<Negotiated> {
  const { settings, sink } = context;
  const { helloRetry } = settings;
  if (helloRetry !== null) sink.expectSecondClientHello(skippedEarlyData(settings));
  const first = yield* read('client_hello');
  const client = readClientHello(first.body, settings.limits);
  if (helloRetry !== null && client.cookie !== null) {
    const request = yield* openRetryRequest(context, client.cookie);
    transcript.start(request.suite.hash);
    transcript.addMessageHash(request.transcriptHash);
    const body = helloRetryRequest(request, client.hello.legacySessionId, client.cookie);
    transcript.add(encodeHandshakeMessage('hello_retry_request', body));
    return yield* takeSecondClientHello(context, request, client, first);
  }

  const suites = commonCipherSuites(settings, client);
  const found = mayLookLater(settings) ? null : yield* findPsk(context, client, suites);
  const suite = found?.suite ?? suites[0];
  const choice = chooseExchange(settings, client, found);
  const group = choice !== null && choice.share === null ? choice.group : null;
  transcript.start(suite.hash);
  if (group === null && helloRetry?.demand !== 'always') {
    const announcesEarlyData = client.offersEarlyData;
    const exchange = exchangeOf(choice);
    return { client, suite, exchange, found, helloRetryRequested: false, announcesEarlyData, raw: first.raw };
  }

  // Section 4.2.4. Alpn, credentials and PSK are chosen from the second hello only.
  forgetFound(found);
  sink.demandRecordBoundary();
  const request = retryRequest(suite, group, client.hello, first.raw);
  const cookie = yield* sealRetryRequest(context, request);
  const retry = encodeHandshakeMessage(
    'hello_retry_request',
    helloRetryRequest(request, client.hello.legacySessionId, cookie),
  );
  transcript.addMessageHash(request.transcriptHash);
  transcript.add(retry);
  sink.sendMessage(retry);
  if (wantsChangeCipherSpec(settings, client)) sink.sendChangeCipherSpec();
  if (client.offersEarlyData) sink.skipEarlyData(skippedEarlyData(settings));

  const second = yield* readSecondClientHello(cookie === null ? 'needs this connection' : 'needs the cookie only');
  const retried = readClientHello(second.body, settings.limits);
  if (cookie === null) {
    // A cookie that we did not send cannot be right.
    if (retried.cookie !== null) throw new TlsError('client-hello-changed', { subject: 'cookie' });
  } else {
    if (retried.cookie === null) {
      throw new TlsError('missing-extension', { subject: 'client_hello', expected: 'cookie' });
    }
    if (!bytesEqual(retried.cookie, cookie)) throw new TlsError('invalid-cookie');
    // It may have expired since.
    yield* openRetryRequest(context, retried.cookie);
  }
  checkSecondPsks(client.psks, retried.psks);
  // Section 4.2.2: only PSKs that do not fit the suite may be left out.
  if (found !== null && retried.psks === null) {
    throw new TlsError('missing-extension', { subject: 'client_hello', expected: 'pre_shared_key' });
  }
  const negotiated = yield* takeSecondClientHello(context, request, retried, second);
  return { ...negotiated, announcesEarlyData: client.offersEarlyData };
}

/** The second ClientHello, of which the cookie or this connection knows what the first one was. */
function* takeSecondClientHello(
  context: Context,
  request: RetryRequest,
  client: ReadClientHello,
  { raw }: Received<'client_hello'>,
): Flow<Negotiated> {
  const { suite, group } = request;
  checkSecondClientHello(request, client);
  const found = yield* findPsk(context, client, [suite]);
  const choice =
    group === null
      ? chooseExchange(context.settings, client, found)
      : { group, share: client.keyShares[0]?.keyExchange ?? null };
  // Section 4.2.4: there is one HelloRetryRequest. Only a server of another configuration could want one more.
  if (choice !== null && choice.share === null) throw new TlsError('no-common-group');
  const exchange = exchangeOf(choice);
  return { client, suite, exchange, found, helloRetryRequested: true, announcesEarlyData: false, raw };
}

/** The group, or null where a PSK is used without a key exchange (RFC 9846 section 4.3.9). */
function chooseExchange(settings: ServerSettings, client: ReadClientHello, found: FoundPsk | null): GroupChoice | null {
  return found !== null && choosePskMode(settings, client) === 'psk_ke' ? null : chooseGroup(settings, client);
}

function exchangeOf(choice: GroupChoice | null): Negotiated['exchange'] {
  return choice === null || choice.share === null ? null : { group: choice.group, share: choice.share };
}

/**
 * Whether a first ClientHello that only gets a cookie need not cost a look-up: who sent it has not shown yet that answers
 * reach it (RFC 9846 section 4.3.2). An external PSK decides for the suite, and psk_ke about the group: these are looked up.
 */
function mayLookLater({ helloRetry, externalPsks, pskModes }: ServerSettings): boolean {
  return helloRetry?.demand === 'always' && externalPsks === null && !pskModes.includes('psk_ke');
}

/** It will be looked up again for the second hello. */
function forgetFound(found: FoundPsk | null): void {
  if (found === null) return;
  if (found.source.type === 'ticket') found.source.state.psk.fill(0);
  else found.source.psk.key.fill(0);
}

/** What the client may have sent as early data, or may yet, before it knows that we do not take it. */
export function skippedEarlyData({ tickets }: ServerSettings): number {
  return Math.max(LEAST_SKIPPED_EARLY_DATA, tickets?.earlyData?.ciphertextAllowance ?? 0);
}

/** Appendix E.4: a client with a session id must get a change_cipher_spec, any other may. */
export function wantsChangeCipherSpec({ middleboxCompatibility }: ServerSettings, { hello }: ReadClientHello): boolean {
  return middleboxCompatibility === 'always' || hello.legacySessionId.length > 0;
}
