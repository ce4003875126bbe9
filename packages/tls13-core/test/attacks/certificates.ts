import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import type { GroupName } from '@portico/crypto';
import { trustAnchorFromDer } from '@portico/x509';
import { createCertificateVerifier } from '../../src/certificate-verifier.js';
import type { ClientConfig, Credential } from '../../src/config.js';
import type { TlsErrorReason } from '../../src/error.js';
import { createSigner } from '../../src/signer.js';
import { extension } from '../../src/messages/extensions/extension.js';
import { clientKeySharesCodec, keyShareEntryCodec } from '../../src/messages/extensions/key-share.js';
import { NOW, createTestAuthority } from '../support/credentials.js';
import { seededProvider } from '../support/provider.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import type { Attack, AttackGroup } from './attack.js';
import { withExtension } from './with-extension.js';

/** These are about certificates and points on curves, so they run over real cryptography. */
const provider = seededProvider(0xbad);
const authority = createTestAuthority();
const DAY = 86_400_000;

async function clientConfig(config: Partial<ClientConfig> = {}): Promise<ClientConfig> {
  const { trustAnchors } = await authority;
  return {
    provider,
    serverName: 'localhost',
    verifyPeer: createCertificateVerifier({ provider, trustAnchors, now: () => NOW }),
    ...config,
  };
}

function certificateAttack(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  credential: () => Promise<Credential>,
  config: () => Promise<ClientConfig> = clientConfig,
): Attack {
  return {
    attack,
    against: 'client',
    section,
    excludedIn: 'certificate-verifier.ts, handshake/peer-authentication.ts judgeCertificates',
    reason,
    run: async () => {
      const peer = new ScriptedServer(await config(), await credential());
      return peer.serverHello().encryptedExtensions().certificate().certificateVerify().finished();
    },
  };
}

/** A chain leaf ← leaf of our own ← the trusted authority: the middle one is no CA. */
async function issuedByLeaf(): Promise<Credential> {
  const key = await generatePrivateKey(provider, 'P-256');
  const root = createAuthority({
    provider,
    privateKey: await generatePrivateKey(provider, 'P-256'),
    subject: [['CN', 'root']],
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
  });
  const options = { provider, notBefore: NOW - DAY, notAfter: NOW + DAY };
  const middle = createLeaf({ ...options, issuer: root, key, names: ['attacker.example'] });
  const leaf = createLeaf({ ...options, issuer: { certificate: middle, privateKey: key }, key, names: ['localhost'] });
  rootOfLeafIssuer = trustAnchorFromDer(root.certificate.raw);
  return { certificateChain: [leaf.raw, middle.raw], signer: createSigner(provider, key) };
}
let rootOfLeafIssuer: ReturnType<typeof trustAnchorFromDer>;

