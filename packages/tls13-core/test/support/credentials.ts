import type { PrivateKey } from '@portico/crypto';
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import { trustAnchorFromDer, type TrustAnchor } from '@portico/x509';
import type { Credential } from '../../src/config.js';
import { createSigner } from '../../src/signer.js';
import { seededProvider } from './provider.js';

/** When the test certificates are judged: 2026-06-01. */
export const NOW = Date.UTC(2026, 5, 1);
const NOT_BEFORE = Date.UTC(2026, 0, 1);
const NOT_AFTER = Date.UTC(2027, 0, 1);

export type CertificateKind =
  'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'ed448' | 'rsa' | 'rsa-pss' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** A CA of its own for each set of credentials, made once per test file. */
export interface TestAuthority {
  readonly trustAnchors: readonly TrustAnchor[];
  /** Its own certificate, in DER. */
  readonly certificate: Uint8Array;
  credential(kind: CertificateKind, names?: readonly string[]): Promise<Credential>;
  /** The same with the private key, for a signer of one's own. */
  keyed(kind: CertificateKind): Promise<Credential & { readonly privateKey: PrivateKey }>;
}

const provider = seededProvider(0x0ca);
const keys = new Map<CertificateKind, Promise<PrivateKey>>();

function privateKey(kind: CertificateKind): Promise<PrivateKey> {
  let key = keys.get(kind);
  if (key === undefined) {
    key = Promise.resolve(generatePrivateKey(provider, kind));
    keys.set(kind, key);
  }
  return key;
}

export async function createTestAuthority(name = 'Test CA', kind: CertificateKind = 'P-256'): Promise<TestAuthority> {
  const authority = createAuthority({
    provider,
    privateKey: await generatePrivateKey(provider, kind),
    subject: [['CN', name]],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
  });
  async function keyed(kind: CertificateKind, names: readonly string[] = ['localhost', '127.0.0.1', 'sip:localhost']) {
    const key = await privateKey(kind);
    const leaf = createLeaf({ provider, issuer: authority, key, names, notBefore: NOT_BEFORE, notAfter: NOT_AFTER });
    return { certificateChain: [leaf.raw], signer: createSigner(provider, key), privateKey: key };
  }

  return {
    trustAnchors: [trustAnchorFromDer(authority.certificate.raw)],
    certificate: authority.certificate.raw,
    keyed,
    credential: async (kind, names) => {
      const { certificateChain, signer } = await keyed(kind, names);
      return { certificateChain, signer };
    },
  };
}
