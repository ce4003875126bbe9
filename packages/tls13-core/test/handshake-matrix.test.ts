import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import type { CipherSuiteName, GroupName } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import type { ClientConfig, Credential, ServerConfig, VerifyPeer } from '../src/config.js';
import { createTestAuthority, NOW, type CertificateKind, type TestAuthority } from './support/credentials.js';
import { createPair, dataOf, failureOf, run, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';

const SUITES: readonly CipherSuiteName[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];
const GROUPS: readonly GroupName[] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'];
const KINDS: readonly CertificateKind[] = ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa', 'rsa-pss'];

/** What a client offers, what a server knows, and what comes of it. */
const ALPN_CASES: readonly {
  readonly what: string;
  readonly client: Partial<ClientConfig>;
  readonly server: Partial<ServerConfig>;
  readonly agreed: string | null;
}[] = [
  {
    what: 'agreed',
    client: { alpn: { protocols: ['h2', 'sip/2'] } },
    server: { alpn: { protocols: ['sip/2'] } },
    agreed: 'sip/2',
  },
  { what: 'not offered', client: {}, server: { alpn: { protocols: ['sip/2'] } }, agreed: null },
  {
    what: 'without overlap',
    client: { alpn: { protocols: ['h2'] } },
    server: { alpn: { protocols: ['sip/2'], onNoOverlap: 'continue' } },
    agreed: null,
  },
];

const provider = seededProvider(0x3a7);
const clientProvider = seededProvider(0x3a8);
let authority: TestAuthority;
const credentials = new Map<CertificateKind, Credential>();
let verifyPeer: VerifyPeer;

beforeAll(async () => {
  authority = await createTestAuthority();
  verifyPeer = createCertificateVerifier({ provider, trustAnchors: authority.trustAnchors, now: () => NOW });
  for (const kind of KINDS) credentials.set(kind, await authority.credential(kind));
});

function credential(kind: CertificateKind): Credential {
  return credentials.get(kind) as Credential;
}

function connect(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  return runNow(
    createPair(
      { provider: clientProvider, serverName: 'localhost', verifyPeer, ...client },
      { provider, credentials: [credential('P-256')], ...server },
    ),
  );
}

function expectTalk(pair: Pair): void {
  expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
  pair.client.send(asciiToBytes('ping'));
  pair.server.send(asciiToBytes('pong'));
  runNow(pair);
  expect([bytesToLatin1(dataOf(pair.serverEvents)), bytesToLatin1(dataOf(pair.clientEvents))]).toEqual([
    'ping',
    'pong',
  ]);
}

const COMBINATIONS = SUITES.flatMap((suite) =>
  GROUPS.flatMap((group) => KINDS.map((kind) => ({ suite, group, kind }))),
);

describe.each(['with the share at once', 'after HelloRetryRequest'] as const)(
  'every suite, group and certificate, %s',
  (way) => {
    // A HelloRetryRequest changes nothing for ALPN, so there the cases take turns.
    const combinations = COMBINATIONS.flatMap((combination, index) =>
      ALPN_CASES.map((alpnCase, turn) => ({ ...combination, ...alpnCase, index, turn })),
    ).filter(({ index, turn }) => way === 'with the share at once' || index % ALPN_CASES.length === turn);

    it.each(combinations)('$suite $group $kind, ALPN $what', ({ suite, group, kind, client, server, agreed }) => {
      const keyShares: readonly GroupName[] = way === 'with the share at once' ? [group] : [];
      const pair = connect(
        { ...client, cipherSuites: [suite], groups: [group], keyShares },
        { ...server, credentials: [credential(kind)] },
      );
      expectTalk(pair);
      const expected = {
        version: 'TLSv1.3',
        cipherSuite: suite,
        group,
        alpnText: agreed,
        serverName: 'localhost',
        helloRetryRequested: way === 'after HelloRetryRequest',
        resumed: false,
      };
      expect(pair.client.info).toMatchObject({ ...expected, peerCertificates: credential(kind).certificateChain });
      expect(pair.server.info).toMatchObject({ ...expected, peerCertificates: null });
      expect(pair.client.info?.peerSignatureScheme).toBe(pair.server.info?.localSignatureScheme);
      expect(credential(kind).signer.schemes).toContain(pair.client.info?.peerSignatureScheme);
    });
  },
);

describe('ALPN without overlap ends every suite, group and certificate with alert 120', () => {
  it.each(COMBINATIONS)('$suite $group $kind', ({ suite, group, kind }) => {
    for (const keyShares of [[group], []]) {
      const pair = connect(
        { cipherSuites: [suite], groups: [group], keyShares, alpn: { protocols: ['h2'] } },
        { credentials: [credential(kind)], alpn: { protocols: ['sip/2'] } },
      );
      expect(failureOf(pair.serverEvents)).toBe('no-application-protocol');
      expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { code: 120 } } });
    }
  });
});

