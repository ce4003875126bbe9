import { copyBytes } from '@portico/bytes';
import { ml_kem1024, ml_kem512, ml_kem768, type MLKEM } from '@noble/post-quantum/ml-kem.js';
import { CryptoError } from '../error.js';
import type { GroupName, NamedGroup, RandomBytes } from '../provider.js';

/** ML-KEM-512, FIPS 203 section 8, as a group of draft-ietf-tls-mlkem. */
export const mlkem512: NamedGroup = /* @__PURE__ */ kemGroup(
  'MLKEM512',
  0x0200,
  { encapsulationKey: 800, ciphertext: 768 },
  () => ml_kem512,
);
/** ML-KEM-768, FIPS 203 section 8, as a group of draft-ietf-tls-mlkem. */
export const mlkem768: NamedGroup = /* @__PURE__ */ kemGroup(
  'MLKEM768',
  0x0201,
  { encapsulationKey: 1184, ciphertext: 1088 },
  () => ml_kem768,
);
/** ML-KEM-1024, FIPS 203 section 8, as a group of draft-ietf-tls-mlkem. */
export const mlkem1024: NamedGroup = /* @__PURE__ */ kemGroup(
  'MLKEM1024',
  0x0202,
  { encapsulationKey: 1568, ciphertext: 1568 },
  () => ml_kem1024,
);

/** Bytes of d and z, FIPS 203 section 7.1. */
const SEED_LENGTH = 64;
/** Bytes of m, FIPS 203 section 7.2. */
const MESSAGE_LENGTH = 32;
/** Bytes, FIPS 203 table 3. */
interface KemLengths {
  readonly encapsulationKey: number;
  readonly ciphertext: number;
}

/**
 * The client's share is an encapsulation key, the server's a ciphertext. A ciphertext for another key is no error but
 * another secret (implicit rejection, FIPS 203 section 6.3): the handshake then fails at the first protected record.
 */
function kemGroup(name: GroupName, id: number, lengths: KemLengths, noble: () => MLKEM): NamedGroup {
  const checkLength = (share: Uint8Array, length: number): void => {
    if (share.length !== length) {
      throw new CryptoError('invalid-share', `${name}: expected ${length} bytes, got ${share.length}`);
    }
  };
  return {
    name,
    id,
    shareLength: lengths.encapsulationKey,
    answerLength: lengths.ciphertext,
    byDefault: 'off',
    start: (random) => {
      // A copy, so that wiping it does not write into the source's memory.
      const seed = Uint8Array.from(random(SEED_LENGTH));
      if (seed.length !== SEED_LENGTH) {
        throw new CryptoError('invalid-length', `${name}: expected a seed of ${SEED_LENGTH} bytes, got ${seed.length}`);
      }
      const { publicKey, secretKey } = noble().keygen(seed);
      seed.fill(0);
      let destroyed = false;
      return {
        share: publicKey,
        finish: (ciphertext) => {
          if (destroyed) throw new CryptoError('used-after-destroy', `${name} exchange`);
          checkLength(ciphertext, lengths.ciphertext);
          return noble().decapsulate(ciphertext, secretKey);
        },
        destroy: () => {
          destroyed = true;
          secretKey.fill(0);
        },
      };
    },
    respond: (encapsulationKey, random) => {
      checkLength(encapsulationKey, lengths.encapsulationKey);
      checkModulus(name, encapsulationKey);
      return encapsulate(noble(), encapsulationKey, random);
    },
  };
}

function encapsulate(
  noble: MLKEM,
  encapsulationKey: Uint8Array,
  random: RandomBytes,
): { readonly share: Uint8Array; readonly secret: Uint8Array } {
  const message = Uint8Array.from(random(MESSAGE_LENGTH));
  const { cipherText, sharedSecret } = noble.encapsulate(encapsulationKey, message);
  message.fill(0);
  // noble gives a view of a larger array.
  const secret = copyBytes(sharedSecret);
  sharedSecret.fill(0);
  return { share: cipherText, secret };
}

/** FIPS 203 section 2.4. */
const Q = 3329;

/**
 * The modulus check of FIPS 203 section 7.2: each 12-bit coefficient of t is below q. noble checks it too; this one does
 * not depend on how it reports that.
 */
function checkModulus(name: GroupName, encapsulationKey: Uint8Array): void {
  const end = encapsulationKey.length - 32;
  for (let i = 0; i < end; i += 3) {
    const middle = encapsulationKey[i + 1] as number;
    const low = (encapsulationKey[i] as number) | ((middle & 0x0f) << 8);
    const high = (middle >> 4) | ((encapsulationKey[i + 2] as number) << 4);
    if (low >= Q || high >= Q) throw new CryptoError('invalid-share', `${name}: a coefficient is not below ${Q}`);
  }
}
