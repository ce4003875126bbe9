// Plays one side of a trace with our TlsConnection, against the recorded bytes of the other side. Negotiation,
// authentication, Finished, records and closure are all ours; only the wording of our hellos is not that of the trace's
// peers, so a `Stage` puts theirs in place of ours, and what ours say is compared at the end.
import { bytesEqual, bytesToHex, concatBytes, decode, encode, opaque, u16, u32 } from '@portico/bytes';
import { signatureSchemeById, supportedSignatureSchemes } from '@portico/crypto';
import { TlsConnection } from '../../../../packages/tls13-core/dist/connection.js';
import { EarlyDataPort } from '../../../../packages/tls13-core/dist/early-data-port.js';
import { CLIENT_CREDENTIALS } from '../../../../packages/tls13-core/dist/handshake/client-credentials.js';
import { CLIENT_PSKS } from '../../../../packages/tls13-core/dist/handshake/client-psk.js';
import { clientHandshake } from '../../../../packages/tls13-core/dist/handshake/client.js';
import { serverHandshake } from '../../../../packages/tls13-core/dist/handshake/server.js';
import { decodeServerName } from '../../../../packages/tls13-core/dist/messages/extensions/server-name.js';
import { clientSettings, parseServerConfig } from '../../../../packages/tls13-core/dist/settings.js';
import { compareMessage } from './comparison.mjs';
import { withPrivateKey, withRandom } from './provider.mjs';
import { clientMemory, rememberSessions, serverMemory } from './memory.mjs';
import { isNewSessionTicket, Stage } from './stage.mjs';
import { clientShares, codePointsCodec, extensionData, messageOf, selectedPsk, serverShare } from './trace.mjs';
import { verdictOn } from './values.mjs';

/** Lines of the key log → labels of the key schedule. */
const KEY_LOG_LABELS = {
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: 'c hs traffic',
  SERVER_HANDSHAKE_TRAFFIC_SECRET: 's hs traffic',
  CLIENT_TRAFFIC_SECRET_0: 'c ap traffic',
  SERVER_TRAFFIC_SECRET_0: 's ap traffic',
  EXPORTER_SECRET: 'exp master',
  CLIENT_EARLY_TRAFFIC_SECRET: 'c e traffic',
  EARLY_EXPORTER_SECRET: 'e exp master',
};

/** Plays `side` from its first byte to its last. */
export function replayConnection(trace, side, { provider, schedule, kept, report }) {
  const id = `${trace.id}: our ${side}`;
  const stage = new Stage(trace, side);
  const logged = {};
  const keyLog = (line) => {
    const [label, , secret] = line.split(' ');
    logged[label] = secret;
  };
  const sign = signer(trace, side, { id, provider, report });
  const settings = { provider: scriptedProvider(trace, side, stage, provider), keyLog };
  const connection =
    side === 'client'
      ? startClient(trace, stage, settings, sign, clientMemory(trace, kept))
      : startServer(trace, stage, settings, sign, serverMemory(trace, kept));

  let output = new Uint8Array(0);
  for (const [index, record] of trace.records.entries()) {
    const recordId = `${id}, record ${index + 1}: ${record.type}`;
    if (record.who === side) {
      act(connection, record);
      output = concatBytes(output, connection.takeOutput());
      const { length } = record.bytes;
      report.check(`${recordId}, sent`, bytesToHex(record.bytes), bytesToHex(output.subarray(0, length)));
      output = output.subarray(length);
    } else {
      const events = connection.receive(record.bytes);
      report.check(`${recordId}, received`, expectedEvents(trace, record), events.map(eventText).join());
      rememberSessions(events, kept);
    }
  }
  report.check(`${id}, bytes that the trace has not`, '', bytesToHex(concatBytes(output, connection.takeOutput())));
  report.check(`${id}, state at the end`, stateAtEnd(trace), connection.state);
  for (const [line, label] of Object.entries(KEY_LOG_LABELS)) {
    const secret = schedule.secrets[label]?.expanded;
    report.check(`${id}, key log ${line}`, secret && bytesToHex(secret), logged[line]);
  }
  const isResumption = selectedPsk(trace.serverHello) !== null;
  for (const { ours, theirs } of stage.exchanged) {
    compareMessage(`${id}, ${theirs.type}`, { isResumption }, ours, theirs, provider, report);
  }
}

