import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { CryptoError, type KeyExchange, type NamedGroup, type RandomBytes } from '@portico/crypto';
import { x25519 as nobleX25519 } from '@portico/crypto/noble';
import { base64url, plain } from './bytes.js';

/** RFC 7748 section 5: u-coordinates and scalars are 32 bytes. */
const LENGTH = 32;

/** X25519, RFC 7748 section 6.1 and RFC 9846 sections 4.3.8.2 and 7.4.2. */
export const x25519: NamedGroup = {
  ...nobleX25519,
  start: startExchange,
  respond: (peerShare, random) => {
    const exchange = startExchange(random);
    try {
      return { share: exchange.share, secret: exchange.finish(peerShare) };
    } finally {
      exchange.destroy();
    }
  },
};

interface SynchronousExchange extends KeyExchange {
  finish(peerShare: Uint8Array): Uint8Array;
}

/** The first draw is the private key, so that with an injected source handshakes replay. */
function startExchange(random: RandomBytes): SynchronousExchange {
  const scalar = random(LENGTH);
  let privateKey: KeyObject | null = importScalar(scalar);
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    share: plain(Buffer.from(x as string, 'base64url')),
    finish: (peerShare) => {
      if (privateKey === null) throw new CryptoError('used-after-destroy', 'x25519 exchange');
      if (peerShare.length !== LENGTH) {
        throw new CryptoError('invalid-share', `x25519: expected ${LENGTH} bytes, got ${peerShare.length}`);
      }
      const publicKey = createPublicKey({
        key: { kty: 'OKP', crv: 'X25519', x: base64url(peerShare) },
        format: 'jwk',
      });
      try {
        return refuseZero(plain(diffieHellman({ privateKey, publicKey })));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        // OpenSSL refuses the all-zero result of a small-order point by itself (RFC 7748 section 6.1).
        throw allZero();
      }
    },
    // The key lives in OpenSSL's memory, which wipes it when it is let go.
    destroy: () => {
      privateKey = null;
    },
  };
}

/**
 * A JSON Web Key must have its public half, which OpenSSL computes anew from the private one and does not read: any
 * point will do. PKCS#8 would need none, but takes OpenSSL 3.0 several times as long as the key exchange itself.
 */
function importScalar(scalar: Uint8Array): KeyObject {
  return createPrivateKey({
    key: { kty: 'OKP', crv: 'X25519', x: ANY_POINT, d: base64url(scalar) },
    format: 'jwk',
  });
}

const ANY_POINT = base64url(Uint8Array.of(9, ...new Uint8Array(LENGTH - 1)));

/** RFC 9846 section 7.4.2: checked here too, whatever stands behind `node:crypto`. */
function refuseZero(secret: Uint8Array): Uint8Array {
  let bits = 0;
  for (const byte of secret) bits |= byte;
  if (bits === 0) throw allZero();
  return secret;
}

function allZero(): CryptoError {
  return new CryptoError('invalid-share', 'x25519: the shared secret would be all zero');
}
