import { bytesEqual, decode, encode, opaque, struct, u16, type Codec } from '@portico/bytes';
import type { CipherSuite, NamedGroup } from '@portico/crypto';
import { TlsError } from '../error.js';
import { clientHelloCodec, type ClientHello } from '../messages/client-hello.js';
import { cookieCodec } from '../messages/extensions/cookie.js';
import { EXTENSION_CODES, extension } from '../messages/extensions/extension.js';
import { retryKeyShareCodec } from '../messages/extensions/key-share.js';
import type { OfferedPsks } from '../messages/extensions/pre-shared-key.js';
import { serverSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import { HELLO_RETRY_REQUEST_RANDOM, type ServerHello } from '../messages/server-hello.js';
import type { ServerSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import { ask, type Flow } from './flow.js';
import type { ReadClientHello } from './negotiate.js';

type Context = FlowContext<ServerSettings>;

/** All that a server has to know of a first ClientHello once it has asked for a second one. */
export interface RetryRequest {
  readonly suite: CipherSuite;
  /** The group that is asked for; null where only a cookie is. */
  readonly group: NamedGroup | null;
  /** Hash of the first ClientHello, for message_hash (RFC 9846 section 4.1). */
  readonly transcriptHash: Uint8Array;
  /** Of what the second ClientHello must repeat. */
  readonly helloDigest: Uint8Array;
}

/** What to ask of a client that sent this hello. */
export function retryRequest(
  suite: CipherSuite,
  group: NamedGroup | null,
  hello: ClientHello,
  raw: Uint8Array,
): RetryRequest {
  return { suite, group, transcriptHash: suite.hash.digest(raw), helloDigest: helloDigest(suite, group, hello) };
}

/** HelloRetryRequest, RFC 9846 section 4.2.4. The same request, session id and cookie always give the same bytes. */
export function helloRetryRequest(
  { suite, group }: RetryRequest,
  legacySessionIdEcho: Uint8Array,
  cookie: Uint8Array | null,
): ServerHello {
  return {
    legacyVersion: TLS_1_2,
    random: HELLO_RETRY_REQUEST_RANDOM,
    legacySessionIdEcho,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: [
      extension('supported_versions', serverSupportedVersionsCodec, TLS_1_3),
      ...(group === null ? [] : [extension('key_share', retryKeyShareCodec, group.id)]),
      ...(cookie === null ? [] : [extension('cookie', cookieCodec, cookie)]),
    ],
  };
}

/**
 * Compares the second ClientHello with the first, RFC 9846 section 4.2.2: only the listed extensions may differ.
 * @throws TlsError `client-hello-changed`, `group-not-requested`
 */
export function checkSecondClientHello(
  { suite, group, helloDigest: first }: RetryRequest,
  second: ReadClientHello,
): void {
  if (!bytesEqual(first, helloDigest(suite, group, second.hello))) throw new TlsError('client-hello-changed');
  // Early data is not permitted after a HelloRetryRequest.
  if (second.offersEarlyData) throw new TlsError('client-hello-changed', { subject: 'early_data' });
  const [share] = second.keyShares;
  if (group !== null && (second.keyShares.length !== 1 || share?.group !== group.id)) {
    throw new TlsError('group-not-requested', { expected: `one share, for ${group.name}` });
  }
}

/** Section 4.2.2: PSKs may be left out of the second hello, and ages and binders are new, but none may be added. */
export function checkSecondPsks(first: OfferedPsks | null, second: OfferedPsks | null): void {
  const before = (first?.identities ?? []).values();
  for (const { identity } of second?.identities ?? []) {
    let next = before.next();
    while (next.done !== true && !bytesEqual(next.value.identity, identity)) next = before.next();
    if (next.done === true) throw new TlsError('client-hello-changed', { subject: 'pre_shared_key' });
  }
}

/** A cookie that holds the request, where the configuration has cookies. */
export function* sealRetryRequest({ settings, guard }: Context, request: RetryRequest): Flow<Uint8Array | null> {
  const { helloRetry } = settings;
  if (helloRetry === null) return null;
  const state = encode(retryStateCodec, {
    suite: request.suite.id,
    group: request.group?.id ?? 0,
    transcriptHash: request.transcriptHash,
    helloDigest: request.helloDigest,
  });
  return yield* ask(guard, 'helloRetry.cookies', () => helloRetry.cookies.seal(state));
}

/**
 * The request that a cookie holds.
 * @throws TlsError `invalid-cookie`, `expired-cookie`
 */
export function* openRetryRequest({ settings, guard }: Context, cookie: Uint8Array): Flow<RetryRequest> {
  const state = yield* ask(guard, 'helloRetry.cookies', () => settings.helloRetry?.cookies.open(cookie) ?? null);
  if (state === 'expired') throw new TlsError('expired-cookie');
  const read = state instanceof Uint8Array ? readRetryState(state) : null;
  if (read === null) throw new TlsError('invalid-cookie');
  const suite = settings.cipherSuites.find(({ id }) => id === read.suite);
  const group = settings.groups.find(({ id }) => id === read.group) ?? null;
  // What is not known here was never asked for by a server of this configuration.
  if (suite === undefined || (group === null && read.group !== 0)) throw new TlsError('invalid-cookie');
  return { suite, group, transcriptHash: read.transcriptHash, helloDigest: read.helloDigest };
}

/** A hello without what section 4.2.2 lets the second one change; key_share stays where no group is asked for. */
function helloDigest({ hash }: CipherSuite, group: NamedGroup | null, hello: ClientHello): Uint8Array {
  const extensions = (hello.extensions ?? []).filter(
    ({ type }) => !CHANGEABLE.has(type) && (group === null || type !== EXTENSION_CODES.key_share),
  );
  return hash.digest(encode(clientHelloCodec, { ...hello, extensions }));
}

const CHANGEABLE: ReadonlySet<number> = new Set<number>([
  EXTENSION_CODES.early_data,
  EXTENSION_CODES.cookie,
  EXTENSION_CODES.pre_shared_key,
  EXTENSION_CODES.padding,
]);

interface RetryState {
  readonly suite: number;
  /** 0 for none. */
  readonly group: number;
  readonly transcriptHash: Uint8Array;
  readonly helloDigest: Uint8Array;
}

const retryStateCodec: Codec<RetryState> = /* @__PURE__ */ struct<RetryState>({
  suite: u16,
  group: u16,
  transcriptHash: /* @__PURE__ */ opaque(32, 64),
  helloDigest: /* @__PURE__ */ opaque(32, 64),
});

/** Null for what we did not write. */
function readRetryState(state: Uint8Array): RetryState | null {
  try {
    return decode(retryStateCodec, state);
  } catch {
    return null;
  }
}
