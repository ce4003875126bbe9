import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { describe, expect, it } from 'vitest';
import {
  der,
  derOctetString,
  derSequence,
  encodePem,
  privateKeyFromPem,
  privateKeyToPkcs8,
  TAG,
  X509Error,
} from '../src/index.js';
import {
  DEFAULT_KEY_DERIVATION_ITERATIONS,
  privateKeyFromEncryptedPem,
  privateKeyFromEncryptedPkcs8,
  readPkcs12,
  type EncryptedFileOptions,
  type Pkcs12Contents,
} from '../src/files.js';
import { authority, fixture, provider, reasonOf } from './support.js';
import {
  attribute,
  bag,
  certificateBag,
  encryptedSafe,
  encryptionScheme,
  PASSWORD,
  pbkdf2,
  pfx,
  plainSafe,
  scrypt,
} from './support/pkcs12.js';

/** Takes the ciphertext for the plaintext, so that only what the file says is tried. */
const cryptography: PasswordBasedCryptography = {
  pbkdf2: (_hash, _password, _salt, _iterations, length) => new Uint8Array(length),
  scrypt: (_password, _salt, _cost, length) => new Uint8Array(length),
  decryptAesCbc: (_key, _iv, ciphertext) => ciphertext,
};

async function read(file: Uint8Array, options: EncryptedFileOptions = {}): Promise<Pkcs12Contents> {
  return readPkcs12(file, PASSWORD, { provider, cryptography, ...options });
}

