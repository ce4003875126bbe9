import { readFileSync } from 'node:fs';
import { bytesEqual, concatBytes } from '@portico/bytes';
import type { CryptoProvider, KeyAlgorithm, PrivateKey, PublicKey } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import {
  publicTrustProfile,
  strictProfile,
  X509Error,
  type Certificate,
  type Rule,
  type X509ErrorReason,
} from '../src/index.js';
import { createAuthority, createLeaf, generatePrivateKey, type Credential, type LeafOptions } from '../src/issue.js';
import { BASIC_RULES } from '../src/path/certificate-rules.js';
import { randomBytes, seededRandom } from '../../../test/support/random.js';

const random = seededRandom(5280);

const noble = createNobleProvider({ random: (length) => randomBytes(random, length) });

/** Public keys that begin so are toys: their signatures are a hash of key and message, which anybody can make. */
const TOY_MARK = Uint8Array.from('toy key!', (character) => character.charCodeAt(0));

const sha256 = noble.hashes.find(({ name }) => name === 'sha256');

function toyDigest(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256?.digest(concatBytes(...parts)) as Uint8Array;
}

function toySignature(key: Uint8Array, message: Uint8Array): Uint8Array {
  const half = toyDigest(key, message);
  return concatBytes(half, half);
}

/** P-256 in which toy keys cost nothing; all others are what they are. A toy point is uncompressed and on no curve. */
function withToyKeys(real: KeyAlgorithm): KeyAlgorithm {
  const toyKey = (key: PrivateKey): Uint8Array | null => {
    if (key.type !== 'ec' || !bytesEqual(key.scalar.subarray(0, 8), TOY_MARK)) return null;
    const digest = toyDigest(key.scalar);
    return concatBytes(Uint8Array.of(4), TOY_MARK, digest.subarray(8), digest);
  };
  return {
    ...real,
    publicKey: (key) => {
      const point = toyKey(key);
      return point === null ? real.publicKey(key) : { type: 'ec', curve: 'P-256', point };
    },
    sign: (key, algorithm, message, source) => {
      const toy = toyKey(key);
      return toy === null ? real.sign(key, algorithm, message, source) : toySignature(toy, message);
    },
    verify: (key: PublicKey, algorithm, message, signature) =>
      key.type === 'ec' && bytesEqual(key.point.subarray(1, 9), TOY_MARK)
        ? algorithm.type === 'ecdsa' && bytesEqual(signature, toySignature(key.point, message))
        : real.verify(key, algorithm, message, signature),
  };
}

/** Keys and serial numbers are the same in every run. */
export const provider: CryptoProvider = {
  ...noble,
  keyAlgorithms: noble.keyAlgorithms.map((one) => (one.curve === 'P-256' ? withToyKeys(one) : one)),
};

/** The clock of all tests, and a period around it. */
export const NOW: number = Date.UTC(2027, 2, 1, 12);
export const DAY = 86_400_000;
export const notBefore: number = NOW - DAY;
export const notAfter: number = NOW + 30 * DAY;

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** A fresh key that costs nothing to make and to verify with. */
export function newKey(): PrivateKey {
  return { type: 'ec', curve: 'P-256', scalar: concatBytes(TOY_MARK, randomBytes(random, 24)) };
}

/** A fresh P-256 key, for what other programs read. */
export function genuineKey(): PrivateKey {
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

/** The lists of rules as they stand in the verifier. */
export const ruleLists: readonly Rule[][] = [BASIC_RULES, strictProfile.rules, publicTrustProfile.rules].flatMap(
  (rules) => Object.values(rules) as Rule[][],
);

/** Does something with a rule taken out of the verifier, and puts it back. */
export function withoutRule<T>(name: string, action: () => T): T {
  const saved = ruleLists.map((list) => [...list]);
  for (const list of ruleLists) list.splice(0, list.length, ...list.filter((rule) => rule.name !== name));
  try {
    return action();
  } finally {
    for (const [index, list] of ruleLists.entries()) list.splice(0, list.length, ...(saved[index] as Rule[]));
  }
}
