import { createNobleProvider } from '@portico/crypto/noble';
import { createSigner, createTlsClient, createTlsServer, parseServerConfig, TlsError } from '@portico/tls13-core';
import { createAuthority, createLeaf } from '@portico/x509/issue';
import { mutate, randomBytes, seededRandom } from '../random.mjs';

const SEED = 0x7115;
const provider = createNobleProvider({ random: streamOf(seededRandom(SEED)) });
const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
const key = { type: 'ed25519', seed: new Uint8Array(32).fill(1) };
const authority = createAuthority({ provider, privateKey: key, subject: [['CN', 'Fuzz CA']], ...validity });
const leaf = createLeaf({ provider, issuer: authority, key, names: ['localhost'], ...validity });
const server = parseServerConfig({
  provider,
  groups: ['x25519', 'secp256r1'],
  credentials: [{ certificateChain: [leaf.raw], signer: createSigner(provider, key) }],
  alpn: { protocols: ['sip/2', 'h2'] },
});

/** First flights of clients that differ in what they offer. */
const hellos = [
  {},
  { alpn: { protocols: ['sip/2'] } },
  { alpn: { protocols: ['msrp'] } },
  { keyShares: [] },
  { keyShares: ['x25519', 'secp256r1'], alpn: { protocols: ['h2', 'http/1.1'] } },
  { groups: ['secp384r1'] },
  { middleboxCompatibility: false, serverName: '192.0.2.1' },
  { signatureSchemes: ['ecdsa_secp256r1_sha256'] },
  { cipherSuites: ['TLS_AES_256_GCM_SHA384'], maxFragmentLength: 60 },
].map((config) => {
  const verifyPeer = () => ({ trusted: true });
  return createTlsClient({ provider, serverName: 'sip.example', verifyPeer, ...config }).takeOutput();
});

/** A server before its first ClientHello: whatever comes in, an answer or an alert, and never an exception. */
export const target = {
  name: 'client-hello',
  generate: (random) => {
    const flight = hellos[random(hellos.length)];
    switch (random(6)) {
      case 0:
        return randomBytes(random, random(300));
      case 1:
        return mutate(random, flight);
      case 2:
        return flight;
      default:
        return mutatedMessage(random, flight);
    }
  },
  run: (input) => {
    const connection = createTlsServer(server);
    const events = connection.receive(input);
    const output = connection.takeOutput();
    const last = events.at(-1);
    if (last === undefined) {
      if (connection.state !== 'handshaking') throw new Error(`no event, yet ${connection.state}`);
      if (output.length === 0) return 'waits for more';
      return connection.expectedMessages.includes('client_hello') ? 'HelloRetryRequest' : 'ServerHello';
    }
    if (last.type !== 'failed' || events.length !== 1) throw new Error(`got ${events.map(({ type }) => type).join()}`);
    const { error } = last;
    if (!(error instanceof TlsError) || error.kind === 'api-misuse') throw error;
    if (error.reason !== 'alert-received' && output.length < 7) throw new Error(`no alert for ${error.reason}`);
    return `refused: ${error.reason}`;
  },
};

/** Takes the hello apart, damages one extension or the list of them, and puts it together with right lengths. */
function mutatedMessage(random, flight) {
  const message = [];
  for (let at = 0; at < flight.length; at += 5 + u16(flight, at + 3)) {
    message.push(...flight.subarray(at + 5, at + 5 + u16(flight, at + 3)));
  }
  const body = message.slice(4);
  const extensionsAt = endOfFixedPart(body);
  const extensions = [];
  for (let at = extensionsAt + 2; at < body.length; at += 4 + u16(body, at + 2)) {
    extensions.push({ type: u16(body, at), data: Uint8Array.from(body.slice(at + 4, at + 4 + u16(body, at + 2))) });
  }
  const at = random(extensions.length);
  switch (random(6)) {
    case 0:
      extensions.splice(at, 1);
      break;
    case 1:
      extensions.splice(random(extensions.length + 1), 0, extensions[at]);
      break;
    case 2:
      extensions[at] = { ...extensions[at], type: random(2) === 0 ? random(64) : random(0x10000) };
      break;
    case 3:
      extensions.push({ type: random(64), data: randomBytes(random, random(20)) });
      break;
    default:
      extensions[at] = { ...extensions[at], data: mutate(random, extensions[at].data) };
  }
  const fixed = random(4) === 0 ? [...mutate(random, body.slice(0, extensionsAt))] : body.slice(0, extensionsAt);
  const list = extensions.flatMap(({ type, data }) => [
    type >> 8,
    type & 0xff,
    data.length >> 8,
    data.length & 0xff,
    ...data,
  ]);
  const whole = [...fixed, list.length >> 8, list.length & 0xff, ...list];
  const content = [1, 0, whole.length >> 8, whole.length & 0xff, ...whole];
  return Uint8Array.from([22, 3, 1, content.length >> 8, content.length & 0xff, ...content]);
}

/** Version, random, session id, suites and compression methods of an honest hello. */
function endOfFixedPart(body) {
  let at = 2 + 32;
  at += 1 + body[at];
  at += 2 + u16(body, at);
  return at + 1 + body[at];
}

function u16(bytes, at) {
  return (bytes[at] << 8) | bytes[at + 1];
}

function streamOf(random) {
  return (length) => randomBytes(random, length);
}
