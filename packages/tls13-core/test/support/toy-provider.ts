import { concatBytes, copyBytes } from '@portico/bytes';
import {
  createProvider,
  CryptoError,
  type AeadOpener,
  type AeadSealer,
  type CipherSuite,
  type CipherSuiteName,
  type CryptoProvider,
  type GroupName,
  type Hash,
  type HashState,
  type KeyAlgorithm,
  type NamedGroup,
  type RandomBytes,
} from '@portico/crypto';
import { randomBytes, seededRandom } from '../../../../test/support/random.js';

/*
 * Cryptography that protects nothing and costs next to nothing. The protocol around it is the real one, so that tests
 * of the protocol can run tens of thousands of handshakes. Every part still depends on all of its inputs: a wrong key,
 * nonce, transcript or byte is found out.
 */

/** A provider with toy algorithms under the real names, whose randomness is a function of the seed. */
export function toyProvider(seed: number, hashes: 'one hash' | 'two hashes' = 'one hash'): CryptoProvider {
  const random = seededRandom(seed);
  return createProvider({
    name: 'toy',
    random: (length) => randomBytes(random, length),
    hashes: hashes === 'one hash' ? [TOY_HASH] : [TOY_HASH, LONGER_TOY_HASH],
    cipherSuites: [
      toySuite('TLS_CHACHA20_POLY1305_SHA256', 0x1303),
      toySuite('TLS_AES_128_GCM_SHA256', 0x1301, 1000),
      ...(hashes === 'one hash' ? [] : [toySuite('TLS_AES_256_GCM_SHA384', 0x1302, Infinity, LONGER_TOY_HASH)]),
    ],
    groups: [toyGroup('x25519', 0x001d, 32), toyGroup('secp256r1', 0x0017, 65), toyGroup('secp384r1', 0x0018, 97)],
    keyAlgorithms: [TOY_SIGNATURE],
  });
}

const LENGTH = 32;

class ToyHashState implements HashState {
  readonly #lanes: Uint32Array;
  #count: number;

  constructor(lanes: Uint32Array = new Uint32Array(8).fill(0x9e3779b9), count = 0) {
    this.#lanes = lanes;
    this.#count = count;
  }

  update(data: Uint8Array): void {
    const lanes = this.#lanes;
    let count = this.#count;
    let previous = lanes[(count + 7) & 7] as number;
    for (let i = 0; i < data.length; i++, count++) {
      const mixed =
        Math.imul((lanes[count & 7] as number) ^ (data[i] as number) ^ (previous >>> 11), 0x01000193) + previous;
      previous = mixed ^ (mixed >>> 15);
      lanes[count & 7] = previous;
    }
    this.#count = count;
  }

  clone(): HashState {
    return new ToyHashState(this.#lanes.slice(), this.#count);
  }

  digest(): Uint8Array {
    this.update(FINAL_ROUNDS);
    return new Uint8Array(this.#lanes.buffer.slice(0));
  }
}

const FINAL_ROUNDS = new Uint8Array(LENGTH).fill(0x5c);

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const state = new ToyHashState();
  for (const part of parts) {
    state.update(Uint8Array.of(part.length >> 8, part.length));
    state.update(part);
  }
  return state.digest();
}

const TOY_HASH: Hash = {
  name: 'sha256',
  outputLength: LENGTH,
  create: () => new ToyHashState(),
  digest: (data) => {
    const state = new ToyHashState();
    state.update(data);
    return state.digest();
  },
  hmac: (key, data) => hashOf(key, data),
};

/** The same, half as long again. */
const LONGER_TOY_HASH: Hash = {
  name: 'sha384',
  outputLength: 48,
  create: () => new LongerToyHashState(new ToyHashState()),
  digest: (data) => longer(TOY_HASH.digest(data)),
  hmac: (key, data) => longer(TOY_HASH.hmac(key, data)),
};

function longer(digest: Uint8Array): Uint8Array {
  return concatBytes(digest, hashOf(digest).subarray(0, 16));
}

class LongerToyHashState implements HashState {
  readonly #inner: HashState;

