import { asciiToBytes, bytesToHex, concatBytes, utf8ToBytes } from '@portico/bytes';
import { hkdfExpand, hkdfExtract, type CipherSuite, type CryptoProvider, type Hash } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { TlsError } from '../../src/error.js';
import { createCookieProtector } from '../../src/session/cookie-protector.js';
import { checkedKeys } from '../../src/session/named-keys.js';
import { createTicketProtector } from '../../src/session/ticket-protector.js';
import { copiesDuring } from '../support/copies.js';
import { seededProvider } from '../support/provider.js';

const provider = seededProvider(0x9607);
const [suite] = provider.cipherSuites as [CipherSuite];
const [hash] = provider.hashes as [Hash];
const KEY = { name: 'ü', key: new Uint8Array(32).fill(0x71) };
const STATE = Uint8Array.of(1, 2, 3, 4);
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** A provider that notes the keys that it is handed and makes, and how many of its sealers and openers are destroyed. */
function watched(): { readonly provider: CryptoProvider; readonly keys: Uint8Array[]; readonly destroyed: string[] } {
  const keys: Uint8Array[] = [];
  const destroyed: string[] = [];
  const watchedHash: Hash = {
    ...suite.hash,
    hmac: (key, data) => {
      const made = suite.hash.hmac(key, data);
      keys.push(made);
      return made;
    },
  };
  const watchedSuite: CipherSuite = {
    ...suite,
    hash: watchedHash,
    createSealer: (key) => {
      keys.push(key);
      const sealer = suite.createSealer(key);
      return { ...sealer, sealInPlace: sealer.sealInPlace.bind(sealer), destroy: () => destroyed.push('sealer') };
    },
    createOpener: (key) => {
      keys.push(key);
      const opener = suite.createOpener(key);
      return { ...opener, open: opener.open.bind(opener), destroy: () => destroyed.push('opener') };
    },
  };
  return { provider: { ...provider, cipherSuites: [watchedSuite] }, keys, destroyed };
}

/** The key and the nonce of a ticket with this header, by HKDF (RFC 5869), once more. */
function keysOf(header: Uint8Array): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const { keyLength, ivLength } = suite;
  const info = asciiToBytes('portico session ticket');
  const material = hkdfExpand(suite.hash, hkdfExtract(suite.hash, header, KEY.key), info, keyLength + ivLength);
  return { key: material.slice(0, keyLength), nonce: material.slice(keyLength) };
}

describe('a ticket', () => {
  const name = utf8ToBytes(KEY.name);
  const front = Uint8Array.of(1, suite.id >> 8, suite.id & 0xff, name.length, ...name);

  it('is its version, suite, key name and salt, and the state sealed under a key of its own', () => {
    const ticket = createTicketProtector({ provider, keys: [KEY] }).seal(STATE.slice()) as Uint8Array;
    expect(ticket.slice(0, front.length)).toEqual(front);
    const header = ticket.slice(0, front.length + 32);
    const { key, nonce } = keysOf(header);
    expect(suite.createOpener(key).open(nonce, header, ticket.slice(header.length))).toEqual(STATE);
  });

  it('made elsewhere in this way is opened; of another version, or sealed for another header, it is not', () => {
    const { open } = createTicketProtector({ provider, keys: [KEY] });
    const made = (header: Uint8Array, additionalData = header): Uint8Array => {
      const { key, nonce } = keysOf(header);
      const sealed = concatBytes(STATE, new Uint8Array(suite.tagLength));
      suite.createSealer(key).sealInPlace(nonce, additionalData, sealed);
      return concatBytes(header, sealed);
    };
    const salt = new Uint8Array(32).fill(5);
    const header = concatBytes(front, salt);
    expect(open(made(header))).toEqual(STATE);
    expect(open(made(header, NOTHING))).toBeNull();
    for (const version of [0, 2]) expect(open(made(concatBytes(Uint8Array.of(version), header.slice(1))))).toBeNull();
    const unknown = concatBytes(Uint8Array.of(1, 0x13, 0xff), header.slice(3));
    expect(open(made(unknown))).toBeNull();
  });

  it('leaves no key behind, neither where it is sealed nor where it is opened', () => {
    const watch = watched();
    const { seal, open } = createTicketProtector({ provider: watch.provider, keys: [KEY] });
    let ticket: Uint8Array = NOTHING;
    const materials = [
      ...copiesDuring(() => (ticket = seal(STATE.slice()) as Uint8Array), suite.keyLength + suite.ivLength),
      ...copiesDuring(() => expect(open(ticket)).toEqual(STATE), suite.keyLength + suite.ivLength),
    ];
    expect(watch.destroyed).toEqual(['sealer', 'opener']);
    expect(watch.keys.length).toBeGreaterThanOrEqual(6);
    expect(watch.keys.map(isZero)).toEqual(watch.keys.map(() => true));
    const { key, nonce } = keysOf(ticket.slice(0, front.length + 32));
    const material = bytesToHex(concatBytes(key, nonce));
    const held = materials.filter(({ hex }) => hex === material);
    expect(held.length).toBeGreaterThanOrEqual(2);
    for (const { array } of held) expect(isZero(array)).toBe(true);
  });
});

