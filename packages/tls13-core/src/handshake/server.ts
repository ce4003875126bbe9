import { CryptoError, type NamedGroup } from '@portico/crypto';
import { encode } from '@portico/bytes';
import { encodeProtocolNameList } from '../alpn/protocol-name-list.js';
import type { ClientAuthenticationConfig, Credential } from '../config.js';
import { TlsError } from '../error.js';
import { LARGEST_RECORD_SIZE_LIMIT } from '../limits.js';
import {
  handshakeSecretWithoutPsk,
  finishedVerifyData,
  type HandshakeSecretStage,
} from '../key-schedule/key-schedule.js';
import { Transcript } from '../key-schedule/transcript.js';
import { certificateAuthoritiesCodec } from '../messages/extensions/certificate-authorities.js';
import { EXTENSION_CODES, extension, type Extension } from '../messages/extensions/extension.js';
import { keyShareEntryCodec } from '../messages/extensions/key-share.js';
import { selectedIdentityCodec } from '../messages/extensions/pre-shared-key.js';
import { oidFiltersCodec, type OidFilter } from '../messages/extensions/oid-filters.js';
import { recordSizeLimitExtension } from '../messages/extensions/record-size-limit.js';
import {
  certificateSignaturesExtension,
  signatureAlgorithmsCodec,
} from '../messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../messages/extensions/supported-groups.js';
import { serverSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import { serverTicketRequestCodec } from '../messages/extensions/ticket-request.js';
import { matchesOidFilters } from '../oid-filters.js';
import type { ServerSettings } from '../settings.js';
import { readClock } from './clock.js';
import { logSecrets, send, type FlowContext, type HandshakeResult } from './context.js';
import { answer, ask, read, type Flow } from './flow.js';
import { chooseCredential, sendCertificate, type ChosenCredential } from './local-authentication.js';
import { chooseAlpn, clientHelloInfo, type ReadClientHello } from './negotiate.js';
import { authenticatePeer, readCertificateList, type AuthenticatedBy } from './peer-authentication.js';
import { verifyFinished } from './proof.js';
import { receiveClientHello, skippedEarlyData, wantsChangeCipherSpec, type Negotiated } from './server-hellos.js';
import { acceptPsk, choosePskMode, type AcceptedPsk } from './server-psk.js';
import { sendTickets, ticketCount } from './server-resumption.js';
import { ticketAgeSkew } from './ticket-age.js';

type Context = FlowContext<ServerSettings>;

/** A server's handshake, RFC 9846 section 2 and appendix A.2. */
export function* serverHandshake(context: Context): Flow<HandshakeResult> {
  const { settings, sink, keyMaterial } = context;
  const transcript = new Transcript();

  const negotiated = yield* receiveClientHello(context, transcript);
  const { client, suite, found, helloRetryRequested } = negotiated;
  const alpn = chooseAlpn(context, client.alpnProtocols);
  const psk = found === null ? null : acceptPsk(context, transcript, negotiated.raw, found);
  transcript.add(negotiated.raw);
  const resumed = psk?.source.type === 'ticket' ? psk.source.state : null;
  const externalIdentity =
    psk?.source.type === 'external' ? psk.source.psk.identity : (resumed?.externalIdentity ?? null);
  // A client with an external PSK is known by it, whatever name it asks for.
  const credentials = externalIdentity === null ? yield* askForCredentials(context, client, alpn) : [];
  const chosen = psk === null ? selectCredential(credentials, client) : null;
  const earlyData = yield* judgeEarlyData(context, transcript, negotiated, psk, alpn);

  const secret = yield* sendServerHello(context, transcript, negotiated, psk);
  const handshakeSecrets = secret.trafficSecrets(transcript.current());
  keyMaterial.hold(handshakeSecrets.client);
  keyMaterial.hold(handshakeSecrets.server);
  logSecrets(context, client.hello.random, {
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.client,
    SERVER_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.server,
  });
  if (!helloRetryRequested && wantsChangeCipherSpec(settings, client)) sink.sendChangeCipherSpec();
  sink.useWriteSecret('handshake', suite, handshakeSecrets.server);
  if (earlyData !== 'accepted') sink.useHandshakeReadSecret(suite, handshakeSecrets.client);
  // After a HelloRetryRequest it stood before the second ClientHello, and is over.
  if (earlyData === 'refused' && !helloRetryRequested) sink.skipEarlyData(skippedEarlyData(settings));

  if (client.recordSizeLimit !== null) {
    sink.limitRecords({
      toPeer: client.recordSizeLimit,
      fromPeer: settings.recordSizeLimit ?? LARGEST_RECORD_SIZE_LIMIT,
    });
  }
  const skew =
    psk === null || resumed === null || settings.tickets === null
      ? null
      : ticketAgeSkew(resumed, psk.identity, readClock(context.guard, settings.tickets.now));
  // Section 4.3.9: no tickets that the client could not use.
  const sendsTickets = choosePskMode(settings, client) !== null;
  const tickets = sendsTickets ? ticketCount(settings, client, resumed === null ? 'full' : 'resumed') : 0;
  const extensions = encryptedExtensions(settings, negotiated, alpn, psk, settings.tickets === null ? null : tickets);
  if (earlyData === 'accepted') extensions.push({ type: EXTENSION_CODES.early_data, data: new Uint8Array(0) });
  send(sink, transcript, 'encrypted_extensions', { extensions });
  // Section 4.4.2: a server that authenticates with a PSK asks for no certificate in the handshake.
  const clientAuthentication = psk === null ? settings.clientAuthentication : null;
  if (clientAuthentication !== null) {
    send(sink, transcript, 'certificate_request', {
      certificateRequestContext: new Uint8Array(0),
      extensions: certificateRequestExtensions(settings, clientAuthentication),
    });
  }
  if (chosen !== null) yield* sendCertificate(context, transcript, 'server', chosen, client.statusRequest);
  const verifyData = finishedVerifyData(suite.hash, handshakeSecrets.server, transcript.current());
  send(sink, transcript, 'finished', { verifyData });

  const main = keyMaterial.hold(secret.toMain());
  const serverFinishedHash = transcript.current();
  const trafficSecrets = main.trafficSecrets(serverFinishedHash);
  const exporterSecret = keyMaterial.hold(main.exporterSecret(serverFinishedHash));
  keyMaterial.hold(trafficSecrets.client);
  keyMaterial.hold(trafficSecrets.server);
  logSecrets(context, client.hello.random, {
    CLIENT_TRAFFIC_SECRET_0: trafficSecrets.client,
    SERVER_TRAFFIC_SECRET_0: trafficSecrets.server,
    EXPORTER_SECRET: exporterSecret,
  });
  sink.useWriteSecret('application', suite, trafficSecrets.server);
  if (earlyData === 'accepted') {
    // Section 4.6: the early data is over, and handshake keys follow.
    transcript.add((yield* read('end_of_early_data')).raw);
    sink.useHandshakeReadSecret(suite, handshakeSecrets.client);
  }

  const authenticated =
    clientAuthentication === null
      ? (psk?.client ?? null)
      : yield* authenticateClient(context, transcript, clientAuthentication, client);

  const finishedMessage = yield* read('finished');
  const finished = verifyFinished({
    hash: suite.hash,
    sender: 'client',
    trafficSecret: handshakeSecrets.client,
    transcriptHash: transcript.current(),
    received: finishedMessage.body.verifyData,
  });
  handshakeSecrets.client.fill(0);
  handshakeSecrets.server.fill(0);
  sink.useApplicationReadSecret(finished, suite, trafficSecrets.client);
  transcript.add(finishedMessage.raw);

  if (settings.tickets !== null && tickets > 0) {
    yield* sendTickets(context, settings.tickets, {
      count: tickets,
      suite,
      resumptionSecret: main.resumptionSecret(transcript.current()),
      serverName: client.serverName,
      alpn,
      client: authenticated,
      externalIdentity,
      resumed,
    });
  }
  main.destroy();

  return {
    finished,
    peer: authenticated?.peer ?? null,
    suite,
    trafficSecrets,
    exporterSecret,
    ticketReceiver: null,
    facts: {
      group: negotiated.exchange?.group.name ?? null,
      alpn,
      alpnOffered: client.alpnProtocols !== null,
      serverName: client.serverName,
      peerCertificates:
        authenticated === null || authenticated.certificates.length === 0 ? null : authenticated.certificates,
      peerSignatureScheme: authenticated?.signatureScheme?.name ?? null,
      localSignatureScheme: chosen?.scheme.name ?? null,
      helloRetryRequested,
      resumed: resumed !== null,
      ticketAgeSkew: skew,
      externalPskIdentity: externalIdentity,
      earlyData,
    },
  };
}

/** Whether early data is taken (RFC 9846 section 4.3.10); where it is, it is read from here on. */
function* judgeEarlyData(
  context: Context,
  transcript: Transcript,
  { client, suite, helloRetryRequested, announcesEarlyData }: Negotiated,
  psk: AcceptedPsk | null,
  alpn: Uint8Array | null,
): Flow<'none' | 'accepted' | 'refused'> {
  if (!announcesEarlyData) return 'none';
  const { tickets } = context.settings;
  const feature = tickets?.earlyData;
  if (!feature || psk?.source.type !== 'ticket') return 'refused';
  const { now } = tickets;
  const offer = { client, psk, ticket: psk.source.state, now, suite, alpn, helloRetryRequested };
  const judged = yield* feature.judge(context, offer);
  if (judged === 'accepted') feature.start(context, offer, transcript);
  return judged;
}

/** The credentials for this client. A client that is refused today is refused with an old ticket too. */
function* askForCredentials(
  context: Context,
  client: ReadClientHello,
  alpn: Uint8Array | null,
): Flow<readonly Credential[]> {
  const { credentials } = context.settings;
  const selected =
    typeof credentials === 'function'
      ? yield* ask(context.guard, 'credentials', () => credentials(clientHelloInfo(client, alpn)))
      : credentials;
  if (selected === null || typeof selected === 'string') {
    // RFC 6066 section 3: unrecognized_name is about a name that was sent.
    if (selected === 'no-credential' || client.serverName === null) throw new TlsError('no-credential');
    throw new TlsError('unrecognized-name', { got: client.serverName });
  }
  return 'signer' in selected ? [selected] : selected;
}

/** Which certificate, and with which scheme (RFC 9846 section 4.5.1.2). */
function selectCredential(
  credentials: readonly Credential[],
  { signatureSchemes, certificateSignatureSchemes, psks }: ReadClientHello,
): ChosenCredential {
  // Section 6.2: whoever has nothing but PSKs may say that none is known.
  if (credentials.length === 0) throw new TlsError(psks === null ? 'no-credential' : 'unknown-psk-identity');
  if (signatureSchemes === null) {
    throw new TlsError('missing-extension', { subject: 'client_hello', expected: 'signature_algorithms' });
  }
  const peer = { signatures: signatureSchemes, certificates: certificateSignatureSchemes };
  const chosen = chooseCredential(credentials, peer, 'server');
  if (chosen === null) throw new TlsError('no-common-signature-scheme');
  return chosen;
}

/** Sends ServerHello with our share (RFC 9846 section 4.2.3). */
function* sendServerHello(
  context: Context,
  transcript: Transcript,
  { client, suite, exchange }: Negotiated,
  psk: AcceptedPsk | null,
): Flow<HandshakeSecretStage> {
  const { provider } = context.settings;
  const response = exchange === null ? null : yield* respond(exchange.group, exchange.share, provider.random);
  const extensions = [extension('supported_versions', serverSupportedVersionsCodec, TLS_1_3)];
  if (exchange !== null && response !== null) {
    const entry = { group: exchange.group.id, keyExchange: response.share };
    extensions.push(extension('key_share', keyShareEntryCodec, entry));
  }
  if (psk !== null) extensions.push(extension('pre_shared_key', selectedIdentityCodec, psk.selectedIdentity));
  send(context.sink, transcript, 'server_hello', {
    legacyVersion: TLS_1_2,
    random: provider.random(32),
    legacySessionIdEcho: client.hello.legacySessionId,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions,
  });
  const sharedSecret = response?.secret ?? null;
  const secret = psk?.earlySecret.toHandshake(sharedSecret) ?? handshakeSecretWithoutPsk(suite.hash, sharedSecret);
  return context.keyMaterial.hold(secret);
}

/** @throws TlsError `invalid-key-share` */
function* respond(
  group: NamedGroup,
  clientShare: Uint8Array,
  random: (length: number) => Uint8Array,
): Flow<{ readonly share: Uint8Array; readonly secret: Uint8Array }> {
  try {
    return yield* answer(group.respond(clientShare, random), ({ secret }) => secret.fill(0));
  } catch (cause) {
    if (cause instanceof CryptoError) throw new TlsError('invalid-key-share', { subject: group.name, cause });
    throw cause;
  }
}

function encryptedExtensions(
  { groups, groupTiers, serverNameAcknowledgement, recordSizeLimit }: ServerSettings,
  { client, exchange }: Negotiated,
  alpn: Uint8Array | null,
  psk: AcceptedPsk | null,
  expectedTickets: number | null,
): Extension[] {
  const extensions: Extension[] = [];
  if (client.serverName !== null && psk === null && serverNameAcknowledgement === 'sent') {
    // RFC 6066 section 3: an empty extension says that the name was used, which it is not in a resumption.
    extensions.push({ type: EXTENSION_CODES.server_name, data: new Uint8Array(0) });
  }
  if (alpn !== null) {
    const data = encodeProtocolNameList([alpn]);
    extensions.push({ type: EXTENSION_CODES.application_layer_protocol_negotiation, data });
  }
  // RFC 9846 section 4.3.7: what we would have preferred, for the client's next key shares.
  if (exchange !== null && groupTiers[0]?.includes(exchange.group) === false) {
    const ids = groups.map(({ id }) => id);
    extensions.push(extension('supported_groups', supportedGroupsCodec, ids));
  }
  // RFC 8449 section 4: the answer is our own limit.
  if (client.recordSizeLimit !== null) {
    extensions.push(recordSizeLimitExtension(recordSizeLimit ?? LARGEST_RECORD_SIZE_LIMIT));
  }
  // RFC 9149 section 3: only for a client that asked, and by a server that has tickets.
  if (client.ticketRequest !== null && expectedTickets !== null) {
    extensions.push(extension('ticket_request', serverTicketRequestCodec, expectedTickets));
  }
  return extensions;
}

function certificateRequestExtensions(
  settings: ServerSettings,
  { certificateStatus, certificateAuthorities = [], oidFilters = [] }: ClientAuthenticationConfig,
): readonly Extension[] {
  const schemes = settings.signatureSchemes.map(({ id }) => id);
  const extensions = [extension('signature_algorithms', signatureAlgorithmsCodec, schemes)];
  if (settings.certificateSignatureSchemes !== null) {
    extensions.push(certificateSignaturesExtension(settings.certificateSignatureSchemes));
  }
  if (certificateStatus !== undefined) {
    extensions.push({ type: EXTENSION_CODES.status_request, data: new Uint8Array(0) });
  }
  if (certificateAuthorities.length > 0) {
    const data = encode(certificateAuthoritiesCodec, certificateAuthorities);
    extensions.push({ type: EXTENSION_CODES.certificate_authorities, data });
  }
  if (oidFilters.length > 0) extensions.push(extension('oid_filters', oidFiltersCodec, oidFilters));
  return settings.grease?.certificateRequest(extensions, settings.provider.random) ?? extensions;
}

/** Receives the client's Certificate and, unless it is empty, CertificateVerify (RFC 9846 section 4.5.1.3). */
function* authenticateClient(
  context: Context,
  transcript: Transcript,
  { mode, verifyPeer, certificateStatus, oidFilters = [] }: ClientAuthenticationConfig,
  client: ReadClientHello,
): Flow<AuthenticatedBy | null> {
  const message = yield* read('certificate');
  const requested = certificateStatus === undefined ? [] : [EXTENSION_CODES.status_request];
  const chain = readCertificateList(context, message.body, new Set(requested), certificateStatus ?? null);
  transcript.add(message.raw);
  if (chain.certificates.length === 0) {
    if (mode === 'require') throw new TlsError('certificate-required');
    return null;
  }
  demandMatch(chain.certificates[0] as Uint8Array, oidFilters);
  return yield* authenticatePeer(context, transcript, 'client', chain, verifyPeer, client.serverName);
}

/**
 * Section 4.3.5: a client may have skipped what it does not know, and then the choice is ours.
 * @throws TlsError `certificate-unsupported`, `malformed-certificate`
 */
function demandMatch(leaf: Uint8Array, oidFilters: readonly OidFilter[]): void {
  let matches: boolean;
  try {
    matches = matchesOidFilters(leaf, oidFilters);
  } catch (cause) {
    throw new TlsError('malformed-certificate', { cause });
  }
  if (!matches) throw new TlsError('certificate-unsupported', { expected: 'what oid_filters ask for' });
}
