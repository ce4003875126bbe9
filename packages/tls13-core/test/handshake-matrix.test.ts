import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import type { CipherSuiteName, GroupName } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientConfig, Credential, ServerConfig, VerifyPeer } from '../src/config.js';
import type { ClientHello } from '../src/messages/client-hello.js';
import { decodeExtension, EXTENSION_CODES } from '../src/messages/extensions/extension.js';
import { clientKeySharesCodec } from '../src/messages/extensions/key-share.js';
import { decodeHandshakeMessage } from '../src/messages/message.js';
import { createTestAuthority, NOW, type CertificateKind, type TestAuthority } from './support/credentials.js';
import { createPair, dataOf, failureOf, run, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';

const SUITES: readonly CipherSuiteName[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];
const GROUPS: readonly GroupName[] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'];
/** Every one with every suite, and certificates in turn: what a certificate is made of does not depend on these. */
const FURTHER_GROUPS: readonly GroupName[] = [
  'x448',
  'X25519MLKEM768',
  'SecP256r1MLKEM768',
  'SecP384r1MLKEM1024',
  'MLKEM512',
  'MLKEM768',
  'MLKEM1024',
];
/** Off by default: both sides have to name them. */
const FURTHER_SUITES: readonly CipherSuiteName[] = ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'];
const KINDS: readonly CertificateKind[] = ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa', 'rsa-pss'];
const FURTHER_KINDS: readonly CertificateKind[] = ['ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'];

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
  for (const kind of [...KINDS, ...FURTHER_KINDS]) credentials.set(kind, await authority.credential(kind));
  // RSA keys take their time to find.
}, 60_000);

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

/** The groups of key_share in a client's first hello, which is one record. */
function sharesSent(config: Partial<ClientConfig>): readonly number[] {
  const client = createTlsClient({ provider: clientProvider, verifyPeer, ...config });
  const { body } = decodeHandshakeMessage('client_hello', client.takeOutput().subarray(5));
  const data = (body as ClientHello).extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data;
  return decodeExtension(clientKeySharesCodec, data as Uint8Array, 'key_share').map(({ group }) => group);
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

const COMBINATIONS = [
  ...SUITES.flatMap((suite) => FURTHER_KINDS.map((kind) => ({ suite, group: 'x25519' as const, kind }))),
  ...FURTHER_SUITES.flatMap((suite) => GROUPS.map((group) => ({ suite, group, kind: 'P-256' as const }))),
  ...SUITES.flatMap((suite) => GROUPS.flatMap((group) => KINDS.map((kind) => ({ suite, group, kind })))),
  ...SUITES.flatMap((suite) => FURTHER_GROUPS.map((group) => ({ suite, group }))).map((combination, index) => ({
    ...combination,
    kind: KINDS[index % KINDS.length] as CertificateKind,
  })),
];

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
        { ...server, cipherSuites: [suite], groups: [group], credentials: [credential(kind)] },
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
        { cipherSuites: [suite], groups: [group], credentials: [credential(kind)], alpn: { protocols: ['sip/2'] } },
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

  it('a hybrid with ML-KEM is agreed by default, for which the client sends a share beside one of X25519', () => {
    expect(sharesSent({})).toEqual([0x11ec, 0x001d]);
    expect(connect({}, {}).server.info).toMatchObject({ group: 'X25519MLKEM768', helloRetryRequested: false });
  });

  it.each([
    { groups: ['X25519MLKEM768', 'SecP384r1MLKEM1024', 'secp384r1', 'x25519'], shares: [0x11ec, 0x0018] },
    { groups: ['x25519', 'X25519MLKEM768', 'secp256r1'], shares: [0x001d] },
    { groups: ['SecP256r1MLKEM768', 'X25519MLKEM768'], shares: [0x11eb] },
    { groups: ['secp521r1', 'x25519'], shares: [0x0019] },
  ] as const)(
    'a client with $groups sends at most one large share, and a small one beside it',
    ({ groups, shares }) => {
      expect(sharesSent({ groups })).toEqual(shares);
    },
  );

  it('a server without ML-KEM takes X25519 at once, and one with another hybrid asks for that', () => {
    expect(connect({}, { groups: ['x25519', 'secp256r1'] }).client.info).toMatchObject({
      group: 'x25519',
      helloRetryRequested: false,
    });
    expect(connect({}, { groups: ['SecP384r1MLKEM1024'] }).client.info).toMatchObject({
      group: 'SecP384r1MLKEM1024',
      helloRetryRequested: true,
    });
  });

  it('ML-KEM alone is neither offered nor taken by those who do not name it', () => {
    const pair = connect({ groups: ['MLKEM768', 'x25519'] }, {});
    expect(pair.client.info?.group).toBe('x25519');
    expect(failureOf(connect({}, { groups: ['MLKEM768'] }).serverEvents)).toBe('no-common-group');
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

describe('what is off by default', () => {
  it.each(FURTHER_SUITES)('%s is neither offered nor taken unasked', (suite) => {
    expect(failureOf(connect({ cipherSuites: [suite] }, {}).serverEvents)).toBe('no-common-cipher-suite');
    expect(failureOf(connect({}, { cipherSuites: [suite] }).serverEvents)).toBe('no-common-cipher-suite');
  });
});

describe('client certificates', () => {
  it.each([...KINDS, ...FURTHER_KINDS])('%s, verified by the server', (kind) => {
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

  it('that the server cannot verify is not sent: the client is nobody, and the server decides (section 4.5.1)', () => {
    const unfit = (mode: 'request' | 'require'): Pair =>
      connect(
        { selectCredential: () => credential('ed25519') },
        { signatureSchemes: ['ecdsa_secp256r1_sha256'], clientAuthentication: { mode, verifyPeer } },
      );
    const requested = unfit('request');
    expectTalk(requested);
    expect(requested.server.info?.peerCertificates).toBeNull();
    expect(requested.client.info?.localSignatureScheme).toBeNull();
    expect(failureOf(unfit('require').serverEvents)).toBe('certificate-required');
  });

  it('that the server cannot verify fails a client that is of no use as nobody', () => {
    const pair = connect(
      { selectCredential: () => credential('ed25519'), unfitCredential: 'fail' },
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
      {
        signatureSchemes: ['ed25519', 'ecdsa_secp256r1_sha256'],
        certificateSignatureSchemes: ['ed25519', 'ecdsa_secp256r1_sha256'],
        certificateAuthorities: authorities,
        oidFilters: [],
      },
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
