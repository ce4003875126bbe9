import { CryptoError, type CipherSuite, type NamedGroup } from '@portico/crypto';
import { encode } from '@portico/bytes';
import { encodeProtocolNameList } from '../alpn/protocol-name-list.js';
import type { ClientAuthenticationConfig, Credential } from '../config.js';
import { TlsError } from '../error.js';
import { EarlySecretStage, finishedVerifyData, type HandshakeSecretStage } from '../key-schedule/key-schedule.js';
import { Transcript } from '../key-schedule/transcript.js';
import { certificateAuthoritiesCodec } from '../messages/extensions/certificate-authorities.js';
import { EXTENSION_CODES, extension, type Extension } from '../messages/extensions/extension.js';
import { keyShareEntryCodec, retryKeyShareCodec } from '../messages/extensions/key-share.js';
import { selectedIdentityCodec } from '../messages/extensions/pre-shared-key.js';
import { signatureAlgorithmsCodec } from '../messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../messages/extensions/supported-groups.js';
import { serverSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import { serverTicketRequestCodec } from '../messages/extensions/ticket-request.js';
import { HELLO_RETRY_REQUEST_RANDOM } from '../messages/server-hello.js';
import type { ServerSettings } from '../settings.js';
import { logSecrets, send, type FlowContext, type HandshakeResult } from './context.js';
import { answer, ask, read, type Flow } from './flow.js';
import { chooseCredential, sendCertificate, type ChosenCredential } from './local-authentication.js';
import {
  checkSecondClientHello,
  chooseAlpn,
  chooseCipherSuite,
  chooseGroup,
  clientHelloInfo,
  readClientHello,
  type ReadClientHello,
} from './negotiate.js';
import { authenticatePeer, readCertificateList, type AuthenticatedBy } from './peer-authentication.js';
import { verifyFinished } from './proof.js';
import { findTicket, resumeSession, sendTickets, ticketCount, type ResumedTicket } from './server-resumption.js';

type Context = FlowContext<ServerSettings>;

/** What the ClientHello, or both of them, come to. */
interface Negotiated {
  readonly client: ReadClientHello;
  readonly suite: CipherSuite;
  readonly group: NamedGroup;
  readonly clientShare: Uint8Array;
  readonly helloRetryRequested: boolean;
  /** The ClientHello to answer, which is not yet in the transcript: a binder covers part of it. */
  readonly raw: Uint8Array;
}

/** A server's handshake, RFC 9846 section 2 and appendix A.2. */
export function* serverHandshake(context: Context): Flow<HandshakeResult> {
  const { settings, sink, keyMaterial } = context;
  const transcript = new Transcript();

  const negotiated = yield* receiveClientHello(context, transcript);
  const { client, suite, group } = negotiated;
  const alpn = chooseAlpn(context, client.alpnProtocols)?.slice() ?? null;
  const resumed = yield* resumeSession(context, transcript, client, negotiated.raw, suite);
  transcript.add(negotiated.raw);
  const credentials = yield* askForCredentials(context, client, alpn);
  const chosen = resumed === null ? selectCredential(credentials, client) : null;

  const secret = yield* sendServerHello(context, transcript, negotiated, resumed);
  const handshakeSecrets = secret.trafficSecrets(transcript.current());
  keyMaterial.hold(handshakeSecrets.client);
  keyMaterial.hold(handshakeSecrets.server);
  logSecrets(context, client.hello.random, {
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.client,
    SERVER_HANDSHAKE_TRAFFIC_SECRET: handshakeSecrets.server,
  });
  if (!negotiated.helloRetryRequested && wantsChangeCipherSpec(settings, client)) sink.sendChangeCipherSpec();
  sink.useWriteSecret('handshake', suite, handshakeSecrets.server);
  sink.useHandshakeReadSecret(suite, handshakeSecrets.client);
  if (client.offersEarlyData) sink.skipEarlyData();

  const tickets = ticketCount(settings, client, resumed === null ? 'full' : 'resumed');
  send(sink, transcript, 'encrypted_extensions', {
    extensions: encryptedExtensions(settings, negotiated, alpn, resumed, settings.tickets === null ? null : tickets),
  });
  // Section 4.4.2: a server that authenticates with a PSK asks for no certificate in the handshake.
  const clientAuthentication = resumed === null ? settings.clientAuthentication : null;
  if (clientAuthentication !== null) {
    send(sink, transcript, 'certificate_request', {
      certificateRequestContext: new Uint8Array(0),
      extensions: certificateRequestExtensions(settings, clientAuthentication),
    });
  }
  if (chosen !== null) yield* sendCertificate(context, transcript, 'server', chosen);
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

  const authenticated =
    clientAuthentication === null
      ? (resumed?.client ?? null)
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
      client: authenticated,
      resumed,
    });
  }
  main.destroy();

  return {
    finished,
    peer: authenticated?.peer ?? null,
    suite,
    group: group.name,
    trafficSecrets,
    exporterSecret,
    alpn,
    alpnOffered: client.alpnProtocols !== null,
    serverName: client.serverName,
    peerCertificates: authenticated?.certificates ?? null,
    peerSignatureScheme: authenticated?.signatureScheme?.name ?? null,
    localSignatureScheme: chosen?.scheme.name ?? null,
    helloRetryRequested: negotiated.helloRetryRequested,
    resumed: resumed !== null,
    ticketReceiver: null,
  };
}

