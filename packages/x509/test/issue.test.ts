import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CryptoProvider, PrivateKey } from '@portico/crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePem, OID, parseCertificate, privateKeyFromPem, type PathFailureReason } from '../src/index.js';
import {
  certificatesToPem,
  createAuthority,
  createLeaf,
  credentialToPem,
  generatePrivateKey,
  issueCertificate,
  issueCertificateAsync,
  issueDer,
  type CertificateTemplate,
} from '../src/issue.js';
import * as support from './support.js';
import { fixture, genuineKey, notAfter, notBefore, NOW, provider, reasonOf } from './support.js';

// Other programs read what is made here, so no key may be a toy.
const leafKey = genuineKey();
const authority: typeof support.authority = (name, options) =>
  support.authority(name, { privateKey: genuineKey(), ...options });
const leaf: typeof support.leaf = (issuer, options) => support.leaf(issuer, { key: leafKey, ...options });

const openssl = opensslVersion();
const folder = mkdtempSync(join(tmpdir(), 'portico-x509-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kinds = ['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519'] as const;

it.each([
  [
    { hash: 'sha384', minimumSaltLength: 20 },
    { hash: 'sha384', saltLength: 48 },
  ],
  [
    { hash: 'sha256', minimumSaltLength: 40 },
    { hash: 'sha256', saltLength: 40 },
  ],
] as const)('an RSASSA-PSS key restricted to %o signs with %o', (restriction, algorithm) => {
  const { restriction: own, ...values } = privateKeyFromPem(fixture('rsa-pss.key.pem')) as PrivateKey & {
    type: 'rsa-pss';
  };
  expect(own).toEqual({ hash: 'sha256', minimumSaltLength: 32 });
  const privateKey = { ...values, restriction };
  const { certificate } = createAuthority({ provider, privateKey, subject: [['CN', 'root']], notBefore, notAfter });
  expect(certificate.signatureReading.algorithm).toEqual({ type: 'rsa-pss', ...algorithm });
  expect(certificate.publicKey).toMatchObject({ restriction });
  const oracle = new X509Certificate(certificate.raw);
  expect(oracle.verify(oracle.publicKey)).toBe(true);
});

describe.each(kinds)('issued with %s', (kind) => {
  const privateKey = privateKeyFromPem(fixture(`${kind}.key.pem`));
  const root = createAuthority({
    provider,
    privateKey,
    subject: [
      ['C', 'DE'],
      ['O', 'Portico'],
      ['CN', 'root'],
    ],
    notBefore,
    notAfter,
  });
  const intermediate = createAuthority({
    provider,
    privateKey: leafKey,
    subject: [['CN', 'intermediate']],
    notBefore,
    notAfter,
    issuer: root,
    pathLength: 0,
  });
  const end = createLeaf({
    provider,
    issuer: intermediate,
    key: privateKey,
    names: ['example.com', '192.0.2.1', '2001:db8::1', 'sip:example.com'],
    notBefore,
    notAfter,
  });

  it('Node reads and verifies it', () => {
    const [rootOracle, caOracle, oracle] = [root.certificate, intermediate.certificate, end].map(
      ({ raw }) => new X509Certificate(raw),
    ) as [X509Certificate, X509Certificate, X509Certificate];
    expect(oracle.verify(caOracle.publicKey) && caOracle.verify(rootOracle.publicKey)).toBe(true);
    expect(rootOracle.verify(rootOracle.publicKey)).toBe(true);
    expect(oracle.checkIssued(caOracle) && caOracle.checkIssued(rootOracle)).toBe(true);
    expect([rootOracle.ca, caOracle.ca, oracle.ca]).toEqual([true, true, false]);
    expect(oracle.checkHost('example.com')).toBe('example.com');
    expect(oracle.checkIP('2001:db8::1')).toBe('2001:db8::1');
    expect(oracle.subjectAltName).toBe(
      'DNS:example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, URI:sip:example.com',
    );
  });

  it.skipIf(openssl === null)('openssl verify -x509_strict accepts it', () => {
    expect(opensslVerify([root.certificate], [intermediate.certificate], end)).toBe('accepted');
  });
});

describe.skipIf(openssl === null)(`what openssl verify refuses (${openssl ?? 'OpenSSL is missing'})`, () => {
  const root = authority('root');
  const refused: readonly (readonly [string, () => string, PathFailureReason])[] = [
    ['expired', () => opensslVerify([root.certificate], [], leaf(root, { notAfter: NOW - 1000 })), 'expired'],
    ['another root', () => opensslVerify([authority('other').certificate], [], leaf(root)), 'unknown-issuer'],
    [
      'no CA',
      () => {
        const ca = authority('ca', { issuer: root, template: { basicConstraints: { ca: false, pathLength: null } } });
        return opensslVerify([root.certificate], [ca.certificate], leaf(ca));
      },
      'not-a-ca',
    ],
    [
      'another usage',
      () => opensslVerify([root.certificate], [], leaf(root, { extendedKeyUsage: ['clientAuth'] })),
      'extended-key-usage',
    ],
    [
      'another name',
      () => opensslVerify([root.certificate], [], leaf(root, { names: ['example.org'] })),
      'name-mismatch',
    ],
    ['good', () => opensslVerify([root.certificate], [], leaf(root)), 'accepted' as PathFailureReason],
  ];

  it.each(refused)('%s', (what, run) => {
    expect(run()).toBe(what === 'good' ? 'accepted' : 'refused');
  });
});

describe('issuing', () => {
  const root = authority('root');

  it('serial numbers are random, positive and of 16 bytes', () => {
    const serials = Array.from({ length: 20 }, () => leaf(root).serialNumber);
    expect(new Set(serials.map(String)).size).toBe(20);
    expect(serials.every((serial) => serial.length === 16 && (serial[0] as number) < 0x80 && serial[0] !== 0)).toBe(
      true,
    );
  });

  it('links key identifiers, and leaves the authority out of a root', () => {
    const end = leaf(root);
    expect(root.certificate.authorityKeyIdentifier).toBeNull();
    expect(end.authorityKeyIdentifier?.keyIdentifier).toEqual(root.certificate.subjectKeyIdentifier);
    expect(end.subjectKeyIdentifier?.length).toBe(20);
  });

  it('names in an empty subject are critical, RFC 5280 section 4.2.1.6', () => {
    const critical = (subject: [string, string][]): boolean | undefined =>
      leaf(root, { subject }).extensions.find(({ oid }) => oid === OID.subjectAltName)?.critical;
    expect(critical([])).toBe(true);
    expect(critical([['CN', 'x']])).toBe(false);
  });

  it('the usual subject is the first host name, if it fits', () => {
    const subjectOf = (...names: string[]): string => leaf(root, { names }).subject.text;
    expect(subjectOf('sip:example.com', '192.0.2.1', 'a.test', 'b.test')).toBe('CN=a.test');
    expect(subjectOf(`${'a.'.repeat(31)}aa`, 'b.test')).toBe(`CN=${'a.'.repeat(31)}aa`);
    expect(subjectOf(`${'a.'.repeat(32)}a`)).toBe('');
  });

  it('writes files that are read back', () => {
    const files = credentialToPem(root);
    expect(privateKeyFromPem(files.privateKey)).toEqual(root.privateKey);
    expect(files.certificate).toBe(certificatesToPem([root.certificate]));
    expect(new X509Certificate(files.certificate).checkPrivateKey(createPrivateKey(files.privateKey))).toBe(true);
  });

  it('writes an EC key with its public half, which some readers demand', () => {
    const { point } = root.certificate.publicKey as { point: Uint8Array };
    const [block] = decodePem(credentialToPem(root).privateKey);
    expect(Buffer.from((block as { bytes: Uint8Array }).bytes).includes(Buffer.from(point))).toBe(true);
  });

  it.each(['P-256', 'P-384', 'P-521', 'ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)(
    'generates %s keys',
    async (kind) => {
      const key = await generatePrivateKey(provider, kind);
      expect(
        createAuthority({ provider, privateKey: key, subject: [['CN', kind]], notBefore, notAfter }).certificate
          .publicKey?.type,
      ).toBe(key.type);
    },
  );

  it('with a provider that signs later', async () => {
    const keyAlgorithms = provider.keyAlgorithms.map((one) => ({
      ...one,
      sign: (...args: Parameters<typeof one.sign>) => Promise.resolve(one.sign(...args)),
    }));
    const later: CryptoProvider = { ...provider, keyAlgorithms };
    const template: CertificateTemplate = {
      provider: later,
      issuer: { selfSignedWith: leafKey },
      subject: [['CN', 'x']],
      notBefore,
      notAfter,
    };
    expect((await issueCertificateAsync(template)).subject.text).toBe('CN=x');
    expect(parseCertificate(await issueDer(template)).issuer.text).toBe('CN=x');
    expect(reasonOf(() => issueCertificate(template))).toBe('invalid-argument');
  });

  it.each([
    ['an unknown attribute', () => leaf(root, { subject: [['XX', 'y']] }), 'invalid-name'],
    ['a country outside ASCII', () => leaf(root, { subject: [['C', '\u{e9}']] }), 'invalid-name'],
    ['a host name that is not A-labels', () => leaf(root, { names: ['b\u{fc}cher.example'] }), 'invalid-argument'],
    ['a time before 1950', () => leaf(root, { notBefore: -1e12 }), 'invalid-argument'],
    ['an usage that is no identifier', () => leaf(root, { extendedKeyUsage: ['nonsense'] }), 'invalid-oid'],
    [
      'no key to certify',
      () => issueCertificate({ provider, issuer: root, subject: [], notBefore, notAfter }),
      'invalid-argument',
    ],
    [
      'a key that the provider has not',
      () => authority('x', { provider: { ...provider, keyAlgorithms: [] } }),
      'unsupported-key',
    ],
    ['a provider without SHA-256', () => authority('x', { provider: { ...provider, hashes: [] } }), 'invalid-argument'],
    [
      'a kind of key that cannot be generated',
      () => generatePrivateKey({ ...provider, keyAlgorithms: [] }, 'P-256') as PrivateKey,
      'unsupported-key',
    ],
  ] as const)('refuses %s', (_, action, reason) => {
    expect(reasonOf(action)).toBe(reason);
  });
});

function opensslVersion(): string | null {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

function opensslVerify(
  roots: readonly { raw: Uint8Array }[],
  others: readonly { raw: Uint8Array }[],
  end: { raw: Uint8Array },
): 'accepted' | 'refused' {
  const write = (name: string, certificates: readonly { raw: Uint8Array }[]): string => {
    const path = join(folder, name);
    writeFileSync(path, certificatesToPem(certificates.map(({ raw }) => parseCertificate(raw))));
    return path;
  };
  const untrusted = others.length === 0 ? [] : ['-untrusted', write('others.pem', others)];
  const args = ['verify', '-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', '-verify_hostname', 'example.com'];
  try {
    execFileSync(
      'openssl',
      [
        ...args,
        '-attime',
        String(NOW / 1000),
        '-CAfile',
        write('roots.pem', roots),
        ...untrusted,
        write('end.pem', [end]),
      ],
      { stdio: 'pipe' },
    );
    return 'accepted';
  } catch {
    return 'refused';
  }
}