async function outcome(file: Uint8Array, options: EncryptedFileOptions = {}): Promise<string> {
  return read(file, options).then(
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

describe('the work that one file may ask for', () => {
  /** One block of AES: a bag that nobody knows. */
  const emptyBlock = derSequence(bag('1.2.3', derOctetString(new Uint8Array(4))));
  const safe = (derivation: Uint8Array): Uint8Array => encryptedSafe(derivation, emptyBlock);
  const pkcs8 = privateKeyToPkcs8(privateKeyFromPem(fixture('p256.key.pem')));
  const shroudedKey = (derivation: Uint8Array): Uint8Array =>
    derSequence(encryptionScheme(derivation), derOctetString(paddedToBlocks(pkcs8)));
  const shrouded = (derivation: Uint8Array): Uint8Array => bag('1.2.840.113549.1.12.10.1.2', shroudedKey(derivation));
  const tooMuch =
    /^unsupported-key: expected derivations that cost at most (?:-?[0-9.]+|NaN) iterations \(maxIterations\), got/;

  it('is a second of noble, and said by the caller where that is too little', () => {
    expect(DEFAULT_KEY_DERIVATION_ITERATIONS).toBe(350_000);
  });

  // Each derivation costs a hundred beside its iterations; the MAC is one.
  it.each<readonly [what: string, file: () => Uint8Array, cost: number]>([
    ['iterations of the MAC', () => pfx([], { iterations: 1000 }), 1100],
    ['iterations of a safe', () => pfx([safe(pbkdf2(2048))]), 101 + 2148],
    ['those of all safes', () => pfx([safe(pbkdf2(1000)), safe(pbkdf2(2000)), safe(pbkdf2(1))]), 101 + 3301],
    ['those of keys', () => pfx([plainSafe(shrouded(pbkdf2(1000)), shrouded(pbkdf2(1000)))]), 101 + 2200],
    ['an iteration with SHA-512 as three', () => pfx([safe(pbkdf2(1000, 'sha512'))]), 101 + 3100],
    ['an iteration with SHA-384 as three', () => pfx([safe(pbkdf2(1000, 'sha384'))]), 101 + 3100],
    ['three blocks of scrypt as one', () => pfx([safe(scrypt(1024, 3, 4))]), 101 + 4196],
  ])('counts %s', async (_, file, cost) => {
    expect(await outcome(file(), { maxIterations: cost })).toBe('accepted');
    expect(await outcome(file(), { maxIterations: cost - 1 })).toMatch(tooMuch);
  });

  it('is bounded by default', async () => {
    expect(await outcome(pfx([safe(pbkdf2(349_799))]))).toBe('accepted');
    expect(await outcome(pfx([safe(pbkdf2(349_800))]))).toMatch(tooMuch);
    expect(await outcome(pfx(Array.from({ length: 40 }, () => safe(pbkdf2(20_000)))))).toMatch(tooMuch);
    expect(await outcome(pfx([safe(pbkdf2(600_000))], {}), { maxIterations: 1_000_000 })).toBe('accepted');
    expect(await outcome(pfx([]), { maxIterations: NaN })).toMatch(tooMuch);
  });

  it('is not begun where it is too much: the MAC of a password that nobody knows', async () => {
    let digests = 0;
    const hashes = provider.hashes.map((hash) => ({
      ...hash,
      digest: (data: Uint8Array) => {
        digests++;
        return hash.digest(data);
      },
    }));
    const file = pfx([], { iterations: 1, saying: 1_000_000 });
    const counting = { provider: { ...provider, hashes }, cryptography };
    await expect(readPkcs12(file, PASSWORD, counting)).rejects.toThrow(tooMuch);
    expect(digests).toBe(0);
    await expect(readPkcs12(pfx([], { saying: 0 }), PASSWORD, counting)).rejects.toThrow('invalid-key');
  });

  it('is bounded for a key by itself', () => {
    const der = shroudedKey(pbkdf2(1000));
    const pem = encodePem('ENCRYPTED PRIVATE KEY', der);
    const reason = (maxIterations: number): string[] => [
      reasonOf(() => privateKeyFromEncryptedPkcs8(der, PASSWORD, cryptography, { maxIterations })),
      reasonOf(() => privateKeyFromEncryptedPem(pem, PASSWORD, cryptography, { maxIterations })),
    ];
    expect(reason(1100)).toEqual(['accepted', 'accepted']);
    expect(reason(1099)).toEqual(['unsupported-key', 'unsupported-key']);
  });

  it('ends at 64 safes, those within safes included', async () => {
    const within = bag('1.2.840.113549.1.12.10.1.6', derSequence());
    const safes = (plain: number, nested: number): Uint8Array =>
      pfx([
        ...new Array<Uint8Array>(plain).fill(plainSafe()),
        plainSafe(...new Array<Uint8Array>(nested).fill(within)),
      ]);
    expect(await outcome(safes(63, 0))).toBe('accepted');
    expect(await outcome(safes(64, 0))).toBe('too-large: expected at most 64 safes, got 65');
    expect(await outcome(safes(0, 63))).toBe('accepted');
    expect(await outcome(safes(0, 64))).toBe('too-large: expected at most 64 safes, got 65');
  });

  it('ends at four safes within each other', async () => {
    const nested = (depth: number): Uint8Array =>
      depth === 0 ? derSequence() : derSequence(bag('1.2.840.113549.1.12.10.1.6', nested(depth - 1)));
    const within = (depth: number): Uint8Array =>
      pfx([plainSafe(bag('1.2.840.113549.1.12.10.1.6', nested(depth - 1)))]);
    expect(await outcome(within(4))).toBe('accepted');
    expect(await outcome(within(5))).toBe('too-deep: expected at most 4 safes');
  });
});

/** The stand-in for AES keeps what it gets, so that what is there must be whole blocks: an attribute fills the last. */
function paddedToBlocks(pkcs8: Uint8Array): Uint8Array {
  const inner = pkcs8.subarray(pkcs8[1] === 0x81 ? 3 : 2);
  for (let fill = 0; ; fill++) {
    const padded = der(TAG.sequence, inner, der(0xa0, derOctetString(new Uint8Array(fill))));
    if (padded.length % 16 === 0) return padded;
  }
}
