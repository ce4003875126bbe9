import type { CipherSuite, NamedGroup } from '@portico/crypto';
import { CryptoError } from '@portico/crypto';
import { bytesEqual, copyBytes } from '@portico/bytes';
import { decodeSelectedProtocol } from '../alpn/protocol-name-list.js';
import { includesName } from '../alpn/select.js';
import { TlsError } from '../error.js';
import type { TlsLimits } from '../limits.js';
import {
  finishedVerifyData,
  handshakeSecretWithoutPsk,
  type HandshakeSecretStage,
  type TrafficSecrets,
} from '../key-schedule/key-schedule.js';
import { Transcript } from '../key-schedule/transcript.js';
import type { ClientHello } from '../messages/client-hello.js';
import type { EncryptedExtensions } from '../messages/encrypted-extensions.js';
import { cookieCodec } from '../messages/extensions/cookie.js';
import { earlyDataIndicationCodec } from '../messages/extensions/early-data.js';
import { readExtensionBlock, type ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension } from '../messages/extensions/extension.js';
import { keyShareEntryCodec, retryKeyShareCodec } from '../messages/extensions/key-share.js';
import { decodeRecordSizeLimit } from '../messages/extensions/record-size-limit.js';
import { checkServerNameAcknowledgement } from '../messages/extensions/server-name.js';
import { supportedGroupsCodec } from '../messages/extensions/supported-groups.js';
import { serverSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import { serverTicketRequestCodec } from '../messages/extensions/ticket-request.js';
import { hasDowngradeSentinel, type ServerHello } from '../messages/server-hello.js';
import type { ClientSettings } from '../settings.js';
import { answerCertificateRequest, receiveServerCertificate } from './client-certificate.js';
import {
  buildClientHello,
  helloShaper,
  offeredExtensions,
  type ClientHelloConstants,
  type StartedShare,
} from './client-hello.js';
import type { PskOffer, SelectedPsk } from './client-parts.js';
import { logSecrets, send, type FlowContext, type HandshakeResult } from './context.js';
import type { EarlyDataAttempt } from './early-data.js';
import { answer, read, type Flow } from './flow.js';
import { verifyFinished } from './proof.js';

type Context = FlowContext<ClientSettings>;

/** What the hellos agreed on. */
interface Hellos {
  readonly suite: CipherSuite;
  /** Null for psk_ke. */
  readonly group: NamedGroup | null;
  readonly secret: HandshakeSecretStage;
  readonly offered: ReadonlySet<number>;
  readonly random: Uint8Array;
  readonly helloRetryRequested: boolean;
  readonly psk: SelectedPsk | null;
  readonly earlyData: EarlyDataAttempt | null;
}

/** A client's handshake, RFC 9846 section 2 and appendix A.1. */
export function* clientHandshake(context: Context): Flow<HandshakeResult> {
  const { settings, sink, keyMaterial } = context;
  const transcript = new Transcript();

  const hellos = yield* exchangeHellos(context, transcript);
  const { suite, offered, psk, earlyData } = hellos;
  const handshakeSecrets = hellos.secret.trafficSecrets(transcript.current());
  keyMaterial.hold(handshakeSecrets.client);
  keyMaterial.hold(handshakeSecrets.server);
  logSecrets(context, hellos.random, {
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.client,
    SERVER_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.server,
  });
  sink.useHandshakeReadSecret(suite, handshakeSecrets.server);
  // Appendix E.4: once, and before the early data where there is some.
  if (settings.middleboxCompatibility && !hellos.helloRetryRequested && earlyData === null) sink.sendChangeCipherSpec();
  // Early data goes on under its own keys until the server's Finished, or until we know that it is refused.
  const usesHandshakeKeys = (): void => sink.useWriteSecret('handshake', suite, handshakeSecrets.client);
  if (earlyData?.outcome !== 'open') usesHandshakeKeys();

  const encryptedExtensions = yield* read('encrypted_extensions');
  const { alpn, acceptsEarlyData } = readEncryptedExtensions(context, encryptedExtensions.body, offered);
  transcript.add(encryptedExtensions.raw);
  if (earlyData?.outcome === 'open') {
    const outcome = earlyData.answered({ accepted: acceptsEarlyData, suite, alpn });
    if (outcome === 'refused') usesHandshakeKeys();
  } else if (acceptsEarlyData) {
    throw new TlsError('early-data-without-psk');
  }

  const shown = psk ?? (yield* receiveServerCertificate(context, transcript, offered));

  const finishedMessage = yield* read('finished');
  const finished = verifyFinished({
    hash: suite.hash,
    sender: 'server',
    trafficSecret: handshakeSecrets.server,
    transcriptHash: transcript.current(),
    received: finishedMessage.body.verifyData,
  });
  transcript.add(finishedMessage.raw);
  const server = shown.type === 'psk' ? shown.authenticate(finished) : shown.server;

  const main = keyMaterial.hold(hellos.secret.toMain());
  const serverFinishedHash = transcript.current();
  const trafficSecrets = main.trafficSecrets(serverFinishedHash);
  const exporterSecret = keyMaterial.hold(main.exporterSecret(serverFinishedHash));
  keyMaterial.hold(trafficSecrets.client);
  keyMaterial.hold(trafficSecrets.server);
  logSecrets(context, hellos.random, {
    CLIENT_TRAFFIC_SECRET_0: trafficSecrets.client,
    SERVER_TRAFFIC_SECRET_0: trafficSecrets.server,
    EXPORTER_SECRET: exporterSecret,
  });

  // Before our own flight, so that what stands behind the Finished is refused while the peer can still read the alert.
  sink.useApplicationReadSecret(finished, suite, trafficSecrets.server);

  if (earlyData?.outcome === 'accepted') {
    earlyData.end(transcript);
    usesHandshakeKeys();
  }
  const request = shown.type === 'psk' ? null : shown.request;
  const own = request === null ? null : yield* answerCertificateRequest(context, transcript, request);
  const verifyData = finishedVerifyData(suite.hash, handshakeSecrets.client, transcript.current());
  send(sink, transcript, 'finished', { verifyData });
  wipe(handshakeSecrets);
  sink.useWriteSecret('application', suite, trafficSecrets.client);
  const externalIdentity = psk === null ? null : psk.session === null ? psk.identity : psk.session.externalIdentity;
  const ticketReceiver =
    settings.parts.psks?.ticketReceiver(context, {
      suite,
      resumptionSecret: () => main.resumptionSecret(transcript.current()),
      server,
      resumed: psk,
      externalIdentity,
      alpn,
    }) ?? null;
  main.destroy();

  return {
    finished,
    peer: server.peer,
    ticketReceiver,
    suite,
    trafficSecrets,
    exporterSecret,
    facts: {
      group: hellos.group?.name ?? null,
      alpn,
      alpnOffered: settings.alpn !== null,
      serverName: settings.hostName,
      peerCertificates: server.certificates.length === 0 ? null : server.certificates,
      peerSignatureScheme: server.signatureScheme?.name ?? null,
      localSignatureScheme: own?.scheme.name ?? null,
      helloRetryRequested: hellos.helloRetryRequested,
      resumed: psk !== null && psk.session !== null,
      ticketAgeSkew: null,
      externalPskIdentity: externalIdentity,
      earlyData: earlyData === null ? 'none' : earlyData.outcome === 'accepted' ? 'accepted' : 'refused',
    },
  };
}

/** Both hellos, or all four, up to the shared secret (RFC 9846 sections 4.2.2 to 4.2.4). */
function* exchangeHellos(context: Context, transcript: Transcript): Flow<Hellos> {
  const { settings, sink } = context;
  const constants: ClientHelloConstants = {
    random: settings.provider.random(32),
    // Appendix E.4: a non-empty session id makes the handshake look like a TLS 1.2 resumption.
    legacySessionId: settings.middleboxCompatibility ? settings.provider.random(32) : new Uint8Array(0),
    shape: helloShaper(settings),
  };
  let shares = yield* startShares(context, settings.keyShareGroups);
  const { psks } = settings.parts;
  let offers: readonly PskOffer[] = psks === null ? [] : yield* psks.offers(context);
  const withPsks = (plain: ClientHello): ClientHello => psks?.extendHello(plain, offers, transcript) ?? plain;
  const earlyData = settings.earlyData?.begin(context, offers) ?? null;
  const announced = earlyData === null ? 'none' : 'announced';
  let hello = withPsks(buildClientHello(settings, constants, shares, null, announced));
  const raw = send(sink, transcript, 'client_hello', hello);
  if (earlyData !== null && settings.middleboxCompatibility) sink.sendChangeCipherSpec();
  earlyData?.start(raw, constants.random);

  let retrySuite: CipherSuite | null = null;
  let serverHello = yield* read('server_hello', 'hello_retry_request');
  if (serverHello.type === 'hello_retry_request') {
    const { suite, block } = readServerHello(settings, serverHello.body, constants, offeredExtensions(hello), 'HRR');
    const group = readRetryGroup(settings, block, shares);
    const cookieData = block.get('cookie');
    const cookie = cookieData === undefined ? null : readCookie(cookieData, settings.limits);
    sink.demandRecordBoundary();
    // Section 4.2.4: a request that changes nothing would go on for ever.
    if (group === null && cookie === null) throw new TlsError('useless-hello-retry-request');
    transcript.start(suite.hash);
    transcript.replaceWithMessageHash();
    transcript.add(serverHello.raw);
    // Section 4.3.10: no early data after it, and what was sent is lost.
    earlyData?.refused();
    if (settings.middleboxCompatibility && earlyData === null) sink.sendChangeCipherSpec();
    if (group !== null) {
      shares.forEach(({ exchange }) => exchange.destroy());
      shares = yield* startShares(context, [group]);
    }
    offers = psks?.keepFor(suite, offers) ?? offers;
    hello = withPsks(buildClientHello(settings, constants, shares, cookie, 'none'));
    send(sink, transcript, 'client_hello', hello);
    retrySuite = suite;
    serverHello = yield* read('server_hello');
  }

  const offered = offeredExtensions(hello);
  const { suite, block } = readServerHello(settings, serverHello.body, constants, offered, 'SH');
  if (retrySuite !== null && retrySuite !== suite) {
    throw new TlsError('cipher-suite-changed', { expected: retrySuite.name, got: suite.name });
  }
  const psk = psks?.select(settings, block, suite, offers) ?? null;
  // Section 4.3.10: only the first PSK encrypts early data.
  if (psk?.index !== 0) earlyData?.refused();
  const answered = readServerShare(block, shares, psk);
  transcript.start(suite.hash);
  transcript.add(serverHello.raw);
  const sharedSecret = answered === null ? null : yield* finishExchange(answered.share, answered.keyExchange);
  shares.forEach(({ exchange }) => exchange.destroy());
  // From the PSK, if one was chosen, and the shared secret, which psk_ke has none of.
  const secret = psk?.earlySecret.toHandshake(sharedSecret) ?? handshakeSecretWithoutPsk(suite.hash, sharedSecret);
  for (const { earlySecret } of offers) earlySecret.destroy();
  return {
    suite,
    group: answered?.share.group ?? null,
    secret: context.keyMaterial.hold(secret),
    offered,
    random: constants.random,
    helloRetryRequested: retrySuite !== null,
    psk,
    earlyData,
  };
}

/** key_share of a ServerHello, and the share of ours that it answers; null for psk_ke (RFC 9846 section 4.3.8). */
function readServerShare(
  block: ExtensionBlock,
  shares: readonly StartedShare[],
  psk: SelectedPsk | null,
): { readonly share: StartedShare; readonly keyExchange: Uint8Array } | null {
  const data = block.get('key_share');
  if (data === undefined) {
    if (psk === null) throw new TlsError('missing-extension', { subject: 'server_hello', expected: 'key_share' });
    return null;
  }
  const { group: id, keyExchange } = decodeExtension(keyShareEntryCodec, data, 'key_share');
  const share = shares.find(({ group }) => group.id === id);
  if (share === undefined) {
    throw new TlsError('key-share-for-unoffered-group', {
      expected: shares.map(({ group }) => group.name).join(' or '),
      got: `0x${id.toString(16)}`,
    });
  }
  return { share, keyExchange };
}

/** Section 4.3.2: to be copied into the second hello. */
function readCookie(data: Uint8Array, { cookieLength }: TlsLimits): Uint8Array {
  const cookie = decodeExtension(cookieCodec, data, 'cookie');
  if (cookie.length > cookieLength) {
    throw new TlsError('cookie-too-long', { expected: `at most ${cookieLength} bytes`, got: cookie.length });
  }
  return copyBytes(cookie);
}

/** Fresh key exchanges: shares are never used twice (RFC 9846 section 4.3.8). */
function* startShares(context: Context, groups: readonly NamedGroup[]): Flow<StartedShare[]> {
  const shares: StartedShare[] = [];
  for (const group of groups) {
    const exchange = yield* answer(group.start(context.settings.provider.random), (late) => late.destroy());
    shares.push({ group, exchange: context.keyMaterial.hold(exchange) });
  }
  return shares;
}

/** @throws TlsError `invalid-key-share` */
function* finishExchange({ group, exchange }: StartedShare, peerShare: Uint8Array): Flow<Uint8Array> {
  try {
    return yield* answer(exchange.finish(peerShare), (late) => late.fill(0));
  } catch (cause) {
    if (cause instanceof CryptoError) throw new TlsError('invalid-key-share', { subject: group.name, cause });
    throw cause;
  }
}

/** The fields that ServerHello and HelloRetryRequest share, RFC 9846 sections 4.2.3 and 4.2.4. */
function readServerHello(
  settings: ClientSettings,
  hello: ServerHello,
  { legacySessionId }: ClientHelloConstants,
  offered: ReadonlySet<number>,
  place: 'SH' | 'HRR',
): { readonly suite: CipherSuite; readonly block: ExtensionBlock } {
  const versionData = hello.extensions?.find(({ type }) => type === SUPPORTED_VERSIONS)?.data;
  if (versionData === undefined) {
    // TLS 1.2 or less: refused, and called a downgrade where the server says that it could do better (section 4.2.3).
    throw new TlsError(hasDowngradeSentinel(hello) ? 'downgrade-detected' : 'no-common-version', {
      expected: 'TLS 1.3',
      got: `0x${hello.legacyVersion.toString(16)}`,
    });
  }
  if (hello.legacyVersion !== TLS_1_2) {
    throw new TlsError('illegal-version-field', { expected: '0x303', got: `0x${hello.legacyVersion.toString(16)}` });
  }
  const block = readExtensionBlock(place, hello.extensions ?? [], offered, settings.limits);
  const version = decodeExtension(serverSupportedVersionsCodec, versionData, 'supported_versions');
  if (version !== TLS_1_3) {
    throw new TlsError('version-not-offered', { expected: '0x304', got: `0x${version.toString(16)}` });
  }
  if (!bytesEqual(hello.legacySessionIdEcho, legacySessionId)) throw new TlsError('session-id-not-echoed');
  if (hello.legacyCompressionMethod !== 0) {
    throw new TlsError('illegal-compression-method', { expected: '0', got: hello.legacyCompressionMethod });
  }
  const suite = settings.cipherSuites.find(({ id }) => id === hello.cipherSuite);
  if (suite === undefined)
    throw new TlsError('cipher-suite-not-offered', { got: `0x${hello.cipherSuite.toString(16)}` });
  return { suite, block };
}

/** The group that a HelloRetryRequest asks for, checked as RFC 9846 section 4.3.8 says; null where it asks for none. */
function readRetryGroup(
  settings: ClientSettings,
  block: ExtensionBlock,
  shares: readonly StartedShare[],
): NamedGroup | null {
  const data = block.get('key_share');
  if (data === undefined) return null;
  const id = decodeExtension(retryKeyShareCodec, data, 'key_share');
  const group = settings.groups.find((candidate) => candidate.id === id);
  if (group === undefined) throw new TlsError('group-not-offered', { got: `0x${id.toString(16)}` });
  if (shares.some((share) => share.group === group)) {
    throw new TlsError('useless-hello-retry-request', { got: `${group.name}, for which a share was sent` });
  }
  return group;
}

/** Reads EncryptedExtensions (RFC 9846 section 4.4.1) and returns the selected protocol (RFC 7301 section 3.1). */
function readEncryptedExtensions(
  { settings, sink }: Context,
  { extensions }: EncryptedExtensions,
  offered: ReadonlySet<number>,
): { readonly alpn: Uint8Array | null; readonly acceptsEarlyData: boolean } {
  const block = readExtensionBlock('EE', extensions, offered, settings.limits);
  const serverName = block.get('server_name');
  if (serverName !== undefined) checkServerNameAcknowledgement(serverName);
  const recordSizeLimit = block.get('record_size_limit');
  if (recordSizeLimit !== undefined && settings.recordSizeLimit !== null) {
    sink.limitRecords({ toPeer: decodeRecordSizeLimit(recordSizeLimit), fromPeer: settings.recordSizeLimit });
  }
  const ticketRequest = block.get('ticket_request');
  // RFC 9149 section 3: how many tickets the server means to send; they are taken as they come.
  if (ticketRequest !== undefined) decodeExtension(serverTicketRequestCodec, ticketRequest, 'ticket_request');
  const groups = block.get('supported_groups');
  // Section 4.3.7: a hint for later connections; it must only be well-formed.
  if (groups !== undefined) decodeExtension(supportedGroupsCodec, groups, 'supported_groups');

  const earlyData = block.get('early_data');
  if (earlyData !== undefined) decodeExtension(earlyDataIndicationCodec, earlyData, 'early_data');
  return { alpn: readSelectedProtocol(settings, block), acceptsEarlyData: earlyData !== undefined };
}

function readSelectedProtocol(settings: ClientSettings, block: ExtensionBlock): Uint8Array | null {
  const { alpn } = settings;
  const alpnData = block.get('application_layer_protocol_negotiation');
  if (alpnData === undefined) {
    if (alpn?.required === true) {
      throw new TlsError('no-application-protocol', { expected: 'a selected protocol', got: 'none' });
    }
    return null;
  }
  const selected = copyBytes(decodeSelectedProtocol(alpnData));
  if (alpn?.acceptUnoffered === false && !includesName(alpn.protocols, selected)) {
    throw new TlsError('alpn-not-offered');
  }
  return selected;
}

function wipe(secrets: TrafficSecrets): void {
  secrets.client.fill(0);
  secrets.server.fill(0);
}

const SUPPORTED_VERSIONS = 43;
