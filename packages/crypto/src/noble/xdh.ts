import type { MontgomeryECDH } from '@noble/curves/abstract/montgomery.js';
import { CryptoError } from '../error.js';
import type { XdhFunctions } from '../xdh-group.js';
import { withRandom } from './scoped-random.js';

/** noble's X25519 or X448, whose shares have `length` bytes. */
export function nobleXdh(length: number, noble: () => MontgomeryECDH): XdhFunctions {
  return {
    publicKey: (secretKey, random) => withRandom(random, () => noble().getPublicKey(secretKey)),
    sharedSecret: (secretKey, peerShare, random) => {
      try {
        return withRandom(random, () => noble().getSharedSecret(secretKey, peerShare));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        // noble refuses the shares of small order instead of giving their result (RFC 7748 section 6).
        return new Uint8Array(length);
      }
    },
  };
}
