import { CryptoError } from '../error.js';
import type { NamedGroup, RandomBytes } from '../provider.js';
import { xdhGroup } from '../xdh-group.js';
import { nobleX448 } from './curve448.js';
import { withRandom } from './scoped-random.js';

const LENGTH = 56;

/** X448, RFC 7748 section 6.2 and RFC 9846 section 4.3.8.2. */
export const x448: NamedGroup = /* @__PURE__ */ xdhGroup(
  { name: 'x448', id: 0x001e, length: LENGTH },
  {
    publicKey: (secretKey, random) => withRandom(random, () => nobleX448().getPublicKey(secretKey)),
    sharedSecret,
  },
);

function sharedSecret(secretKey: Uint8Array, peerShare: Uint8Array, random: RandomBytes): Uint8Array {
  try {
    return withRandom(random, () => nobleX448().getSharedSecret(secretKey, peerShare));
  } catch (error) {
    if (error instanceof CryptoError) throw error;
    // noble refuses the shares of small order instead of giving their result (RFC 7748 section 6.2).
    return new Uint8Array(LENGTH);
  }
}