/** The ClientHello to answer, after a HelloRetryRequest where the client sent no share that we can use. */
function* receiveClientHello(context: Context, transcript: Transcript): Flow<Negotiated> {
  const { settings, sink } = context;
  const first = yield* read('client_hello');
  const client = readClientHello(first.body, settings.limits);
  const suite = chooseCipherSuite(settings, client);
  const { group, share } = chooseGroup(settings, client);
  transcript.start(suite.hash);
  if (share !== null) return { client, suite, group, clientShare: share, helloRetryRequested: false, raw: first.raw };

  // Section 4.2.4: say which group we want. Alpn, credentials and PSK are chosen from the second hello only.
  sink.demandRecordBoundary();
  transcript.add(first.raw);
  transcript.replaceWithMessageHash();
  send(sink, transcript, 'hello_retry_request', {
    legacyVersion: TLS_1_2,
    random: HELLO_RETRY_REQUEST_RANDOM,
    legacySessionIdEcho: client.hello.legacySessionId,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: [
      extension('supported_versions', serverSupportedVersionsCodec, TLS_1_3),
      extension('key_share', retryKeyShareCodec, group.id),
    ],
  });
  if (wantsChangeCipherSpec(settings, client)) sink.sendChangeCipherSpec();
  if (client.offersEarlyData) sink.skipEarlyData();

  const second = yield* read('client_hello');
  const retried = readClientHello(second.body, settings.limits);
  checkSecondClientHello(client, retried, group);
  // Section 4.2.2: only PSKs that do not fit the suite may be left out.
  if (client.psks !== null && retried.psks === null && (yield* findTicket(context, client, suite)) !== null) {
    throw new TlsError('missing-extension', { subject: 'client_hello', expected: 'pre_shared_key' });
  }
  const clientShare = (retried.keyShares[0] as { keyExchange: Uint8Array }).keyExchange;
  return { client: retried, suite, group, clientShare, helloRetryRequested: true, raw: second.raw };
}

