import { createPrivateKey } from 'node:crypto';
import { copyBytes } from '@portico/bytes';
import type { CipherSuiteName, CryptoProvider, GroupName, PrivateKey } from '@portico/crypto';
import { createSigner, stapledOcsp, type Credential, type TlsLimits } from '@portico/tls13-core';
import {
  certificatesFromPem,
  keyMatchesCertificate,
  privateKeyFromPem,
  type Certificate,
  type TrustAnchor,
} from '@portico/x509';
import { socketError } from './errors.js';
import { pemTexts, type PemInput } from './pem-input.js';
import { defaultProvider } from './provider.js';
import { fingerprint, trustAnchors, trustFingerprint } from './trust.js';
import { refuseUnsupportedOptions } from './unsupported-options.js';
import { refuseOtherVersions, type VersionOptions } from './versions.js';

/** A private key with its own passphrase, as `node:tls` takes it. */
export interface KeyObjectInput {
  readonly pem: PemInput;
  readonly passphrase?: string;
}

/** The options of `tls.createSecureContext` that mean something in TLS 1.3, and ours. */
export interface SecureContextOptions extends VersionOptions {
  /** CAs to trust instead of the platform's; an empty array trusts nobody. */
  readonly ca?: PemInput | readonly PemInput[];
  /** Certificate chains, leaf first; one for each key. */
  readonly cert?: PemInput | readonly PemInput[];
  /** Private keys: PKCS#8, SEC1 or PKCS#1. */
  readonly key?: PemInput | readonly (PemInput | KeyObjectInput)[];
  /** For encrypted keys. */
  readonly passphrase?: string;
  /**
   * OCSPResponses in DER, one for each of `cert` in the same order, stapled for clients that ask. Renew them by
   * `updateCredentials` before their nextUpdate; null staples none.
   */
  readonly ocspResponse?: Uint8Array | null | readonly (Uint8Array | null)[];
  /** Names with colons between; names of TLS 1.2 are passed over. Our provider's order by default. */
  readonly ciphers?: string;
  /** Groups with colons between, or `auto`. */
  readonly ecdhCurve?: string;
  /** Another implementation of the cryptography. */
  readonly provider?: CryptoProvider;
  readonly limits?: Partial<TlsLimits>;
}

/** Certificates, keys and trust, read once and used for many connections. */
export class SecureContext {
  readonly provider: CryptoProvider;
  readonly credentials: readonly Credential[];
  readonly cipherSuites: readonly CipherSuiteName[] | undefined;
  readonly groups: readonly GroupName[] | undefined;
  readonly limits: Partial<TlsLimits> | undefined;
  readonly #options: SecureContextOptions;
  readonly #ca: SecureContextOptions['ca'];
  #anchors: readonly TrustAnchor[] | null = null;
  #trustFingerprint: string | null = null;
  #credentialFingerprint: string | null = null;

  /** @throws SocketError, as `createSecureContext` */
  constructor(options: SecureContextOptions = {}) {
    refuseOtherVersions(options);
    refuseUnsupportedOptions(options);
    this.provider = options.provider ?? defaultProvider();
    this.credentials = readCredentials(this.provider, options);
    this.cipherSuites = cipherSuiteNames(this.provider, options.ciphers);
    this.groups = groupNames(this.provider, options.ecdhCurve);
    this.limits = options.limits;
    if (options.ca !== undefined) this.#anchors = trustAnchors(options.ca);
    this.#options = ownOptions(options);
    this.#ca = this.#options.ca;
  }

  /** Read when first asked for: a server that asks for no certificates never needs the platform's 150 roots. */
  get trustAnchors(): readonly TrustAnchor[] {
    this.#anchors ??= trustAnchors(this.#ca);
    return this.#anchors;
  }