const NOTHING = new Uint8Array(0);

describe('a cookie', () => {
  const macKey = hkdfExpand(
    hash,
    hkdfExtract(hash, new Uint8Array(hash.outputLength), KEY.key),
    asciiToBytes('portico retry cookie'),
    hash.outputLength,
  );
  const made = (seconds: number, version = 1): Uint8Array => {
    const time = Uint8Array.from({ length: 6 }, (_, i) => Math.floor(seconds / 256 ** (5 - i)) % 256);
    const content = Uint8Array.of(version, 2, ...utf8ToBytes(KEY.name), ...time, ...STATE);
    return concatBytes(content, hash.hmac(macKey, content));
  };

  it.each([0, 1_780_000_000, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 32 + 7])(
    'is its version, key name, time and state with a MAC, at second %d as at any other',
    (seconds) => {
      const { seal, open } = createCookieProtector({ provider, keys: [KEY], now: () => seconds * 1000 + 999 });
      expect(seal(STATE)).toEqual(made(seconds));
      expect(open(made(seconds))).toEqual(STATE);
      expect([0, 2].map((version) => open(made(seconds, version)))).toEqual([null, null]);
    },
  );

  it('is taken for a minute unless the application says otherwise, from a second to an hour', () => {
    const at = (seconds: number, holdingSeconds?: number): unknown => {
      const options = holdingSeconds === undefined ? {} : { holdingSeconds };
      return createCookieProtector({ provider, keys: [KEY], now: () => seconds * 1000, ...options }).open(made(1000));
    };
    expect([at(1060), at(1061), at(940), at(939)]).toEqual([STATE, 'expired', STATE, 'expired']);
    expect([at(1001, 1), at(1002, 1), at(4600, 3600), at(4601, 3600)]).toEqual([STATE, 'expired', STATE, 'expired']);
  });

  it('gives its state as bytes of their own, whatever becomes of the hello', () => {
    const cookie = made(0);
    const state = createCookieProtector({ provider, keys: [KEY], now: () => 0 }).open(cookie);
    cookie.fill(0);
    expect(state).toEqual(STATE);
  });
});

describe('what cannot be read for a reason of its own', () => {
  /** No array of bytes at all. */
  const broken = { length: 80, subarray: () => broken } as unknown as Uint8Array;
  Object.defineProperty(broken, 0, {
    get: () => {
      throw new RangeError('broken');
    },
  });

  it('is no unknown ticket or cookie, but an error', () => {
    expect(() => createTicketProtector({ provider, keys: [KEY] }).open(broken)).toThrow('broken');
    expect(() => createCookieProtector({ provider, keys: [KEY], now: () => 0 }).open(broken)).toThrow('broken');
  });
});

describe('keys under names', () => {
  const key = new Uint8Array(32).fill(1);

  it('are copied, the first first, with names of up to 32 bytes', () => {
    const given = [
      { name: 'ü'.repeat(16), key },
      { name: 'b', key: new Uint8Array(40).fill(2) },
    ];
    const checked = checkedKeys('keys', given);
    expect(checked).toEqual(given.map((one) => ({ name: utf8ToBytes(one.name), key: one.key })));
    for (const [i, one] of checked.entries()) expect(one.key).not.toBe(given[i]?.key);
  });

  it.each<[string, { readonly name: string; readonly key: Uint8Array }[], string | undefined]>([
    ['none', [], undefined],
    [
      'one name twice',
      [
        { name: 'a', key },
        { name: 'a', key },
      ],
      undefined,
    ],
    ['an empty name', [{ name: '', key }], undefined],
    ['a name of 33 bytes in 17 characters', [{ name: `a${'ü'.repeat(16)}`, key }], undefined],
    ['31 bytes', [{ name: 'a', key: key.slice(1) }], '31'],
    ['zeros', [{ name: 'a', key: new Uint8Array(32) }], 'zeros'],
  ])('are refused: %s', (_, keys, got) => {
    let refusal: unknown;
    try {
      checkedKeys('ticket keys', keys);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(TlsError);
    expect(refusal).toMatchObject({ reason: 'invalid-configuration', subject: 'ticket keys', got });
  });

  it('are not refused for a zero among others', () => {
    expect(checkedKeys('keys', [{ name: 'a', key: Uint8Array.of(...new Uint8Array(31), 1) }])).toHaveLength(1);
  });
});
