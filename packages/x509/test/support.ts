import { readFileSync } from 'node:fs';
import type { CryptoProvider, PrivateKey } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { X509Error, type Certificate, type X509ErrorReason } from '../src/index.js';
import { createAuthority, createLeaf, generatePrivateKey, type Credential, type LeafOptions } from '../src/issue.js';
import { randomBytes, seededRandom } from '../../../test/support/random.js';

const random = seededRandom(5280);

/** Keys and serial numbers are the same in every run. */
export const provider: CryptoProvider = createNobleProvider({ random: (length) => randomBytes(random, length) });

/** The clock of all tests, and a period around it. */
export const NOW: number = Date.UTC(2027, 2, 1, 12);
export const DAY = 86_400_000;
export const notBefore: number = NOW - DAY;
export const notAfter: number = NOW + 30 * DAY;

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** A fresh P-256 key: the fastest to make and to verify with here. */
export function newKey(): PrivateKey {
  return generatePrivateKey(provider, 'P-256') as PrivateKey;
}

export const leafKey: PrivateKey = newKey();

/** A CA; self-signed unless an issuer is given. */
export function authority(name: string, options: Partial<Parameters<typeof createAuthority>[0]> = {}): Credential {
  return createAuthority({
    provider,
    privateKey: newKey(),
    subject: [['CN', name]],
    notBefore,
    notAfter,
    ...options,
  });
}

/** A leaf for example.com. */
export function leaf(issuer: Credential, options: Partial<LeafOptions> = {}): Certificate {
  return createLeaf({ provider, issuer, key: leafKey, names: ['example.com'], notBefore, notAfter, ...options });
}

export function isX509Error(error: unknown): boolean {
  return error instanceof X509Error;
}

/** The reason for which a call was refused, or 'accepted'; anything but an X509Error is thrown on. */
export function reasonOf(action: () => unknown): X509ErrorReason | 'accepted' {
  try {
    action();
  } catch (error) {
    if (error instanceof X509Error) return error.reason;
    throw error;
  }
  return 'accepted';
}