  /**
   * A context with some options changed.
   * @throws SocketError, as `createSecureContext`
   */
  with(changed: SecureContextOptions): SecureContext {
    return new SecureContext({ ...this.#options, ...changed });
  }

  /** Whether `ca` was given; if not, the platform's roots are trusted. */
  get hasOwnAnchors(): boolean {
    return this.#ca !== undefined;
  }

  /** Changes with the CAs: sessions made under others are not resumed. */
  get trustFingerprint(): string {
    this.#trustFingerprint ??= trustFingerprint(this.#ca);
    return this.#trustFingerprint;
  }

  /** Changes with the certificates that we show. */
  get credentialFingerprint(): string {
    this.#credentialFingerprint ??= fingerprint(this.credentials.flatMap(({ certificateChain }) => certificateChain));
    return this.#credentialFingerprint;
  }
}

/**
 * Reads certificates, keys and CAs, as `tls.createSecureContext`.
 * @throws SocketError `ERR_TLS_INVALID_CERTIFICATE`, `ERR_TLS_INVALID_KEY`, `ERR_TLS_INVALID_CA`,
 *   `ERR_OSSL_X509_KEY_VALUES_MISMATCH`, `ERR_TLS_INVALID_PROTOCOL_VERSION` for TLS 1.2 and older,
 *   `ERR_TLS_OPTION_NOT_SUPPORTED` for an option of `node:tls` that is not built
 */
export function createSecureContext(options?: SecureContextOptions): SecureContext {
  return new SecureContext(options);
}

/** Lower-case names, as `tls.getCiphers` has them. */
export function getCiphers(): string[] {
  return defaultProvider().cipherSuites.map(({ name }) => name.toLowerCase());
}

/** The same with copies of what is in Buffers: options are read again when some are changed, and keys may be wiped by then. */
function ownOptions(options: SecureContextOptions): SecureContextOptions {
  const { ca, cert, key, passphrase, ocspResponse } = options;
  const ownStaple = (staple: Uint8Array | null): Uint8Array | null => staple && copyBytes(staple);
  return {
    ...options,
    ...(ca === undefined ? {} : { ca: pemTexts(ca) }),
    ...(cert === undefined ? {} : { cert: pemTexts(cert) }),
    ...(key === undefined ? {} : { key: keyInputs(key, passphrase) }),
    ...(ocspResponse === undefined ? {} : { ocspResponse: staplesOf(ocspResponse).map(ownStaple) }),
  };
}

function staplesOf(given: NonNullable<SecureContextOptions['ocspResponse']> | null): readonly (Uint8Array | null)[] {
  return given === null || given instanceof Uint8Array ? [given] : given;
}

function readCredentials(provider: CryptoProvider, options: SecureContextOptions): readonly Credential[] {
  if (options.cert === undefined && options.key === undefined) return [];
  if (options.cert === undefined || options.key === undefined) {
    throw socketError('ERR_TLS_INVALID_KEY', 'The cert and key options come together');
  }
  const keys = keyInputs(options.key, options.passphrase).map((input) => readKey(input));
  const staples = staplesOf(options.ocspResponse ?? null);
  return pemTexts(options.cert).map((pem, index) => {
    const chain = readChain(pem);
    const leaf = chain[0] as (typeof chain)[number];
    const key = keys.find((candidate) => keyMatchesCertificate(provider, candidate, leaf));
    if (key === undefined) {
      throw socketError('ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'No private key given belongs to the certificate');
    }
    const staple = staples[index] ?? null;
    return {
      certificateChain: chain.map(({ raw }) => raw),
      signer: createSigner(provider, ofCertifiedKind(key, leaf)),
      ...(staple === null ? {} : { certificateStatus: stapledOcsp(staple) }),
    };
  });
}

/** Most tools write the key of an RSASSA-PSS certificate as plain RSA; it signs as the certificate says. */
function ofCertifiedKind(key: PrivateKey, { publicKey }: Certificate): PrivateKey {
  return key.type === 'rsa' && publicKey?.type === 'rsa-pss' ? { ...key, type: 'rsa-pss' } : key;
}

function readChain(pem: string): ReturnType<typeof certificatesFromPem> {
  try {
    return certificatesFromPem(pem);
  } catch (cause) {
    throw socketError('ERR_TLS_INVALID_CERTIFICATE', `The cert option: ${(cause as Error).message}`, cause);
  }
}

/** What `KeyObjectInput` comes to. */
interface KeyText {
  readonly pem: string;
  readonly passphrase?: string;
}

function keyInputs(key: NonNullable<SecureContextOptions['key']>, passphrase: string | undefined): readonly KeyText[] {
  const inputs = typeof key === 'string' || key instanceof Uint8Array ? [key] : key;
  return inputs.map((input) => {
    const isPem = typeof input === 'string' || input instanceof Uint8Array;
    const [pem] = pemTexts(isPem ? input : input.pem) as [string];
    const own = isPem ? passphrase : (input.passphrase ?? passphrase);
    return own === undefined ? { pem } : { pem, passphrase: own };
  });
}

/** Our own parser reads keys; encrypted ones go through Node, which knows all the old ways to encrypt them. */
function readKey({ pem, passphrase }: KeyText): PrivateKey {
  try {
    if (!pem.includes('ENCRYPTED')) return privateKeyFromPem(pem);
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return privateKeyFromPem(key.export({ type: 'pkcs8', format: 'pem' }).toString());
  } catch (cause) {
    throw socketError('ERR_TLS_INVALID_KEY', `The key option: ${(cause as Error).message}`, cause);
  }
}

function cipherSuiteNames(
  provider: CryptoProvider,
  ciphers: string | undefined,
): readonly CipherSuiteName[] | undefined {
  if (ciphers === undefined) return undefined;
  const wanted = ciphers.split(':').map((name) => name.trim().toUpperCase());
  const known = wanted.flatMap((wantedName) =>
    provider.cipherSuites.filter(({ name }) => name === wantedName).map(({ name }) => name),
  );
  // As in node:tls: a list of TLS 1.2 names alone leaves the TLS 1.3 suites as they are.
  return known.length === 0 ? undefined : known;
}

const GROUP_ALIASES: Record<string, GroupName> = {
  'p-256': 'secp256r1',
  prime256v1: 'secp256r1',
  'p-384': 'secp384r1',
  'p-521': 'secp521r1',
};

/** @throws SocketError `ERR_CRYPTO_OPERATION_FAILED`, as `node:tls`, where none of the names is known */
function groupNames(provider: CryptoProvider, curves: string | undefined): readonly GroupName[] | undefined {
  if (curves === undefined || curves === 'auto') return undefined;
  const wanted = curves.split(':').map((name) => name.trim().toLowerCase());
  const known = wanted.flatMap((wantedName) =>
    provider.groups
      .filter(({ name }) => name.toLowerCase() === (GROUP_ALIASES[wantedName] ?? wantedName))
      .map(({ name }) => name),
  );
  if (known.length === 0) throw socketError('ERR_CRYPTO_OPERATION_FAILED', `The ecdhCurve option: ${curves}`);
  return known;
}
