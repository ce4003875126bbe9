import type { ECDH } from 'node:crypto';
import {
  createDiffieHellmanGroup,
  CryptoError,
  type NamedGroup,
  type RandomBytes,
  type SynchronousExchange,
} from '@portico/crypto';
import { secp256r1 as nobleP256, secp384r1 as nobleP384, secp521r1 as nobleP521 } from '@portico/crypto/noble';
import { plain } from './bytes.js';
import { drawKey, p256, p384, p521, type NodeCurve } from './nist-curves.js';

/** secp256r1, RFC 9846 section 4.3.7. */
export const secp256r1: NamedGroup = nistGroup(nobleP256, p256);
/** secp384r1, RFC 9846 section 4.3.7. */
export const secp384r1: NamedGroup = nistGroup(nobleP384, p384);
/** secp521r1, RFC 9846 section 4.3.7. */
export const secp521r1: NamedGroup = nistGroup(nobleP521, p521);

/** ECDHE over a NIST curve, RFC 9846 sections 4.3.8.2 and 7.4.2. */
function nistGroup(group: NamedGroup, curve: NodeCurve): NamedGroup {
  return createDiffieHellmanGroup(group, (random) => startExchange(group, curve, random));
}

/** The first draw is the private key, so that with an injected source handshakes replay. */
function startExchange(group: NamedGroup, curve: NodeCurve, random: RandomBytes): SynchronousExchange {
  const drawn = drawKey(curve, random);
  drawn.scalar.fill(0);
  let ecdh: ECDH | null = drawn.ecdh;
  return {
    share: plain(ecdh.getPublicKey()),
    finish: (peerShare) => {
      if (ecdh === null) throw new CryptoError('used-after-destroy', `${group.name} exchange`);
      checkUncompressed(group, peerShare);
      try {
        // The x-coordinate with its leading zeros, RFC 9846 section 7.4.2.
        return plain(ecdh.computeSecret(peerShare));
      } catch {
        throw new CryptoError('invalid-share', `${group.name}: not a point on the curve`);
      }
    },
    // The key lives in OpenSSL's memory, which wipes it when it is let go.
    destroy: () => {
      ecdh = null;
    },
  };
}

/** Only the uncompressed form exists in TLS 1.3 (RFC 9846 section 4.3.8.2); OpenSSL reads compressed and hybrid ones too. */
function checkUncompressed({ name, shareLength }: NamedGroup, share: Uint8Array): void {
  if (share.length !== shareLength) {
    throw new CryptoError('invalid-share', `${name}: expected ${shareLength} bytes, got ${share.length}`);
  }
  if (share[0] !== 0x04) {
    throw new CryptoError('invalid-share', `${name}: expected an uncompressed point, got form ${share[0]}`);
  }
}
