import {
  type CryptoProvider,
  type EcCurveName,
  type MaybePromise,
  type PrivateKey,
  type PublicKey,
} from '@portico/crypto';
import type { Certificate } from '../certificate.js';
import { encodePem } from '../keys/pem.js';
import { publicKeyOf } from '../keys/match.js';
import { privateKeyToPem } from '../keys/private-key.js';
import { X509Error } from '../error.js';
import type { GeneralName } from '../name/general-name.js';
import { parseIpAddress } from '../name/ip-address.js';
import type { NameTemplate } from '../name/name.js';
import { issueCertificate, type CertificateTemplate } from './certificate.js';

/** A certificate with the private key that belongs to it. */
export interface Credential {
  readonly certificate: Certificate;
  readonly privateKey: PrivateKey;
}

/** A CA certificate that shall be made, RFC 5280 section 4.2.1.9. */
export interface AuthorityOptions {
  readonly provider: CryptoProvider;
  readonly privateKey: PrivateKey;
  readonly subject: NameTemplate;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** The CA above; without one the certificate is self-signed, a root. */
  readonly issuer?: Credential;
  /** How many CAs may follow below; any number where absent. */
  readonly pathLength?: number;
  /** What differs from the usual CA certificate. */
  readonly template?: Partial<CertificateTemplate>;
}

/** An end-entity certificate for TLS that shall be made, RFC 5280 section 4. */
export interface LeafOptions {
  readonly provider: CryptoProvider;
  readonly issuer: Credential;
  /** The key to certify, or its private half. */
  readonly key: PublicKey | PrivateKey;
  /** Host names, IP addresses and URIs (`sip:example.com`), in text; or GeneralNames. */
  readonly names: readonly (string | GeneralName)[];
  /** By default `CN=` the first host name of at most 64 characters, or empty where there is none. */
  readonly subject?: NameTemplate;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** By default `serverAuth` and `clientAuth`. */
  readonly extendedKeyUsage?: readonly string[];
  /** What differs from the usual leaf certificate. */
  readonly template?: Partial<CertificateTemplate>;
}

/**
 * A CA certificate: cA, keyCertSign and cRLSign, key identifiers; RFC 5280 sections 4.2.1.1 to 4.2.1.3 and 4.2.1.9.
 * @throws X509Error, CryptoError as `issueCertificate`
 */
export function createAuthority(options: AuthorityOptions): Credential {
  const { provider, privateKey, subject, notBefore, notAfter, issuer, pathLength = null, template } = options;
  const certificate = issueCertificate({
    provider,
    issuer: issuer ?? { selfSignedWith: privateKey },
    publicKey: publicKeyOf(provider, privateKey),
    subject,
    notBefore,
    notAfter,
    basicConstraints: { ca: true, pathLength },
    keyUsage: ['keyCertSign', 'cRLSign'],
    ...template,
  });
  return { certificate, privateKey };
}

/**
 * An end-entity certificate for TLS: not a CA, digitalSignature, the names as alternative names (RFC 5280 section 4.2.1.6).
 * @throws X509Error, CryptoError as `issueCertificate`
 */
export function createLeaf(options: LeafOptions): Certificate {
  const { provider, issuer, key, names, notBefore, notAfter, extendedKeyUsage, template } = options;
  const generalNames = names.map((name) => (typeof name === 'string' ? generalNameFromText(name) : name));
  return issueCertificate({
    provider,
    issuer,
    publicKey: isPrivateKey(key) ? publicKeyOf(provider, key) : key,
    subject: options.subject ?? usualSubject(generalNames),
    notBefore,
    notAfter,
    basicConstraints: { ca: false, pathLength: null },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: extendedKeyUsage ?? ['serverAuth', 'clientAuth'],
    subjectAltNames: generalNames,
    ...template,
  });
}

/**
 * The GeneralName that a text stands for, RFC 5280 section 4.2.1.6: an IP address, a URI (anything with a scheme) or else a
 * host name, which is not looked at further. Never throws.
 */
export function generalNameFromText(text: string): GeneralName {
  const address = parseIpAddress(text);
  if (address !== null) return { type: 'ip', address };
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? { type: 'uri', uri: text } : { type: 'dns', name: text };
}

/**
 * A fresh private key from the provider's generator; a promise where the provider makes keys asynchronously.
 * @param kind the name of a curve for EC, else the type of the key
 * @throws X509Error `unsupported-key` where the provider makes no such keys
 */
export function generatePrivateKey(
  provider: CryptoProvider,
  kind: EcCurveName | Exclude<PublicKey['type'], 'ec'>,
): MaybePromise<PrivateKey> {
  const algorithm = provider.keyAlgorithms.find(({ keyType, curve }) => (curve ?? keyType) === kind);
  const key = algorithm?.generate?.(provider.random);
  if (key === undefined) throw new X509Error('unsupported-key', { expected: `a provider that generates ${kind} keys` });
  return key;
}

/** A `CERTIFICATE` block (RFC 7468 section 5) for each; a chain is written with its leaf first. Never throws. */
export function certificatesToPem(certificates: readonly Certificate[]): string {
  return certificates.map(({ raw }) => encodePem('CERTIFICATE', raw)).join('');
}

/**
 * The two files of a credential: a `CERTIFICATE` block and a `PRIVATE KEY` block, RFC 7468 sections 5 and 10. The second is
 * not encrypted.
 * @throws X509Error as `privateKeyToPkcs8`
 */
export function credentialToPem({ certificate, privateKey }: Credential): {
  readonly certificate: string;
  readonly privateKey: string;
} {
  return {
    certificate: certificatesToPem([certificate]),
    privateKey: privateKeyToPem(privateKey, certificate.publicKey ?? undefined),
  };
}

/** RFC 5280 appendix A.1 bounds a common name to 64 characters. */
const MAX_COMMON_NAME_LENGTH = 64;

function usualSubject(names: readonly GeneralName[]): NameTemplate {
  const first = names.find((name) => name.type === 'dns' && name.name.length <= MAX_COMMON_NAME_LENGTH);
  return first?.type === 'dns' ? [['CN', first.name]] : [];
}

function isPrivateKey(key: PublicKey | PrivateKey): key is PrivateKey {
  return 'scalar' in key || 'seed' in key || 'privateExponent' in key;
}
