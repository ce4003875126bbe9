import { getCiphers, getCurves, randomBytes } from 'node:crypto';
import { bytesEqual, hexToBytes } from '@portico/bytes';
import {
  createHybridGroup,
  createProvider,
  type CipherSuite,
  type CryptoProvider,
  type Hash,
  type KeyAlgorithm,
  type KeyExchange,
  type NamedGroup,
  type RandomBytes,
} from '@portico/crypto';
import * as noble from '@portico/crypto/noble';
import { plain } from './bytes.js';
import { ecdsaP256, ecdsaP384, ecdsaP521 } from './ecdsa.js';
import { ed25519 } from './ed25519.js';
import { sha256, sha384, sha512 } from './hashes.js';
import { doesMlKem, mlkem1024, mlkem512, mlkem768 } from './ml-kem.js';
import { secp256r1, secp384r1, secp521r1 } from './nist-groups.js';
import { nodeCipherSuite, type NodeAead } from './record-aead.js';
import { rsa, rsaPss } from './rsa.js';
import { x25519, x448 } from './xdh.js';

export interface NodeProviderOptions {
  /** Where key shares come from; `randomBytes` of `node:crypto` by default. Nonces of ECDSA are always OpenSSL's. */
  readonly random?: RandomBytes;
}

/**
 * Every algorithm of `@portico/crypto` over `node:crypto`: native speed, and in constant time. AES comes first, which
 * today's processors have instructions for. What this build of Node lacks is served by noble, and `name` says so, but for
 * ML-KEM, which Node has since 24.7 and which is noble's where it lacks it, and in answers of a provider that is given
 * `random`. ML-DSA and Ed448 are always noble's.
 */
export function createNodeProvider(options: NodeProviderOptions = {}): CryptoProvider {
  const { missing, ...algorithms } = chooseAlgorithms(
    (found ??= lookAround()),
    options.random === undefined ? 'openssl' : 'injected',
  );
  return createProvider({
    name: missing.length === 0 ? 'node:crypto' : `node:crypto, with noble for ${missing.join(', ')}`,
    random: options.random ?? ((length) => plain(randomBytes(length))),
    ...algorithms,
  });
}

/** What a build of Node has; it depends on its OpenSSL or BoringSSL, and on FIPS mode. */
export interface Availability {
  readonly ciphers: readonly string[];
  readonly curves: readonly string[];
  readonly x25519: boolean;
  readonly x448: boolean;
  readonly ed25519: boolean;
  readonly mlKem: boolean;
}

export interface ChosenAlgorithms {
  readonly hashes: readonly Hash[];
  readonly cipherSuites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly keyAlgorithms: readonly KeyAlgorithm[];
  /** Names of those that noble serves. */
  readonly missing: readonly string[];
}

let found: Availability | null = null;

/**
 * The native algorithms where they are there, those over noble where not. With `injected` randomness whatever draws some
 * for a key exchange draws it from there, so that handshakes replay.
 */
