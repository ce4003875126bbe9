/** A value now or later. Asynchronous answers come from HSMs, WebCrypto and remote signers. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** Source of cryptographically strong random bytes: a fresh array of exactly `length` bytes. */
export type RandomBytes = (length: number) => Uint8Array;

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** One hash computation in progress. */
export interface HashState {
  update(data: Uint8Array): void;
  /** An independent copy that goes on from here. */
  clone(): HashState;
  /** The hash of everything so far; the state is used up. Clone first to go on. */
  digest(): Uint8Array;
}

/** A hash function with HMAC (RFC 2104) over it. */
export interface Hash {
  readonly name: HashName;
  /** Bytes of output. */
  readonly outputLength: number;
  create(): HashState;
  digest(data: Uint8Array): Uint8Array;
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** Seals records under one key; everything that depends on the key alone is done once. */
export interface AeadSealer {
  /**
   * Encrypts in place: the first `buffer.length - tagLength` bytes are plaintext and become ciphertext, the tag goes
   * into the last `tagLength` bytes.
   */
  sealInPlace(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void;
  /** Overwrites key material where the implementation can. */
  destroy(): void;
}

/** Opens records under one key. */
export interface AeadOpener {
  /** The plaintext in fresh memory, or null if the tag does not fit (nothing is released then). */
  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  /** Overwrites key material where the implementation can. */
  destroy(): void;
}

export type CipherSuiteName =
  | 'TLS_AES_128_GCM_SHA256'
  | 'TLS_AES_256_GCM_SHA384'
  | 'TLS_CHACHA20_POLY1305_SHA256'
  | 'TLS_AES_128_CCM_SHA256'
  | 'TLS_AES_128_CCM_8_SHA256';

/** A TLS 1.3 cipher suite: an AEAD and a hash (RFC 9846 appendix B.4). */
export interface CipherSuite {
  readonly name: CipherSuiteName;
  readonly id: number;
  readonly hash: Hash;
  /** Bytes. */
  readonly keyLength: number;
  /** Bytes. */
  readonly ivLength: number;
  /** Bytes. */
  readonly tagLength: number;
  /** Records that may be sealed under one key (RFC 9846 section 5.5); Infinity where the section sets no limit. */
  readonly confidentialityLimit: number;
  /** `off` for a suite that a configuration has to name; nobody gets it unasked. */
  readonly byDefault?: 'off';
  createSealer(key: Uint8Array): AeadSealer;
  createOpener(key: Uint8Array): AeadOpener;
}

/** Named as the registry of supported groups does. */
export type GroupName =
  | 'x25519'
  | 'x448'
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'X25519MLKEM768'
  | 'SecP256r1MLKEM768'
  | 'SecP384r1MLKEM1024'
  | 'MLKEM512'
  | 'MLKEM768'
  | 'MLKEM1024';

/** The side that sent the first share, waiting for the other's. Used for one exchange only, then destroyed. */
export interface KeyExchange {
  /** What goes into KeyShareEntry.key_exchange. */
  readonly share: Uint8Array;
  /**
   * The shared secret.
   * @throws CryptoError `invalid-share` for a wrong length, a wrong encoding, a point off the curve, or an all-zero result
   */
  finish(peerShare: Uint8Array): MaybePromise<Uint8Array>;
  destroy(): void;
}

/** A key exchange, in the shape of a KEM so that ML-KEM fits: the answering side needs the first share to make its own. */
export interface NamedGroup {
  readonly name: GroupName;
  readonly id: number;
  /** Bytes of the first (client's) share. */
  readonly shareLength: number;
  /** Bytes of the answering (server's) share, where it is no share of the same kind: the ciphertext of a KEM. */
  readonly answerLength?: number;
  /** `off` for a group that a configuration has to name; nobody gets it unasked. */
  readonly byDefault?: 'off';
  start(random: RandomBytes): MaybePromise<KeyExchange>;
  /**
   * Answers the peer's share.
   * @throws CryptoError `invalid-share`, for an ML-KEM key with a coefficient above the modulus too (FIPS 203 section 7.2)
   */
  respond(
    peerShare: Uint8Array,
    random: RandomBytes,
  ): MaybePromise<{ readonly share: Uint8Array; readonly secret: Uint8Array }>;
}

export type EcCurveName = 'P-256' | 'P-384' | 'P-521';

/** What the RSASSA-PSS-params of a key allow (RFC 4055 section 3.1): one hash, and salts of so many bytes or more. */
export interface RsaPssRestriction {
  readonly hash: HashName;
  readonly minimumSaltLength: number;
}

/** A public key, as x509 reads it from a SubjectPublicKeyInfo. */
export type PublicKey =
  | {
      readonly type: 'ec';
      readonly curve: EcCurveName;
      /** Uncompressed point, 0x04 first. */ readonly point: Uint8Array;
    }
  | { readonly type: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | {
      readonly type: 'rsa-pss';
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
      /** Null where the key has none. */
      readonly restriction: RsaPssRestriction | null;
    }
  | { readonly type: 'ed25519' | 'ed448'; readonly key: Uint8Array }
  | { readonly type: MlDsaName; readonly key: Uint8Array };

/** The parameter sets of FIPS 204. */
export type MlDsaName = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** A private key, as x509 reads it from PKCS#8, SEC1 or PKCS#1. Integers are big-endian. */
export type PrivateKey =
  | { readonly type: 'ec'; readonly curve: EcCurveName; /** Padded to the field size. */ readonly scalar: Uint8Array }
  | ({ readonly type: 'rsa' } & RsaPrivateValues)
  | ({
      readonly type: 'rsa-pss';
      /** Absent where the key has none. */ readonly restriction?: RsaPssRestriction;
    } & RsaPrivateValues)
  | { readonly type: 'ed25519' | 'ed448'; readonly seed: Uint8Array }
  | {
      readonly type: MlDsaName;
      /** 32 bytes. A key has a seed, an expanded key, or both (RFC 9881 section 6). */ readonly seed: Uint8Array | null;
      readonly expandedKey: Uint8Array | null;
    };

/** RSAPrivateKey of RFC 8017 appendix A.1.2. */
export interface RsaPrivateValues {
  readonly modulus: Uint8Array;
  readonly publicExponent: Uint8Array;
  readonly privateExponent: Uint8Array;
  readonly prime1: Uint8Array;
  readonly prime2: Uint8Array;
  readonly exponent1: Uint8Array;
  readonly exponent2: Uint8Array;
  readonly coefficient: Uint8Array;
}

/** A signature algorithm with its parameters, as certificates and TLS name it. */
export type SignatureAlgorithm =
  | { readonly type: 'ecdsa'; readonly hash: HashName }
  | { readonly type: 'rsa-pkcs1'; readonly hash: HashName }
  | { readonly type: 'rsa-pss'; readonly hash: HashName; /** Bytes. */ readonly saltLength: number }
  | { readonly type: 'ed25519' | 'ed448' }
  | { readonly type: MlDsaName };

/** Signing and verifying with one kind of key. */
export interface KeyAlgorithm {
  /** Says which keys this serves. */
  readonly keyType: PublicKey['type'];
  /** Only for `ec`. */
  readonly curve?: EcCurveName;
  /** False for a bad signature, an unusable key or an algorithm that is not this key's; never throws for peer input. */
  verify(
    publicKey: PublicKey,
    algorithm: SignatureAlgorithm,
    message: Uint8Array,
    signature: Uint8Array,
  ): MaybePromise<boolean>;
  /**
   * @throws CryptoError `invalid-key` or `unsupported-algorithm`
   */
  sign(
    privateKey: PrivateKey,
    algorithm: SignatureAlgorithm,
    message: Uint8Array,
    random: RandomBytes,
  ): MaybePromise<Uint8Array>;
  /**
   * The public half.
   * @throws CryptoError `invalid-key`
   */
  publicKey(privateKey: PrivateKey): PublicKey;
  /** A fresh key pair's private half; for RSA a 2048-bit key. Optional: development certificates need it, TLS does not. */
  generate?(random: RandomBytes): MaybePromise<PrivateKey>;
}

/**
 * All the cryptography that x509 and tls13-core use: plain data with functions in it. Order is preference: the
 * fastest safe choice of this provider first.
 */
export interface CryptoProvider {
  readonly name: string;
  readonly random: RandomBytes;
  readonly hashes: readonly Hash[];
  readonly cipherSuites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly keyAlgorithms: readonly KeyAlgorithm[];
}