const CERTIFICATES: readonly Attack[] = [
  certificateAttack('a certificate for another name', 'RFC 9525', 'certificate-name-mismatch', async () =>
    (await authority).credential('P-256', ['example.com']),
  ),
  certificateAttack('a certificate of another CA', 'RFC 5280 6', 'certificate-unknown-ca', async () =>
    (await createTestAuthority('Another CA')).credential('P-256'),
  ),
  certificateAttack(
    'a certificate of another CA with the same name',
    'RFC 5280 6',
    'certificate-unknown-ca',
    async () => (await createTestAuthority()).credential('P-256'),
  ),
  certificateAttack(
    'any certificate, where nobody is trusted',
    'RFC 5280 6',
    'certificate-unknown-ca',
    async () => (await authority).credential('P-256'),
    () => clientConfig({ verifyPeer: createCertificateVerifier({ provider, trustAnchors: [], now: () => NOW }) }),
  ),
  certificateAttack(
    'a certificate when no server name was asked for',
    'RFC 9525',
    'certificate-name-mismatch',
    async () => (await authority).credential('P-256'),
    async () => {
      const { serverName, ...rest } = await clientConfig();
      void serverName;
      return rest;
    },
  ),
  certificateAttack(
    'a certificate past its time',
    'RFC 5280 4.1.2.5',
    'certificate-expired',
    async () => (await authority).credential('P-256'),
    async () => {
      const { trustAnchors } = await authority;
      return clientConfig({
        verifyPeer: createCertificateVerifier({ provider, trustAnchors, now: () => NOW + 400 * DAY }),
      });
    },
  ),
  {
    attack: 'a leaf acting as CA',
    against: 'client',
    section: 'RFC 5280 4.2.1.9',
    excludedIn: 'certificate-verifier.ts, handshake/peer-authentication.ts judgeCertificates',
    reason: 'certificate-untrusted',
    run: async () => {
      const credential = await issuedByLeaf();
      const verifyPeer = createCertificateVerifier({ provider, trustAnchors: [rootOfLeafIssuer], now: () => NOW });
      return new ScriptedServer(await clientConfig({ verifyPeer }), credential)
        .serverHello()
        .encryptedExtensions()
        .certificate();
    },
  },
  ...[
    ['ecdsa_secp384r1_sha384 with a key on P-256', 0x0503],
    ['ed25519 with a key on P-256', 0x0807],
    ['rsa_pss_rsae_sha256 with a key on P-256', 0x0804],
  ].map(([name, algorithm]): Attack => ({
    attack: `CertificateVerify by ${name}`,
    against: 'client',
    section: '4.3.3',
    excludedIn: 'handshake/peer-authentication.ts authenticatePeer',
    reason: 'signature-scheme-does-not-fit-key',
    run: async () =>
      new ScriptedServer(await clientConfig(), await (await authority).credential('P-256'))
        .serverHello()
        .encryptedExtensions()
        .certificate()
        .certificateVerify({ body: (honest) => ({ ...honest, algorithm: algorithm as number }) }),
  })),
  ...(
    [
      ['an RSASSA-PSS key that is for SHA-384 alone', { hash: 'sha384', minimumSaltLength: 32 }],
      ['an RSASSA-PSS key whose salts are longer', { hash: 'sha256', minimumSaltLength: 33 }],
    ] as const
  ).map(([name, restriction]): Attack => ({
    attack: `CertificateVerify by rsa_pss_pss_sha256 with ${name}`,
    against: 'client',
    section: '4.3.3',
    excludedIn: 'handshake/peer-authentication.ts authenticatePeer',
    reason: 'signature-scheme-does-not-fit-key',
    run: async () => {
      const modulus = new Uint8Array(256).fill(0xb7);
      const key = { type: 'rsa-pss', modulus, exponent: Uint8Array.of(1, 0, 1), restriction } as const;
      const privateKey = await generatePrivateKey(provider, 'P-256');
      const validity = { notBefore: NOW - DAY, notAfter: NOW + DAY };
      const issuer = createAuthority({ provider, privateKey, subject: [['CN', 'CA']], ...validity });
      const leaf = createLeaf({ provider, issuer, key, names: ['localhost'], ...validity });
      const signer = createSigner(provider, privateKey);
      const config = await clientConfig({ verifyPeer: () => ({ trusted: true }) });
      return new ScriptedServer(config, { certificateChain: [leaf.raw], signer })
        .serverHello()
        .encryptedExtensions()
        .certificate()
        .certificateVerify({ body: (honest) => ({ ...honest, algorithm: 0x0809 }) });
    },
  })),
  {
    attack: 'CertificateVerify by a scheme that this client did not offer',
    against: 'client',
    section: '4.5.2',
    excludedIn: 'handshake/peer-authentication.ts authenticatePeer',
    reason: 'signature-scheme-not-offered',
    run: async () =>
      new ScriptedServer(
        await clientConfig({ signatureSchemes: ['ed25519'] }),
        await (await authority).credential('P-256'),
      )
        .serverHello()
        .encryptedExtensions()
        .certificate()
        .certificateVerify(),
  },
];

const X25519 = 0x001d;
const X448 = 0x001e;
const P256 = 0x0017;
const X25519MLKEM768 = 0x11ec;