/** Does what the application of this side did; a handshake goes on by itself. */
function act(connection, { type, payload }) {
  if (type === 'application_data' && connection.state === 'handshaking') connection.sendEarly(payload);
  else if (type === 'application_data') connection.send(payload);
  else if (type === 'alert' && isCloseNotify(payload)) connection.close();
}

function isCloseNotify(payload) {
  return bytesEqual(payload, Uint8Array.of(1, 0));
}

/** The events of a record of the peer, as `eventText` gives them. */
function expectedEvents({ messages, records }, record) {
  const { who, type, payload } = record;
  if (type === 'application_data') return `${isEarly(records, record) ? 'early-' : ''}data ${bytesToHex(payload)}`;
  if (type === 'handshake' && isNewSessionTicket(payload)) return 'session-ticket';
  if (type === 'alert') return isCloseNotify(payload) ? 'peer-closed' : 'failed';
  const finished = messages.find((message) => message.who === who && message.type === 'finished').raw;
  if (!bytesEqual(payload.subarray(-finished.length), finished)) return '';
  const tookEarlyData = records.some((other) => isEarly(records, other));
  return who === 'server' && tookEarlyData ? 'early-data-accepted,handshake-complete' : 'handshake-complete';
}

/** Application data of a client that stands before its EndOfEarlyData. */
function isEarly(records, record) {
  const end = records.findIndex(({ who, payload }) => who === 'client' && bytesEqual(payload, END_OF_EARLY_DATA));
  return record.type === 'application_data' && record.who === 'client' && records.indexOf(record) < end;
}

const END_OF_EARLY_DATA = Uint8Array.of(5, 0, 0, 0);

function eventText(event) {
  if (event.type === 'data' || event.type === 'early-data') return `${event.type} ${bytesToHex(event.data)}`;
  if (event.type !== 'failed' || event.error.reason === 'alert-received') return event.type;
  return `failed: ${event.error.message} ${event.error.cause ?? ''}`;
}

function stateAtEnd({ records }) {
  const closed = (side) =>
    records.some(({ who, type, payload }) => who === side && type === 'alert' && isCloseNotify(payload));
  return closed('client') && closed('server') ? 'closed' : 'open';
}

/** The provider with this side's randoms and private keys, and the staged transcript. */
function scriptedProvider(trace, side, stage, provider) {
  const { random, legacySessionId } = messageOf(trace, 'client', 'client_hello').body;
  const ticket = messageOf(trace, 'server', 'new_session_ticket');
  const ageAdd = ticket === undefined ? [] : [encode(u32, ticket.body.ticketAgeAdd)];
  const draws = side === 'client' ? [random, legacySessionId] : [trace.serverHello.body.random, ...ageAdd];
  return withRandom(
    {
      ...provider,
      cipherSuites: provider.cipherSuites.map((suite) => ({ ...suite, hash: stage.hash(suite.hash) })),
      groups: provider.groups.map((group) => {
        const pair = trace.keyPairs[side].find((candidate) => candidate.group === group);
        return pair === undefined ? group : withPrivateKey(group, pair.privateKey);
      }),
    },
    draws,
  );
}

/** A client that offers what the trace's offered, as far as we have it. */
function startClient(trace, stage, { provider, keyLog }, credential, memory) {
  const hello = messageOf(trace, 'client', 'client_hello');
  const serverName = extensionData(hello, 'server_name');
  const shared = clientShares(hello).map(({ group }) => group);
  const settings = clientSettings(
    {
      provider,
      keyLog,
      ...(serverName === undefined ? {} : { serverName: decodeServerName(serverName) }),
      cipherSuites: namesOf(hello.body.cipherSuites, provider.cipherSuites),
      groups: namesOf(codePoints(hello, 'supported_groups'), provider.groups),
      keyShares: namesOf(shared, provider.groups),
      signatureSchemes: namesOf(codePoints(hello, 'signature_algorithms'), supportedSignatureSchemes(provider)),
      middleboxCompatibility: hello.body.legacySessionId.length > 0,
      ...recordSizeLimit(hello),
      verifyPeer: trustAnyone,
      selectCredential: () => credential,
      ...memory,
    },
    { psks: CLIENT_PSKS, credentials: CLIENT_CREDENTIALS },
  );
  return new TlsConnection({
    side: 'client',
    limits: settings.limits,
    maxFragmentLength: settings.maxFragmentLength,
    peerAuthentication: 'demanded',
    earlyDataPort: (tell) => new EarlyDataPort(tell),
    start: stage.direct((carrier) => clientHandshake({ settings, ...carrier })),
  });
}

