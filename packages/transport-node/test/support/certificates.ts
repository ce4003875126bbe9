import type { PrivateKey, PublicKey } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { privateKeyToPem } from '@portico/x509';
import {
  certificatesToPem,
  createAuthority,
  createLeaf,
  generatePrivateKey,
  issueOcspResponse,
  type Credential,
  type OcspAnswer,
} from '@portico/x509/issue';
import { randomBytes } from 'node:crypto';

const DAY = 86_400_000;
const now = Date.now();
export const provider = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });

/** A certificate and key as `connect` and `createServer` take them. */
export interface PemCredential {
  readonly cert: string;
  readonly key: string;
}

export const authority: Credential = makeAuthority('Portico test CA');
/** In no test's trust store. */
export const strangeAuthority: Credential = makeAuthority('Somebody else');
export const ca: string = certificatesToPem([authority.certificate]);

/** Issues a leaf for these names. */
export function issue(
  names: readonly string[],
  issuer: Credential = authority,
  end: number = now + 30 * DAY,
): PemCredential {
  const key = newKey();
  const leaf = createLeaf({ provider, issuer, key, names, notBefore: now - 60 * DAY, notAfter: end });
  return { cert: certificatesToPem([leaf]), key: privateKeyToPem(key) };
}

/** A leaf for localhost with this key. */
export function certify(key: PublicKey): string {
  const validity = { notBefore: now - DAY, notAfter: now + DAY };
  return certificatesToPem([createLeaf({ provider, issuer: authority, key, names: ['localhost'], ...validity })]);
}

export const localhost: PemCredential = issue(['localhost', '127.0.0.1', 'sip:localhost']);
export const clientCredential: PemCredential = issue(['client.example', 'sip:client.example']);
export const strangeCredential: PemCredential = issue(['localhost', '127.0.0.1'], strangeAuthority);
export const expiredCredential: PemCredential = issue(['localhost', '127.0.0.1'], authority, now - DAY);

/** A leaf for localhost with the CA's word about it, as `ocspResponse` takes it. */
export function issueWithStatus(status: OcspAnswer['status']): PemCredential & { readonly ocspResponse: Uint8Array } {
  const key = newKey();
  const names = ['localhost', '127.0.0.1'];
  const leaf = createLeaf({ provider, issuer: authority, key, names, notBefore: now - DAY, notAfter: now + DAY });
  const response = issueOcspResponse({
    provider,
    responder: authority,
    producedAt: now - 1000,
    hash: { oid: '2.16.840.1.101.3.4.2.1', digest: (data) => provider.hashes[0]?.digest(data) ?? data },
    answers: [
      { certificate: leaf, issuer: authority.certificate, status, thisUpdate: now - 1000, nextUpdate: now + DAY },
    ],
  }) as Uint8Array;
  return { cert: certificatesToPem([leaf]), key: privateKeyToPem(key), ocspResponse: response };
}

function makeAuthority(name: string): Credential {
  return createAuthority({
    provider,
    privateKey: newKey(),
    subject: [['CN', name]],
    notBefore: now - 60 * DAY,
    notAfter: now + 60 * DAY,
  });
}

function newKey(): PrivateKey {
  return generatePrivateKey(provider, 'P-256') as PrivateKey;
}
