import * as nodeCrypto from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bytesEqual, concatBytes } from '@portico/bytes';
import { CryptoError, type KeyExchange, type NamedGroup, type RandomBytes } from '@portico/crypto';
import {
  mlkem1024 as nobleMlKem1024,
  mlkem512 as nobleMlKem512,
  mlkem768 as nobleMlKem768,
} from '@portico/crypto/noble';
import { plain } from './bytes.js';

/** ML-KEM-512, FIPS 203 section 8. */
export const mlkem512: NamedGroup = nodeKem(nobleMlKem512, 1);
/** ML-KEM-768, FIPS 203 section 8. */
export const mlkem768: NamedGroup = nodeKem(nobleMlKem768, 2);
/** ML-KEM-1024, FIPS 203 section 8. */
export const mlkem1024: NamedGroup = nodeKem(nobleMlKem1024, 3);

/** What Node has since 24.7, where its OpenSSL is 3.5 or newer; the typings of older ones do not know it. */
interface Encapsulation {
  readonly encapsulate?: (publicKey: KeyObject) => { readonly sharedKey: Buffer; readonly ciphertext: Buffer };
  readonly decapsulate?: (privateKey: KeyObject, ciphertext: Uint8Array) => Buffer;
}
const { encapsulate, decapsulate }: Encapsulation = nodeCrypto as Encapsulation;

/** Bytes of d and z, FIPS 203 section 7.1. */
const SEED_LENGTH = 64;

/**
 * ML-KEM over OpenSSL; `group` is the same over noble, which says the lengths. An answer's randomness is OpenSSL's own:
 * it takes no other. OpenSSL makes the modulus check of FIPS 203 section 7.2.
 */
function nodeKem(group: NamedGroup, parameterSet: 1 | 2 | 3): NamedGroup {
  const { name, shareLength, answerLength = shareLength } = group;
  const checkLength = (share: Uint8Array, length: number): void => {
    if (share.length !== length) {
      throw new CryptoError('invalid-share', `${name}: expected ${length} bytes, got ${share.length}`);
    }
  };
  return {
    ...group,
    start: (random) => {
      const seed = random(SEED_LENGTH);
      if (seed.length !== SEED_LENGTH) {
        throw new CryptoError('invalid-length', `${name}: expected a seed of ${SEED_LENGTH} bytes, got ${seed.length}`);
      }
      let privateKey: KeyObject | null = importSeed(parameterSet, seed);
      const spki = nodeCrypto.createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      return {
        share: Uint8Array.from(spki.subarray(-shareLength)),
        finish: (ciphertext) => {
          if (privateKey === null) throw new CryptoError('used-after-destroy', `${name} exchange`);
          checkLength(ciphertext, answerLength);
          return plain((decapsulate as NonNullable<typeof decapsulate>)(privateKey, ciphertext));
        },
        // The key lives in OpenSSL's memory, which wipes it when it is let go.
        destroy: () => {
          privateKey = null;
        },
      };
    },
    respond: (encapsulationKey) => {
      checkLength(encapsulationKey, shareLength);
      const publicKey = importEncapsulationKey(name, parameterSet, encapsulationKey);
      const { ciphertext, sharedKey } = (encapsulate as NonNullable<typeof encapsulate>)(publicKey);
      return { share: plain(ciphertext), secret: plain(sharedKey) };
    },
  };
}

/** Whether this build of Node has the group: a key made from a seed, and what was encapsulated to it. */
export function doesMlKem(group: NamedGroup): boolean {
  if (encapsulate === undefined || decapsulate === undefined) return false;
  const random: RandomBytes = (length) => new Uint8Array(length);
  try {
    const exchange = group.start(random) as KeyExchange;
    const answer = group.respond(exchange.share, random) as { readonly share: Uint8Array; readonly secret: Uint8Array };
    return bytesEqual(exchange.finish(answer.share) as Uint8Array, answer.secret);
  } catch {
    return false;
  }
}

/** AlgorithmIdentifier: id-alg-ml-kem-512, -768 or -1024 without parameters, draft-ietf-lamps-kyber-certificates. */
function algorithmIdentifier(parameterSet: 1 | 2 | 3): Uint8Array {
  return Uint8Array.of(0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, parameterSet);
}

/** PKCS#8 with the seed alone, as the same draft has it. */
function importSeed(parameterSet: 1 | 2 | 3, seed: Uint8Array): KeyObject {
  const key = concatBytes(
    Uint8Array.of(0x30, 0x54, 0x02, 0x01, 0x00),
    algorithmIdentifier(parameterSet),
    Uint8Array.of(0x04, 0x42, 0x80, 0x40),
    seed,
  );
  try {
    return nodeCrypto.createPrivateKey({ key: Buffer.from(key.buffer), format: 'der', type: 'pkcs8' });
  } finally {
    key.fill(0);
  }
}

/** SubjectPublicKeyInfo with the key as it is. */
function importEncapsulationKey(name: string, parameterSet: 1 | 2 | 3, encapsulationKey: Uint8Array): KeyObject {
  const bitString = encapsulationKey.length + 1;
  const algorithm = algorithmIdentifier(parameterSet);
  const body = algorithm.length + 4 + bitString;
  const key = concatBytes(
    Uint8Array.of(0x30, 0x82, body >> 8, body & 0xff),
    algorithm,
    Uint8Array.of(0x03, 0x82, bitString >> 8, bitString & 0xff, 0x00),
    encapsulationKey,
  );
  try {
    return nodeCrypto.createPublicKey({ key: Buffer.from(key.buffer), format: 'der', type: 'spki' });
  } catch {
    // The lengths are right, so that this is the modulus check of FIPS 203 section 7.2.
    throw new CryptoError('invalid-share', `${name}: OpenSSL does not take the encapsulation key`);
  }
}
