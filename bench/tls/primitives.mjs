// The cryptography that a side of a full handshake cannot avoid, call by call through the provider: what the handshakes
// of handshakes.mjs (X25519, ECDSA P-256, a chain of three, no tickets) are held against. What a handshake could do
// without, or do once for all connections, is not here, whether ours does it or not.
import { keyAlgorithmFor } from '@portico/crypto';
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer } from '@portico/tls13-core/server';
import { provider } from './setup.mjs';

const ECDSA = { type: 'ecdsa', hash: 'sha256' };
/** What CertificateVerify signs, RFC 9846 section 4.5.2: 64 spaces, a text, a zero and a hash. */
const CERTIFICATE_VERIFY_CONTENT = 130;

/**
 * The HMACs of RFC 9846 section 7.1 with SHA-256, by the bytes that each goes over. The Early Secret and its "derived" are
 * the same in every handshake without a PSK, and are left out.
 */
const KEY_SCHEDULE_HMACS = [
  ...repeat(2, 32), // two extracts: of the shared secret, of zeros
  ...repeat(6, 54), // HkdfLabel with a hash: c hs, s hs, derived, c ap, s ap and exp master
  ...repeat(2, 19), // finished, of both sides
  ...repeat(2, 32), // verify_data, of both sides
  ...repeat(8, 14), // key and IV of four traffic secrets
];

export function sidePrimitives({ leaf, leafKey, root, intermediate }, clientOptions, serverConfig) {
  const [suite] = provider.cipherSuites;
  const group = provider.groups.find(({ name }) => name === 'x25519');
  const algorithm = keyAlgorithmFor(provider, leafKey);
  const { messages, groups } = recordedHandshake(clientOptions, serverConfig);
  const content = new Uint8Array(CERTIFICATE_VERIFY_CONTENT).fill(0x20);
  const peer = group.start(provider.random);
  const secret = new Uint8Array(32).fill(1);
  const hmacInputs = KEY_SCHEDULE_HMACS.map((length) => new Uint8Array(length));
  const signed = [
    { key: leaf.publicKey, message: content, signature: algorithm.sign(leafKey, ECDSA, content, provider.random) },
    { key: intermediate.certificate.publicKey, message: leaf.tbsCertificate, signature: leaf.signature },
    {
      key: root.certificate.publicKey,
      message: intermediate.certificate.tbsCertificate,
      signature: intermediate.certificate.signature,
    },
  ];
  const verifyAll = () =>
    signed.every(({ key, message, signature }) => algorithm.verify(key, ECDSA, message, signature));
  if (!verifyAll()) throw new Error('a signature is not what it should be');
  // The server's flight in one record, and the client's Finished.
  const flight = new Uint8Array(groups.flight + 1 + suite.tagLength);
  const finished = new Uint8Array(groups.finished + 1 + suite.tagLength);
  const key = new Uint8Array(suite.keyLength).fill(2);
  const nonce = new Uint8Array(suite.ivLength);
  const header = new Uint8Array(5);
  suite.createSealer(key).sealInPlace(nonce, header, flight);
  suite.createSealer(key).sealInPlace(nonce, header, finished);

  /** The hash of all messages, taken after ServerHello, Certificate, CertificateVerify and the server's Finished. */
  const transcript = () => {
    const state = suite.hash.create();
    for (const { bytes, isTaken } of messages) {
      state.update(bytes);
      if (isTaken) state.clone().digest();
    }
  };
  const keySchedule = () => {
    for (const input of hmacInputs) suite.hash.hmac(secret, input);
  };
  /** AEADs for both directions, under handshake and application keys; one record each way. */
  const records = (opened, sealed) => {
    const [opener] = [suite.createOpener(key), suite.createOpener(key)];
    const [sealer] = [suite.createSealer(key), suite.createSealer(key)];
    opener.open(nonce, header, opened);
    sealer.sealInPlace(nonce, header, sealed.slice());
  };
  const common = (opened, sealed) => {
    // The hello's.
    provider.random(32);
    transcript();
    keySchedule();
    records(opened, sealed);
  };
  return {
    client: () => {
      group.start(provider.random).finish(peer.share);
      verifyAll();
      common(flight, finished);
    },
    server: () => {
      group.respond(peer.share, provider.random);
      algorithm.sign(leafKey, ECDSA, content, provider.random);
      common(finished, flight);
    },
  };
}

/** A handshake's messages in order, and how long the protected ones of each side are. */
function recordedHandshake(clientOptions, serverConfig) {
  const messages = [];
  const trace = (seen) => {
    if (seen.kind === 'message') messages.push({ direction: seen.direction, bytes: seen.bytes.slice() });
  };
  const client = createTlsClient({ ...clientOptions, trace });
  const server = createTlsServer(serverConfig);
  while (client.state === 'handshaking' || server.state === 'handshaking') {
    server.receive(client.takeOutput());
    client.receive(server.takeOutput());
  }
  // ClientHello, ServerHello, EncryptedExtensions, Certificate, CertificateVerify and both Finished.
  if (messages.length !== 7) throw new Error(`expected the seven messages of a handshake, got ${messages.length}`);
  const [, , ...flight] = messages.slice(0, 6);
  return {
    // The client's own Finished goes into no hash that a handshake without tickets takes.
    messages: messages.slice(0, 6).map(({ bytes }, index) => ({ bytes, isTaken: [1, 3, 4, 5].includes(index) })),
    groups: {
      flight: flight.reduce((sum, { bytes }) => sum + bytes.length, 0),
      finished: messages[6].bytes.length,
    },
  };
}

function repeat(times, length) {
  return Array.from({ length: times }, () => length);
}
