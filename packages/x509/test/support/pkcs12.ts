import { createHash, createHmac } from 'node:crypto';
import type { HashName } from '@portico/crypto';
import {
  der,
  derExplicit,
  derImplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
  TAG,
} from '../../src/index.js';

/** The password of every file made here. */
export const PASSWORD = 'x';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const SALT = new Uint8Array(8);

interface MacCost {
  readonly iterations?: number;
  /** What the file says in their place. */
  readonly saying?: number;
}

/** A PFX of those safes, RFC 7292 section 4, with a MAC of SHA-256. */
export function pfx(safes: readonly Uint8Array[], { iterations = 1, saying = iterations }: MacCost = {}): Uint8Array {
  const contents = derSequence(...safes);
  const digest = new Uint8Array(createHmac('sha256', macKey(iterations)).update(contents).digest());
  return derSequence(
    derSmallInteger(3),
    derSequence(derOid(DATA), derExplicit(0, derOctetString(contents))),
    derSequence(
      derSequence(derSequence(derOid('2.16.840.1.101.3.4.2.1'), derNull()), derOctetString(digest)),
      derOctetString(SALT),
      derSmallInteger(saying),
    ),
  );
}

/** A safe of those bags that is not encrypted. */
export function plainSafe(...bags: readonly Uint8Array[]): Uint8Array {
  return derSequence(derOid(DATA), derExplicit(0, derOctetString(derSequence(...bags))));
}

/** A safe whose ciphertext is what stands there, for a cryptography that takes it for the plaintext. */
export function encryptedSafe(derivation: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const content = derSequence(derOid(DATA), encryptionScheme(derivation), derImplicit(0, plaintext));
  return derSequence(derOid(ENCRYPTED_DATA), derExplicit(0, derSequence(derSmallInteger(0), content)));
}

/** PBES2 with AES-256-CBC, RFC 8018 appendix A.4. */
export function encryptionScheme(derivation: Uint8Array): Uint8Array {
  const encryption = derSequence(derOid('2.16.840.1.101.3.4.1.42'), derOctetString(new Uint8Array(16)));
  return derSequence(derOid('1.2.840.113549.1.5.13'), derSequence(derivation, encryption));
}

export function pbkdf2(iterations: number, hash: HashName = 'sha256'): Uint8Array {
  const hmac = derSequence(derOid(`1.2.840.113549.2.${{ sha256: 9, sha384: 10, sha512: 11 }[hash]}`), derNull());
  const parameters = derSequence(derOctetString(SALT), derSmallInteger(iterations), hmac);
  return derSequence(derOid('1.2.840.113549.1.5.12'), parameters);
}

export function scrypt(...cost: readonly [N: number, r: number, p: number]): Uint8Array {
  const parameters = derSequence(derOctetString(SALT), ...cost.map(derSmallInteger));
  return derSequence(derOid('1.3.6.1.4.1.11591.4.11'), parameters);
}

/** A bag with attributes, RFC 7292 section 4.2. */
export function bag(type: string, value: Uint8Array, ...attributes: readonly Uint8Array[]): Uint8Array {
  const set = attributes.length === 0 ? [] : [der(TAG.set, ...attributes)];
  return derSequence(derOid(type), derExplicit(0, value), ...set);
}

export function certificateBag(certificate: Uint8Array, ...attributes: readonly Uint8Array[]): Uint8Array {
  const value = derSequence(derOid('1.2.840.113549.1.9.22.1'), derExplicit(0, derOctetString(certificate)));
  return bag('1.2.840.113549.1.12.10.1.3', value, ...attributes);
}

export function attribute(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), der(TAG.set, value));
}

/** RFC 7292 appendix B.2 for SHA-256, with Node's. */
function macKey(iterations: number): Uint8Array {
  const password = Uint8Array.from([...PASSWORD, '\0'].flatMap((character) => [0, character.charCodeAt(0)]));
  const fill = (text: Uint8Array): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => text[i % text.length] ?? 0);
  let output = Buffer.concat([new Uint8Array(64).fill(3), fill(SALT), fill(password)]);
  for (let i = 0; i < iterations; i++) output = createHash('sha256').update(output).digest();
  return output;
}