/** Appendix E.4: a client with a session id must get a change_cipher_spec, any other may. */
function wantsChangeCipherSpec({ middleboxCompatibility }: ServerSettings, { hello }: ReadClientHello): boolean {
  return middleboxCompatibility === 'always' || hello.legacySessionId.length > 0;
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
function selectCredential(credentials: readonly Credential[], { signatureSchemes }: ReadClientHello): ChosenCredential {
  if (signatureSchemes === null) {
    throw new TlsError('missing-extension', { subject: 'client_hello', expected: 'signature_algorithms' });
  }
  const chosen = chooseCredential(credentials, signatureSchemes);
  if (chosen === null) throw new TlsError('no-common-signature-scheme');
  return chosen;
}

/** Sends ServerHello with our share (RFC 9846 section 4.2.3). */
function* sendServerHello(
  context: Context,
  transcript: Transcript,
  { client, suite, group, clientShare }: Negotiated,
  resumed: ResumedTicket | null,
): Flow<HandshakeSecretStage> {
  const { provider } = context.settings;
  const response = yield* respond(group, clientShare, provider.random);
  const psk = resumed === null ? [] : [extension('pre_shared_key', selectedIdentityCodec, resumed.selectedIdentity)];
  send(context.sink, transcript, 'server_hello', {
    legacyVersion: TLS_1_2,
    random: provider.random(32),
    legacySessionIdEcho: client.hello.legacySessionId,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: [
      extension('supported_versions', serverSupportedVersionsCodec, TLS_1_3),
      extension('key_share', keyShareEntryCodec, { group: group.id, keyExchange: response.share }),
      ...psk,
    ],
  });
  const earlySecret = resumed?.earlySecret ?? new EarlySecretStage(suite.hash, null);
  return context.keyMaterial.hold(earlySecret.toHandshake(response.secret));
}

/** @throws TlsError `invalid-key-share` */
function* respond(
  group: NamedGroup,
  clientShare: Uint8Array,
  random: (length: number) => Uint8Array,
): Flow<{ readonly share: Uint8Array; readonly secret: Uint8Array }> {
  try {
    return yield* answer(group.respond(clientShare, random));
  } catch (cause) {
    if (cause instanceof CryptoError) throw new TlsError('invalid-key-share', { subject: group.name, cause });
    throw cause;
  }
}

function encryptedExtensions(
  { groups, serverNameAcknowledgement }: ServerSettings,
  { client, group }: Negotiated,
  alpn: Uint8Array | null,
  resumed: ResumedTicket | null,
  expectedTickets: number | null,
): Extension[] {
  const extensions: Extension[] = [];
  if (client.serverName !== null && resumed === null && serverNameAcknowledgement === 'sent') {
    // RFC 6066 section 3: an empty extension says that the name was used, which it is not in a resumption.
    extensions.push({ type: EXTENSION_CODES.server_name, data: new Uint8Array(0) });
  }
  if (alpn !== null) {
    const data = encodeProtocolNameList([alpn]);
    extensions.push({ type: EXTENSION_CODES.application_layer_protocol_negotiation, data });
  }
  // RFC 9846 section 4.3.7: what we would have preferred, for the client's next key shares.
  if (groups[0] !== group) {
    const ids = groups.map(({ id }) => id);
    extensions.push(extension('supported_groups', supportedGroupsCodec, ids));
  }
  // RFC 9149 section 3: only for a client that asked, and by a server that has tickets.
  if (client.ticketRequest !== null && expectedTickets !== null) {
    extensions.push(extension('ticket_request', serverTicketRequestCodec, expectedTickets));
  }
  return extensions;
}

function certificateRequestExtensions(
  settings: ServerSettings,
  { certificateAuthorities = [] }: ClientAuthenticationConfig,
): Extension[] {
  const schemes = settings.signatureSchemes.map(({ id }) => id);
  const extensions = [extension('signature_algorithms', signatureAlgorithmsCodec, schemes)];
  if (certificateAuthorities.length > 0) {
    const data = encode(certificateAuthoritiesCodec, certificateAuthorities);
    extensions.push({ type: EXTENSION_CODES.certificate_authorities, data });
  }
  return extensions;
}

/** Receives the client's Certificate and, unless it is empty, CertificateVerify (RFC 9846 section 4.5.1.3). */
function* authenticateClient(
  context: Context,
  transcript: Transcript,
  { mode, verifyPeer }: ClientAuthenticationConfig,
  client: ReadClientHello,
): Flow<AuthenticatedBy | null> {
  const message = yield* read('certificate');
  const certificates = readCertificateList(context, message.body, new Set());
  transcript.add(message.raw);
  if (certificates.length === 0) {
    if (mode === 'require') throw new TlsError('certificate-required');
    return null;
  }
  return yield* authenticatePeer(context, transcript, 'client', certificates, verifyPeer, client.serverName);
}
