import { copyBytes } from '@portico/bytes';
import { createDiffieHellmanGroup, type SynchronousExchange } from '../diffie-hellman-group.js';
import { CryptoError } from '../error.js';
import type { GroupName, NamedGroup, RandomBytes } from '../provider.js';
import { p256, p384, p521, randomScalar, type NistCurve } from './nist-curves.js';
import { withRandom } from './scoped-random.js';

/** secp256r1, RFC 9846 section 4.3.7. */
export const secp256r1: NamedGroup = /* @__PURE__ */ nistGroup('secp256r1', 0x0017, p256);
/** secp384r1, RFC 9846 section 4.3.7. */
export const secp384r1: NamedGroup = /* @__PURE__ */ nistGroup('secp384r1', 0x0018, p384);
/** secp521r1, RFC 9846 section 4.3.7. */
export const secp521r1: NamedGroup = /* @__PURE__ */ nistGroup('secp521r1', 0x0019, p521);

/** ECDHE over a NIST curve, RFC 9846 sections 4.3.8.2 and 7.4.2. */
function nistGroup(name: GroupName, id: number, curve: NistCurve): NamedGroup {
  return createDiffieHellmanGroup({ name, id, shareLength: curve.pointLength }, (random) =>
    startExchange(name, curve, random),
  );
}

function startExchange(name: GroupName, curve: NistCurve, random: RandomBytes): SynchronousExchange {
  const { getPublicKey, getSharedSecret } = curve.noble();
  const secretKey = randomScalar(curve, random);
  const share = withRandom(random, () => getPublicKey(secretKey, false));
  let destroyed = false;
  return {
    share,
    finish: (peerShare) => {
      if (destroyed) throw new CryptoError('used-after-destroy', `${name} exchange`);
      checkUncompressed(name, curve, peerShare);
      let point: Uint8Array;
      try {
        point = withRandom(random, () => getSharedSecret(secretKey, peerShare, false));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        throw new CryptoError('invalid-share', `${name}: not a point on the curve`);
      }
      // The secret is the x-coordinate with its leading zeros, RFC 9846 section 7.4.2.
      const secret = copyBytes(point.subarray(1, 1 + curve.fieldLength));
      point.fill(0);
      return secret;
    },
    destroy: () => {
      destroyed = true;
      secretKey.fill(0);
    },
  };
}

/** Only the uncompressed form exists in TLS 1.3 (RFC 9846 section 4.3.8.2), while noble also reads compressed points. */
function checkUncompressed(name: GroupName, curve: NistCurve, share: Uint8Array): void {
  if (share.length !== curve.pointLength) {
    throw new CryptoError('invalid-share', `${name}: expected ${curve.pointLength} bytes, got ${share.length}`);
  }
  if (share[0] !== 0x04) {
    throw new CryptoError('invalid-share', `${name}: expected an uncompressed point, got form ${share[0]}`);
  }
}
