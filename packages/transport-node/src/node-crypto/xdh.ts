import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import {
  createDiffieHellmanGroup,
  CryptoError,
  type NamedGroup,
  type RandomBytes,
  type SynchronousExchange,
} from '@portico/crypto';
import { x25519 as nobleX25519, x448 as nobleX448 } from '@portico/crypto/noble';
import { base64url, plain } from './bytes.js';

/** X25519, RFC 7748 section 6.1 and RFC 9846 sections 4.3.8.2 and 7.4.2. */
export const x25519: NamedGroup = xdhGroup(nobleX25519, 'X25519');
/** X448, RFC 7748 section 6.2 and RFC 9846 sections 4.3.8.2 and 7.4.2. */
export const x448: NamedGroup = xdhGroup(nobleX448, 'X448');

/** RFC 8037 section 2: the name of the curve in a JSON Web Key. */
type CurveName = 'X25519' | 'X448';

/** u-coordinates and scalars are of one length (RFC 7748 section 5), that of the group's share. */
function xdhGroup(group: NamedGroup, curve: CurveName): NamedGroup {
  return createDiffieHellmanGroup(group, (random) => startExchange(group, curve, random));
}

/** The first draw is the private key, so that with an injected source handshakes replay. */
function startExchange({ name, shareLength }: NamedGroup, curve: CurveName, random: RandomBytes): SynchronousExchange {
  const scalar = random(shareLength);
  let privateKey: KeyObject | null = importScalar(curve, scalar);
  // Out of the private key: a public one of its own takes as long to make as the key exchange.
  const { x } = privateKey.export({ format: 'jwk' });
  return {
    share: plain(Buffer.from(x as string, 'base64url')),
    finish: (peerShare) => {
      if (privateKey === null) throw new CryptoError('used-after-destroy', `${name} exchange`);
      if (peerShare.length !== shareLength) {
        throw new CryptoError('invalid-share', `${name}: expected ${shareLength} bytes, got ${peerShare.length}`);
      }
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: curve, x: base64url(peerShare) }, format: 'jwk' });
      try {
        return refuseZero(name, plain(diffieHellman({ privateKey, publicKey })));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        // OpenSSL refuses the all-zero result of a small-order point by itself (RFC 7748 section 6).
        throw allZero(name);
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
function importScalar(curve: CurveName, scalar: Uint8Array): KeyObject {
  const anyPoint = new Uint8Array(scalar.length);
  anyPoint[0] = 9;
  return createPrivateKey({
    key: { kty: 'OKP', crv: curve, x: base64url(anyPoint), d: base64url(scalar) },
    format: 'jwk',
  });
}

/** RFC 9846 section 7.4.2: checked here too, whatever stands behind `node:crypto`. */
function refuseZero(name: string, secret: Uint8Array): Uint8Array {
  let bits = 0;
  for (const byte of secret) bits |= byte;
  if (bits === 0) throw allZero(name);
  return secret;
}

function allZero(name: string): CryptoError {
  return new CryptoError('invalid-share', `${name}: the shared secret would be all zero`);
}
