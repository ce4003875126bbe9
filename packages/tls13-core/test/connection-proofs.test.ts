import { describe, expect, it } from 'vitest';
import { TlsConnection } from '../src/connection.js';
import type { HandshakeResult } from '../src/handshake/context.js';
import type { Flow } from '../src/handshake/flow.js';
import { certificateTrusted, peerAuthenticated, possessionProved, verifyFinished } from '../src/handshake/proof.js';
import { finishedVerifyData } from '../src/key-schedule/key-schedule.js';
import { DEFAULT_TLS_LIMITS } from '../src/limits.js';
import { createSigner } from '../src/signer.js';
import { toyProvider } from './support/toy-provider.js';

const provider = toyProvider(1);
const [suite] = provider.cipherSuites;
if (suite === undefined) throw new Error('the toy provider has no suite');
const { hash } = suite;
const secret = new Uint8Array(32).fill(1);
const transcriptHash = new Uint8Array(32).fill(2);

function finishedOf(sender: 'client' | 'server'): HandshakeResult['finished'] {
  const received = finishedVerifyData(hash, secret, transcriptHash);
  return verifyFinished({ hash, sender, trafficSecret: secret, transcriptHash, received });
}

function somebody(): NonNullable<HandshakeResult['peer']> {
  const leaf = Uint8Array.of(1);
  return peerAuthenticated(
    certificateTrusted(leaf, { trusted: true }),
    possessionProved(leaf, transcriptHash, 'valid'),
  );
}

/** A connection whose handshake is over at once, with these proofs. */
function connectionWith(
  side: 'client' | 'server',
  peerAuthentication: 'demanded' | 'optional',
  proofs: Pick<HandshakeResult, 'finished' | 'peer'>,
): TlsConnection {
  return new TlsConnection({
    earlyDataPort: null,
    side,
    limits: DEFAULT_TLS_LIMITS,
    maxFragmentLength: 1000,
    peerAuthentication,
    // eslint-disable-next-line require-yield -- it needs nothing
    *start(): Flow<HandshakeResult> {
      return {
        ...proofs,
        suite: suite as NonNullable<typeof suite>,
        trafficSecrets: { client: secret.slice(), server: secret.slice() },
        exporterSecret: secret.slice(),
        facts: {
          group: 'x25519',
          alpn: null,
          alpnOffered: false,
          serverName: null,
          peerCertificates: null,
          peerSignatureScheme: null,
          localSignatureScheme: null,
          helloRetryRequested: false,
          resumed: false,
          ticketAgeSkew: null,
          externalPskIdentity: null,
          earlyData: 'none',
        },
        ticketReceiver: null,
      };
    },
  });
}

/** However a handshake ends, it opens a connection only with the proofs in hand. */
describe('a handshake opens a connection', () => {
  it('with the peer’s Finished, and with the peer’s identity where that is demanded', () => {
    const opened = connectionWith('client', 'demanded', { finished: finishedOf('server'), peer: somebody() });
    expect(opened.state).toBe('open');
    const anonymous = connectionWith('server', 'optional', { finished: finishedOf('client'), peer: null });
    expect(anonymous.state).toBe('open');
  });

  it.each([
    ['a client with its own Finished', 'client', finishedOf('client'), somebody()],
    ['a server with its own Finished', 'server', finishedOf('server'), somebody()],
    ['a client that knows no server', 'client', finishedOf('server'), null],
    ['a server that demanded a certificate and saw none', 'server', finishedOf('client'), null],
    ['anybody with something that is no proof', 'client', { sender: 'server' } as never, somebody()],
  ] as const)('not: %s', (_name, side, finished, peer) => {
    const connection = connectionWith(side, 'demanded', { finished, peer });
    expect(connection.state).toBe('failed');
    expect(connection.info).toBeNull();
    expect(connection.receive(new Uint8Array(0))).toMatchObject([
      { type: 'failed', error: { reason: 'internal-error' } },
    ]);
  });
});

describe('keys for reading application data', () => {
  it.each([
    ['our own Finished', finishedOf('client')],
    ['something that is no proof', { sender: 'server' } as never],
  ])('are not taken for %s', (_name, proof) => {
    const connection = new TlsConnection({
      earlyDataPort: null,
      side: 'client',
      limits: DEFAULT_TLS_LIMITS,
      maxFragmentLength: 1000,
      peerAuthentication: 'demanded',
      // eslint-disable-next-line require-yield -- it fails before it needs anything
      *start({ sink }): Flow<HandshakeResult> {
        sink.useApplicationReadSecret(proof, suite as NonNullable<typeof suite>, secret.slice());
        throw new Error('the keys were taken');
      },
    });
    const [event] = connection.receive(new Uint8Array(0));
    expect(event).toMatchObject({ type: 'failed', error: { reason: 'internal-error' } });
    expect(event).not.toMatchObject({ error: { got: 'Error: the keys were taken' } });
  });
});

describe('a signer', () => {
  it('is refused for a key that the provider does not know', () => {
    const key = { type: 'ec', curve: 'P-256', scalar: new Uint8Array(32).fill(1) } as const;
    expect(() => createSigner(provider, key)).toThrow('invalid-configuration');
  });

  it('refuses a scheme that its key does not fit', () => {
    const signer = createSigner(provider, { type: 'ed25519', seed: new Uint8Array(32) });
    expect(() => signer.sign('ecdsa_secp256r1_sha256', Uint8Array.of(1))).toThrow('signer-unfit');
  });
});