describe('preferences', () => {
  it('the server’s order of suites decides', () => {
    const order: readonly CipherSuiteName[] = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'];
    expect(connect({ cipherSuites: [...order].reverse() }, { cipherSuites: order }).client.info?.cipherSuite).toBe(
      order[0],
    );
  });

  it('a group with a share is taken before a better one without', () => {
    const pair = connect({ keyShares: ['secp256r1'] }, { groups: ['x25519', 'secp256r1'] });
    expect(pair.client.info).toMatchObject({ group: 'secp256r1', helloRetryRequested: false });
  });

  it('of several shares the server takes its own favourite', () => {
    const pair = connect({ keyShares: ['x25519', 'secp256r1'] }, { groups: ['secp256r1', 'x25519'] });
    expect(pair.client.info?.group).toBe('secp256r1');
  });

  it('the first certificate that the client can verify is used', () => {
    const pair = connect(
      { signatureSchemes: ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384'] },
      {
        credentials: [credential('rsa'), credential('ed25519'), credential('P-384'), credential('P-256')],
      },
    );
    expect(pair.client.info?.peerSignatureScheme).toBe('ecdsa_secp384r1_sha384');
  });

  it('no certificate that the client can verify is handshake_failure', () => {
    const pair = connect({ signatureSchemes: ['ed25519'] }, {});
    expect(failureOf(pair.serverEvents)).toBe('no-common-signature-scheme');
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'handshake_failure' } } });
  });
});

describe('client certificates', () => {
  it.each(KINDS)('%s, verified by the server', (kind) => {
    const own = credential(kind);
    const pair = connect({ selectCredential: () => own }, { clientAuthentication: { mode: 'require', verifyPeer } });
    expectTalk(pair);
    expect(pair.server.info?.peerCertificates).toEqual(own.certificateChain);
    expect(pair.server.info?.peerSignatureScheme).toBe(pair.client.info?.localSignatureScheme);
  });

  it.each([
    ['no function', {}],
    ['a function without a choice', { selectCredential: () => null }],
  ])('none, by %s: goes on where one is requested, and not where it is required', (_name, client) => {
    const requested = connect(client, { clientAuthentication: { mode: 'request', verifyPeer } });
    expectTalk(requested);
    expect(requested.server.info?.peerCertificates).toBeNull();
    const required = connect(client, { clientAuthentication: { mode: 'require', verifyPeer } });
    expect(failureOf(required.serverEvents)).toBe('certificate-required');
    // The client was done before the server was: it learns of it afterwards.
    expect(required.clientEvents.map(({ type }) => type)).toEqual(['handshake-complete', 'failed']);
    expect(required.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'certificate_required' } } });
  });

  it('of another CA is refused with unknown_ca', async () => {
    const foreign = await (await createTestAuthority('Somebody else')).credential('P-256');
    for (const mode of ['request', 'require'] as const) {
      const pair = connect({ selectCredential: () => foreign }, { clientAuthentication: { mode, verifyPeer } });
      expect(failureOf(pair.serverEvents)).toBe('certificate-unknown-ca');
      expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'unknown_ca' } } });
    }
  });

  it('that the server cannot verify fails at the client, which meant to be somebody', () => {
    const pair = connect(
      { selectCredential: () => credential('ed25519') },
      { signatureSchemes: ['ecdsa_secp256r1_sha256'], clientAuthentication: { mode: 'request', verifyPeer } },
    );
    expect(failureOf(pair.clientEvents)).toBe('no-common-signature-scheme');
    expect(pair.serverEvents.at(-1)).toMatchObject({ error: { alert: { name: 'handshake_failure' } } });
  });

  it('may be chosen by what the server says: schemes and authorities', () => {
    const seen: unknown[] = [];
    const authorities = [Uint8Array.of(0x30, 0)];
    connect(
      {
        selectCredential: (request) => {
          seen.push(request);
          return null;
        },
      },
      {
        signatureSchemes: ['ed25519', 'ecdsa_secp256r1_sha256'],
        clientAuthentication: { mode: 'request', verifyPeer, certificateAuthorities: authorities },
      },
    );
    expect(seen).toEqual([
      { signatureSchemes: ['ed25519', 'ecdsa_secp256r1_sha256'], certificateAuthorities: authorities },
    ]);
  });
});

describe('every certificate type with answers that come later', () => {
  it.each(KINDS)('%s', async (kind) => {
    const own = credential(kind);
    const slow: Credential = {
      ...own,
      signer: { ...own.signer, sign: async (scheme, message) => own.signer.sign(scheme, message) },
    };
    const pair = await run(
      createPair(
        {
          provider: clientProvider,
          serverName: 'localhost',
          verifyPeer: async (peer) => verifyPeer(peer),
          selectCredential: async () => slow,
        },
        {
          provider,
          credentials: async () => slow,
          clientAuthentication: { mode: 'require', verifyPeer: async (peer) => verifyPeer(peer) },
        },
      ),
    );
    expectTalk(pair);
  });
});
