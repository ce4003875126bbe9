import { createDiffieHellmanGroup, type SynchronousExchange } from './diffie-hellman-group.js';
import { CryptoError } from './error.js';
import type { GroupName, NamedGroup, RandomBytes } from './provider.js';

/** What RFC 7748 section 6 does with a private key of 32 or 56 bytes. `random` is for blinding. */
export interface XdhFunctions {
  readonly publicKey: (secretKey: Uint8Array, random: RandomBytes) => Uint8Array;
  /** All zero for a share of small order. */
  readonly sharedSecret: (secretKey: Uint8Array, peerShare: Uint8Array, random: RandomBytes) => Uint8Array;
}

interface XdhFacts {
  readonly name: GroupName;
  readonly id: number;
  /** Bytes of a share, of a private key and of the secret. */
  readonly length: number;
}

/** X25519 or X448, RFC 7748 section 6 and RFC 9846 sections 4.3.8.2 and 7.4.2. */
export function xdhGroup({ name, id, length }: XdhFacts, functions: XdhFunctions): NamedGroup {
  return createDiffieHellmanGroup({ name, id, shareLength: length }, (random) =>
    startExchange(name, length, functions, random),
  );
}

function startExchange(
  name: GroupName,
  length: number,
  { publicKey, sharedSecret }: XdhFunctions,
  random: RandomBytes,
): SynchronousExchange {
  // A copy, so that destroying the exchange does not write into the source's memory.
  const secretKey = Uint8Array.from(random(length));
  const share = publicKey(secretKey, random);
  let destroyed = false;
  return {
    share,
    finish: (peerShare) => {
      if (destroyed) throw new CryptoError('used-after-destroy', `${name} exchange`);
      if (peerShare.length !== length) {
        throw new CryptoError('invalid-share', `${name}: expected ${length} bytes, got ${peerShare.length}`);
      }
      const secret = sharedSecret(secretKey, peerShare, random);
      // RFC 9846 section 7.4.2: what a share of small order gives. All bytes are looked at, whatever they are.
      if (secret.reduce((bits, byte) => bits | byte, 0) === 0) {
        throw new CryptoError('invalid-share', `${name}: the shared secret would be all zero`);
      }
      return secret;
    },
    destroy: () => {
      destroyed = true;
      secretKey.fill(0);
    },
  };
}