/** X25519MLKEM768: an encapsulation key or a ciphertext, and an X25519 share. */
function hybrid(kem: Uint8Array, curve: Uint8Array): Uint8Array {
  return Uint8Array.of(...kem, ...curve);
}

function point(first: number, length: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(fill);
  bytes[0] = first;
  return bytes;
}

/** A share that is wrong, by the side that it is sent to where it is wrong for only one. */
const SHARES: readonly (readonly [string, number, Uint8Array, ('client' | 'server')?])[] = [
  ['all zero on X25519', X25519, new Uint8Array(32)],
  ['of low order on X25519', X25519, Uint8Array.of(1, ...new Uint8Array(31))],
  ['too short on X25519', X25519, new Uint8Array(31).fill(9)],
  ['too long on X25519', X25519, new Uint8Array(33).fill(9)],
  ['off the curve on P-256', P256, point(4, 65, 3)],
  ['compressed on P-256', P256, point(2, 33, 3)],
  ['at infinity on P-256', P256, Uint8Array.of(0)],
  ['of the hybrid form on P-256', P256, point(6, 65, 3)],
  ['too short on P-256', P256, point(4, 64, 3)],
  ['all zero on X448', X448, new Uint8Array(56)],
  ['too short on X448', X448, new Uint8Array(55).fill(9)],
  ['whose ML-KEM key has a coefficient above the modulus', X25519MLKEM768, keyAboveModulus(), 'server'],
  ['that is a ciphertext and no key', X25519MLKEM768, new Uint8Array(1120).fill(9), 'server'],
  ['that is a key and no ciphertext', X25519MLKEM768, new Uint8Array(1216).fill(9), 'client'],
  ['of ML-KEM with X25519 all zero', X25519MLKEM768, hybrid(new Uint8Array(1184), new Uint8Array(32)), 'server'],
  ['of ML-KEM with X25519 all zero', X25519MLKEM768, hybrid(new Uint8Array(1088), new Uint8Array(32)), 'client'],
];

const SHARE_GROUPS: ReadonlyMap<number, GroupName> = new Map([
  [X25519, 'x25519'],
  [X448, 'x448'],
  [P256, 'secp256r1'],
  [X25519MLKEM768, 'X25519MLKEM768'],
]);

/** The first coefficient is 3329, FIPS 203 section 7.2; everything else is in order. */
function keyAboveModulus(): Uint8Array {
  const key = new Uint8Array(1184);
  key.set([0x01, 0x0d]);
  return hybrid(key, new Uint8Array(32).fill(9));
}

const KEY_SHARES: readonly Attack[] = SHARES.flatMap(([name, group, keyExchange, side]) => {
  const againstClient: Attack = {
    attack: `a share ${name}`,
    against: 'client',
    section: '4.3.8.2',
    excludedIn: 'handshake/client.ts finishExchange',
    reason: 'invalid-key-share',
    run: async () =>
      new ScriptedServer(await clientConfig({ keyShares: [SHARE_GROUPS.get(group) as GroupName] })).serverHello({
        body: (hello) =>
          withExtension(hello, 'key_share', extension('key_share', keyShareEntryCodec, { group, keyExchange }).data),
      }),
  };
  const againstServer: Attack = {
    attack: `a share ${name}`,
    against: 'server',
    section: '4.3.8.2',
    excludedIn: 'handshake/server.ts respond',
    reason: 'invalid-key-share',
    run: async () =>
      new ScriptedClient({ provider, credentials: [await (await authority).credential('P-256')] }).clientHello({
        body: (hello) =>
          withExtension(
            hello,
            'key_share',
            extension('key_share', clientKeySharesCodec, [{ group, keyExchange }]).data,
          ),
      }),
  };
  return [againstClient, againstServer].filter(({ against }) => side === undefined || side === against);
});

export const CERTIFICATE_ATTACKS: AttackGroup = {
  title: 'Certificates and key shares',
  file: 'certificates.ts',
  attacks: [...CERTIFICATES, ...KEY_SHARES],
};