export function chooseAlgorithms(
  there: Availability,
  randomness: 'openssl' | 'injected' = 'openssl',
): ChosenAlgorithms {
  const missing: string[] = [];
  const pick = <T>(name: string, isThere: boolean, native: T, fallback: T): T => {
    if (isThere) return native;
    missing.push(name);
    return fallback;
  };
  const suite = (fallback: CipherSuite, aead: NodeAead, hash: Hash): CipherSuite =>
    pick(fallback.name, there.ciphers.includes(aead), nodeCipherSuite(fallback, aead, hash), { ...fallback, hash });
  const group = (native: NamedGroup, fallback: NamedGroup, curve: string): NamedGroup =>
    pick(native.name, there.curves.includes(curve), native, fallback);
  const ecdsa = (native: KeyAlgorithm, fallback: KeyAlgorithm, curve: string): KeyAlgorithm =>
    pick(`ecdsa ${native.curve}`, there.curves.includes(curve), native, fallback);
  const cipherSuites = [
    suite(noble.aes128GcmSha256, 'aes-128-gcm', sha256),
    suite(noble.aes256GcmSha384, 'aes-256-gcm', sha384),
    suite(noble.chacha20Poly1305Sha256, 'chacha20-poly1305', sha256),
    suite(noble.aes128CcmSha256, 'aes-128-ccm', sha256),
    suite(noble.aes128Ccm8Sha256, 'aes-128-ccm', sha256),
  ];
  const curves = {
    x25519: pick('x25519', there.x25519, x25519, noble.x25519),
    secp256r1: group(secp256r1, noble.secp256r1, 'prime256v1'),
    secp384r1: group(secp384r1, noble.secp384r1, 'secp384r1'),
    secp521r1: group(secp521r1, noble.secp521r1, 'secp521r1'),
    x448: pick('x448', there.x448, x448, noble.x448),
  };
  // Not named as missing: no Node before 24.7 has it, so that it would say nothing of a build.
  const kem = (native: NamedGroup, fallback: NamedGroup): NamedGroup => {
    if (!there.mlKem) return fallback;
    // OpenSSL takes no randomness for an answer.
    const respond: NamedGroup['respond'] = (share, random) => fallback.respond(share, random);
    return randomness === 'injected' ? { ...native, respond } : native;
  };
  const kems = {
    mlkem768: kem(mlkem768, noble.mlkem768),
    mlkem1024: kem(mlkem1024, noble.mlkem1024),
    mlkem512: kem(mlkem512, noble.mlkem512),
  };
  const hybrid = ({ name, id }: NamedGroup, parts: readonly [NamedGroup, NamedGroup]): NamedGroup =>
    createHybridGroup({ name, id, parts });
  return {
    hashes: [sha256, sha384, sha512],
    cipherSuites,
    groups: [
      hybrid(noble.x25519MlKem768, [kems.mlkem768, curves.x25519]),
      hybrid(noble.secp256r1MlKem768, [curves.secp256r1, kems.mlkem768]),
      hybrid(noble.secp384r1MlKem1024, [curves.secp384r1, kems.mlkem1024]),
      ...Object.values(curves),
      ...Object.values(kems),
    ],
    keyAlgorithms: [
      ecdsa(ecdsaP256, noble.ecdsaP256, 'prime256v1'),
      pick('ed25519', there.ed25519, ed25519, noble.ed25519),
      ecdsa(ecdsaP384, noble.ecdsaP384, 'secp384r1'),
      ecdsa(ecdsaP521, noble.ecdsaP521, 'secp521r1'),
      noble.ed448,
      rsa,
      rsaPss,
      noble.mldsa44,
      noble.mldsa65,
      noble.mldsa87,
    ],
    missing,
  };
}

function lookAround(): Availability {
  return {
    ciphers: getCiphers(),
    curves: getCurves(),
    x25519: publicHalfIs(x25519, X25519_PRIVATE, X25519_PUBLIC),
    x448: publicHalfIs(x448, X448_PRIVATE, X448_PUBLIC),
    ed25519: doesEd25519(),
    mlKem: [mlkem512, mlkem768, mlkem1024].every(doesMlKem),
  };
}

/** RFC 7748 section 6.1: Alice's private key and her public one, which is what our way to import a key rests on. */
const X25519_PRIVATE = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
const X25519_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';

/** RFC 7748 section 6.2: the same of X448. */
const X448_PRIVATE =
  '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b';
const X448_PUBLIC =
  '9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0';

function publicHalfIs(group: NamedGroup, privateKey: string, publicKey: string): boolean {
  try {
    const { share } = group.start(() => hexToBytes(privateKey)) as KeyExchange;
    return bytesEqual(share, hexToBytes(publicKey));
  } catch {
    return false;
  }
}

/** RFC 8032 section 7.1, test 1. */
const ED25519_SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const ED25519_PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

function doesEd25519(): boolean {
  try {
    const publicKey = ed25519.publicKey({ type: 'ed25519', seed: hexToBytes(ED25519_SEED) });
    return publicKey.type === 'ed25519' && bytesEqual(publicKey.key, hexToBytes(ED25519_PUBLIC));
  } catch {
    return false;
  }
}