  constructor(inner: HashState) {
    this.#inner = inner;
  }

  update(data: Uint8Array): void {
    this.#inner.update(data);
  }

  clone(): HashState {
    return new LongerToyHashState(this.#inner.clone());
  }

  digest(): Uint8Array {
    return longer(this.#inner.digest());
  }
}

const TAG_LENGTH = 16;

function toySuite(
  name: CipherSuiteName,
  id: number,
  confidentialityLimit = Infinity,
  hash: Hash = TOY_HASH,
): CipherSuite {
  return {
    name,
    id,
    hash,
    keyLength: 16,
    ivLength: 12,
    tagLength: TAG_LENGTH,
    confidentialityLimit,
    createSealer: toySealer,
    createOpener: toyOpener,
  };
}

function toySealer(key: Uint8Array): AeadSealer {
  const ownKey = copyBytes(key);
  return {
    sealInPlace: (nonce, additionalData, buffer) => {
      const text = buffer.subarray(0, buffer.length - TAG_LENGTH);
      xorStream(ownKey, nonce, text);
      buffer.set(tagOf(ownKey, nonce, additionalData, text), text.length);
    },
    destroy: () => ownKey.fill(0),
  };
}

function toyOpener(key: Uint8Array): AeadOpener {
  const ownKey = copyBytes(key);
  return {
    open: (nonce, additionalData, sealed) => {
      if (sealed.length < TAG_LENGTH) return null;
      const text = copyBytes(sealed.subarray(0, sealed.length - TAG_LENGTH));
      const tag = tagOf(ownKey, nonce, additionalData, text);
      if (tag.some((byte, index) => byte !== sealed[text.length + index])) return null;
      xorStream(ownKey, nonce, text);
      return text;
    },
    destroy: () => ownKey.fill(0),
  };
}

function tagOf(key: Uint8Array, nonce: Uint8Array, additionalData: Uint8Array, text: Uint8Array): Uint8Array {
  return hashOf(key, nonce, additionalData, text).subarray(0, TAG_LENGTH);
}

function xorStream(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): void {
  const stream = hashOf(key, nonce);
  for (let i = 0; i < text.length; i++) text[i] = (text[i] as number) ^ (stream[i % LENGTH] as number);
}

function toyGroup(name: GroupName, id: number, shareLength: number): NamedGroup {
  const check = (share: Uint8Array): void => {
    if (share.length !== shareLength || share.every((byte) => byte === 0)) {
      throw new CryptoError('invalid-share', name);
    }
  };
  return {
    name,
    id,
    shareLength,
    start: (random) => {
      const share = random(shareLength);
      return {
        share,
        finish: (peerShare) => {
          check(peerShare);
          return hashOf(share, peerShare);
        },
        destroy: () => undefined,
      };
    },
    respond: (peerShare, random: RandomBytes) => {
      check(peerShare);
      const share = random(shareLength);
      return { share, secret: hashOf(peerShare, share) };
    },
  };
}

/** Under the name of Ed25519, whose keys are plain bytes: the public key is the hash of the seed. */
const TOY_SIGNATURE: KeyAlgorithm = {
  keyType: 'ed25519',
  verify: (publicKey, _algorithm, message, signature) => {
    if (publicKey.type !== 'ed25519') return false;
    const expected = hashOf(publicKey.key, message);
    return signature.length === LENGTH && expected.every((byte, index) => byte === signature[index]);
  },
  sign: (privateKey, _algorithm, message) => {
    if (privateKey.type !== 'ed25519') throw new CryptoError('invalid-key', privateKey.type);
    return hashOf(hashOf(privateKey.seed), message);
  },
  publicKey: (privateKey) => {
    if (privateKey.type !== 'ed25519') throw new CryptoError('invalid-key', privateKey.type);
    return { type: 'ed25519', key: hashOf(privateKey.seed) };
  },
};
