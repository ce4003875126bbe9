import type { PrivateKey } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { privateKeyToPem } from '@portico/x509';
import {
  certificatesToPem,
  createAuthority,
  createLeaf,
  generatePrivateKey,
  type Credential,
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

export const localhost: PemCredential = issue(['localhost', '127.0.0.1', 'sip:localhost']);
export const clientCredential: PemCredential = issue(['client.example', 'sip:client.example']);
export const strangeCredential: PemCredential = issue(['localhost', '127.0.0.1'], strangeAuthority);
export const expiredCredential: PemCredential = issue(['localhost', '127.0.0.1'], authority, now - DAY);

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
