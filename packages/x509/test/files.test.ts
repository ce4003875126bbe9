import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { passwordBasedCryptography as cryptography } from '@portico/crypto/password-based';
import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  decodePem,
  der,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
  keyMatchesCertificate,
  privateKeyFromPem,
  X509Error,
} from '../src/index.js';
import { privateKeyFromEncryptedPem, privateKeyFromEncryptedPkcs8, readPkcs12 } from '../src/files.js';
import { fixture, isX509Error, provider, reasonOf } from './support.js';

const key = privateKeyFromPem(fixture('p256.key.pem'));
const file = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/pkcs12/${name}.p12`, import.meta.url)));
const files = { provider, cryptography };

async function reasonLater(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof X509Error) return error.reason;
    throw error;
  }
  return 'accepted';
}

describe('encrypted PKCS#8, RFC 8018', () => {
  it.each([
    'encrypted',
    'encrypted-aes-128-cbc-hmacWithSHA256',
    'encrypted-aes-128-cbc-hmacWithSHA512',
    'encrypted-aes-256-cbc-hmacWithSHA256',
    'encrypted-aes-256-cbc-hmacWithSHA512',
    'encrypted-scrypt',
  ])('OpenSSL wrote %s', (name) => {
    const pem = fixture(`${name}.key.pem`);
    expect(privateKeyFromEncryptedPem(pem, 'secret', cryptography)).toEqual(key);
    expect(
      privateKeyFromEncryptedPem(`text\n${pem}more`, Uint8Array.from(Buffer.from('secret')), cryptography),
    ).toEqual(key);
    expect(reasonOf(() => privateKeyFromEncryptedPem(pem, 'Secret', cryptography))).toBe('wrong-password');
    expect(reasonOf(() => privateKeyFromEncryptedPem(pem, '', cryptography))).toBe('wrong-password');
  });

  it('a password is UTF-8', () => {
    const pem = fixture('encrypted-unicode.key.pem');
    expect(privateKeyFromEncryptedPem(pem, 'pässword ☎', cryptography)).toEqual(key);
  });

  it('an answer that comes later is a promise', async () => {
    const later: PasswordBasedCryptography = {
      pbkdf2: async (...args) => cryptography.pbkdf2(...args),
      scrypt: async (...args) => cryptography.scrypt(...args),
      decryptAesCbc: async (...args) => cryptography.decryptAesCbc(...args),
    };
    for (const name of ['encrypted', 'encrypted-scrypt']) {
      const promise = privateKeyFromEncryptedPem(fixture(`${name}.key.pem`), 'secret', later);
      expect(promise).toBeInstanceOf(Promise);
      expect(await promise).toEqual(key);
    }
    const wrong = privateKeyFromEncryptedPem(fixture('encrypted.key.pem'), 'wrong', later) as Promise<unknown>;
    expect(await reasonLater(wrong)).toBe('wrong-password');
  });

  it.each([
    ['encrypted-sha1', 'unsupported-key'],
    ['encrypted-des3', 'unsupported-key'],
    ['p256', 'not-found'],
    ['encrypted-traditional', 'not-found'],
  ])('refuses %s: %s', (name, reason) => {
    expect(reasonOf(() => privateKeyFromEncryptedPem(fixture(`${name}.key.pem`), 'secret', cryptography))).toBe(reason);
  });

  const iv = derOctetString(new Uint8Array(16));
  const aes256 = derSequence(derOid('2.16.840.1.101.3.4.1.42'), iv);
  const hmacSha256 = derSequence(derOid('1.2.840.113549.2.9'), derNull());
  const salt = derOctetString(new Uint8Array(8));
  const pbkdf2 = (...fields: Uint8Array[]): Uint8Array =>
    derSequence(derOid('1.2.840.113549.1.5.12'), derSequence(...fields));
  const scrypt = (...numbers: number[]): Uint8Array =>
    derSequence(derOid('1.3.6.1.4.1.11591.4.11'), derSequence(salt, ...numbers.map(derSmallInteger)));
  const encrypted = (derivation: Uint8Array, encryption = aes256, data = new Uint8Array(16)): Uint8Array =>
    derSequence(
      derSequence(derOid('1.2.840.113549.1.5.13'), derSequence(derivation, encryption)),
      derOctetString(data),
    );
  const once = derSmallInteger(1);

  it.each<readonly [what: string, file: Uint8Array, reason: string]>([
    ['no iterations', encrypted(pbkdf2(salt, derSmallInteger(0), hmacSha256)), 'invalid-key'],
    ['iterations without end', encrypted(pbkdf2(salt, derSmallInteger(349_901), hmacSha256)), 'unsupported-key'],
    ['HMAC with SHA-1 by default', encrypted(pbkdf2(salt, once)), 'unsupported-key'],
    ['another length of key', encrypted(pbkdf2(salt, once, derSmallInteger(16), hmacSha256)), 'invalid-key'],
    ['N that is no power of two', encrypted(scrypt(1000, 8, 1)), 'invalid-key'],
    ['N that is one', encrypted(scrypt(1, 8, 1)), 'invalid-key'],
    ['too much memory', encrypted(scrypt(0x40_0000, 8, 1)), 'unsupported-key'],
    ['too many lanes', encrypted(scrypt(1024, 8, 17)), 'unsupported-key'],
    ['another derivation', encrypted(derSequence(derOid('1.2.3'), derSequence())), 'unsupported-key'],
    ['another cipher', encrypted(pbkdf2(salt, once, hmacSha256), derSequence(derOid('1.2.3'), iv)), 'unsupported-key'],
    [
      'a short IV',
      encrypted(pbkdf2(salt, once, hmacSha256), derSequence(derOid('2.16.840.1.101.3.4.1.42'), salt)),
      'invalid-key',
    ],
    ['no ciphertext', encrypted(pbkdf2(salt, once, hmacSha256), aes256, new Uint8Array(0)), 'invalid-key'],
    ['half a block', encrypted(pbkdf2(salt, once, hmacSha256), aes256, new Uint8Array(24)), 'invalid-key'],
    ['the length that is right', encrypted(pbkdf2(salt, once, derSmallInteger(32), hmacSha256)), 'wrong-password'],
  ])('%s', (_, encoding, reason) => {
    expect(reasonOf(() => privateKeyFromEncryptedPkcs8(encoding, 'secret', cryptography))).toBe(reason);
  });

  it('nothing but our error, whatever is changed', () => {
    const quick: PasswordBasedCryptography = {
      pbkdf2: (_hash, _password, _salt, _iterations, length) => new Uint8Array(length),
      scrypt: (_password, _salt, _cost, length) => new Uint8Array(length),
      decryptAesCbc: (_key, _iv, ciphertext) => ciphertext,
    };
    const [block] = decodePem(fixture('encrypted.key.pem'));
    const original = block?.bytes as Uint8Array;
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const changed = original.map((octet, i) => (i === at ? value : octet)).slice(0, cut ? at : undefined);
        try {
          privateKeyFromEncryptedPkcs8(changed, 'secret', quick);
        } catch (error) {
          expect(isX509Error(error)).toBe(true);
        }
      }),
    );
  });
});

describe('PKCS#12, RFC 7292', () => {
  const [end] = certificatesFromPem(fixture('p256-leaf.pem'));
  const [root] = certificatesFromPem(fixture('p256-root.pem'));

  it('a key, its certificate and its CA, under their names', async () => {
    const { keys, certificates } = await readPkcs12(file('modern'), 'secret', files);
    expect(keys).toEqual([
      { privateKey: key, friendlyName: 'Ünïcode name', localKeyId: expect.stringMatching(/^[0-9a-f]{40}$/) as string },
    ]);
    expect(certificates.map(({ certificate }) => certificate.raw)).toEqual([end?.raw, root?.raw]);
    expect(certificates[0]?.localKeyId).toBe(keys[0]?.localKeyId);
    expect(certificates[1]).toMatchObject({ friendlyName: null, localKeyId: null });
    for (const { certificate } of certificates.slice(0, 1)) {
      expect(keyMatchesCertificate(provider, keys[0]?.privateKey as typeof key, certificate)).toBe(true);
    }
  });

  it('nothing encrypted, a MAC with SHA-512', async () => {
    const { keys, certificates } = await readPkcs12(file('plain'), 'secret', files);
    expect(keys.map(({ privateKey }) => privateKey)).toEqual([key]);
    expect(certificates).toHaveLength(1);
  });

  it('a password outside ASCII', async () => {
    expect((await readPkcs12(file('unicode'), 'pässword', files)).keys).toHaveLength(1);
  });

  it.each([
    ['modern', 'wrong', 'wrong-password'],
    ['plain', 'wrong', 'wrong-password'],
    ['modern', '', 'wrong-password'],
    ['without-mac', 'secret', 'unsupported-key'],
    ['sha1-mac', 'secret', 'unsupported-key'],
    ['old-ciphers', 'secret', 'unsupported-key'],
  ])('%s with "%s": %s', async (name, password, reason) => {
    expect(await reasonLater(readPkcs12(file(name), password, files))).toBe(reason);
  });

  it('a changed octet of the contents is seen before anything is decrypted', async () => {
    const original = file('modern');
    let decrypted = 0;
    const counting: PasswordBasedCryptography = {
      ...cryptography,
      decryptAesCbc: (...args) => {
        decrypted++;
        return cryptography.decryptAesCbc(...args);
      },
    };
    const changed = original.map((octet, i) => (i === 400 ? octet ^ 1 : octet));
    expect(await reasonLater(readPkcs12(changed, 'secret', { provider, cryptography: counting }))).toBe(
      'wrong-password',
    );
    expect(decrypted).toBe(0);
  });

  it('cut anywhere it is refused, with our error', async () => {
    const original = file('plain');
    for (let length = 0; length < original.length; length += 7) {
      expect(await reasonLater(readPkcs12(original.subarray(0, length), 'secret', files))).not.toBe('accepted');
    }
    expect(await reasonLater(readPkcs12(der(0x30), 'secret', files))).toBe('truncated');
    expect(await reasonLater(readPkcs12(new Uint8Array(0x100_0001), 'secret', files))).toBe('too-large');
  });
});
