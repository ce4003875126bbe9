import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { describe, expect, it } from 'vitest';
import { der, derOctetString, TAG, X509Error } from '../src/index.js';
import { readPkcs12, type Pkcs12Contents } from '../src/files.js';
import { authority, provider } from './support.js';
import { attribute, certificateBag, PASSWORD, pfx, plainSafe } from './support/pkcs12.js';

/** Takes the ciphertext for the plaintext, so that only what the file says is tried. */
const cryptography: PasswordBasedCryptography = {
  pbkdf2: (_hash, _password, _salt, _iterations, length) => new Uint8Array(length),
  scrypt: (_password, _salt, _cost, length) => new Uint8Array(length),
  decryptAesCbc: (_key, _iv, ciphertext) => ciphertext,
};

async function read(file: Uint8Array): Promise<Pkcs12Contents> {
  return readPkcs12(file, PASSWORD, { provider, cryptography });
}

async function outcome(file: Uint8Array): Promise<string> {
  return read(file).then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof X509Error) return error.message;
      throw error;
    },
  );
}

const certificate = authority('root').certificate.raw;
const friendlyName = (octets: number): Uint8Array =>
  attribute('1.2.840.113549.1.9.20', der(TAG.bmpString, new Uint8Array(octets).fill(0x41)));
const localKeyId = (octets: number): Uint8Array =>
  attribute('1.2.840.113549.1.9.21', derOctetString(new Uint8Array(octets)));
const named = (...attributes: readonly Uint8Array[]): Uint8Array =>
  pfx([plainSafe(certificateBag(certificate, ...attributes))]);

describe('names in a PKCS#12 file', () => {
  it('are as long as RFC 2985 has them', async () => {
    const { certificates } = await read(named(friendlyName(2 * 255), localKeyId(255)));
    expect(certificates).toMatchObject([{ friendlyName: '\u4141'.repeat(255), localKeyId: '00'.repeat(255) }]);
  });

  it.each([
    [
      'a name of 256 characters',
      named(friendlyName(2 * 256)),
      'too-large: expected at most 510 octets of friendlyName, got 512',
    ],
    [
      'one of 300,000',
      named(friendlyName(600_000)),
      'too-large: expected at most 510 octets of friendlyName, got 600000',
    ],
    ['half a character', named(friendlyName(3)), 'invalid-string at offset'],
    [
      'a key identifier of 256 octets',
      named(localKeyId(256)),
      'too-large: expected at most 255 octets of localKeyId, got 256',
    ],
  ])('%s is refused', async (_, file, message) => {
    expect(await outcome(file)).toContain(message);
  });
});