/** A server that chooses what the trace's chose. */
function startServer(trace, stage, { provider, keyLog }, credential, memory) {
  const request = messageOf(trace, 'server', 'certificate_request');
  const requested =
    request && namesOf(codePoints(request, 'signature_algorithms'), supportedSignatureSchemes(provider));
  // A client without a certificate sends no CertificateVerify.
  const mode = messageOf(trace, 'client', 'certificate_verify') === undefined ? 'request' : 'require';
  const encryptedExtensions = messageOf(trace, 'server', 'encrypted_extensions');
  const groups = codePoints(encryptedExtensions, 'supported_groups');
  const { settings } = parseServerConfig({
    provider,
    keyLog,
    cipherSuites: [trace.suite.name],
    groups: namesOf(groups.length === 0 ? [serverShare(trace.serverHello).group] : groups, provider.groups),
    groupChoice: 'preferred',
    ...recordSizeLimit(encryptedExtensions),
    ...retryCookies(trace),
    // In a resumption there is no signature, and no certificate to sign with.
    credentials: credential === null ? [{ certificateChain: [Uint8Array.of(0)], signer: NO_SIGNER }] : [credential],
    ...memory,
    ...(request === undefined
      ? {}
      : { clientAuthentication: { mode, verifyPeer: trustAnyone }, signatureSchemes: requested }),
  });
  return new TlsConnection({
    side: 'server',
    limits: settings.limits,
    maxFragmentLength: settings.maxFragmentLength,
    peerAuthentication: mode === 'require' ? 'demanded' : 'optional',
    earlyDataPort: (tell) => new EarlyDataPort(tell),
    start: stage.direct((carrier) => serverHandshake({ settings, ...carrier })),
  });
}

/** What the message says of records. */
function recordSizeLimit(message) {
  const data = extensionData(message, 'record_size_limit');
  return data === undefined ? {} : { recordSizeLimit: decode(u16, data) };
}

/** Cookies with the trace's bytes, which stand for whatever our server has to remember. */
function retryCookies(trace) {
  const request = messageOf(trace, 'server', 'hello_retry_request');
  const data = request && extensionData(request, 'cookie');
  if (data === undefined) return {};
  const cookie = decode(opaque(1, 0xffff), data);
  let remembered = null;
  const cookies = {
    seal: (state) => {
      remembered = state.slice();
      return cookie;
    },
    open: (answered) => (bytesEqual(answered, cookie) ? remembered : null),
  };
  return { helloRetry: { cookies } };
}

const NO_SIGNER = {
  schemes: ['ed25519'],
  sign: () => {
    throw new Error('nothing is signed in this trace');
  },
};

/** A trace is about the protocol, not about its certificates' paths; CertificateVerify is checked all the same. */
const trustAnyone = () => ({ trusted: true });

/** The side's certificate with its recorded signature, given out only for what it signs; null where it has none. */
function signer(trace, side, { id, provider, report }) {
  const certificate = messageOf(trace, side, 'certificate');
  const certificateVerify = messageOf(trace, side, 'certificate_verify');
  if (certificate === undefined || certificateVerify === undefined) return null;
  const { algorithm, signature } = certificateVerify.body;
  return {
    certificateChain: certificate.body.certificateList.map(({ certificateData }) => certificateData),
    signer: {
      schemes: [signatureSchemeById(algorithm)?.name],
      sign: (scheme, content) => {
        report.check(`${id}, what it signs`, 'valid', verdictOn(trace, side, content, provider));
        return signature;
      },
    },
  };
}

function codePoints(message, name) {
  const data = extensionData(message, name);
  return data === undefined ? [] : decode(codePointsCodec, data);
}

function namesOf(ids, available) {
  return ids.flatMap((id) => available.find((candidate) => candidate.id === id)?.name ?? []);
}
