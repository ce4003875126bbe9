import { keyAlgorithmFor, type PrivateKey } from '@portico/crypto';
import {
  der,
  derBitString,
  DerReader,
  derSequence,
  encodeSignatureAlgorithm,
  OID,
  parseCertificate,
  verifyCertificatePath,
  type Certificate,
  type Extension,
  type PathProfile,
  type PathVerdict,
  type VerifyOptions,
} from '../../src/index.js';
import { extendedKeyUsageExtension, type CertificateTemplate, type Credential } from '../../src/issue.js';
import { authority, leaf, NOW, provider } from '../support.js';

/** Verifies at NOW by a profile, as a server of any name unless told otherwise. */
export function answerTo(
  certificates: readonly Certificate[],
  profile: PathProfile,
  anchor: Credential,
  options: Partial<VerifyOptions> = {},
): PathVerdict {
  const answer = verifyCertificatePath({
    provider,
    profile,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors: [anchor],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
    ...options,
  });
  if (answer instanceof Promise) throw new Error('expected an answer at once');
  return answer;
}

/** The rule that was broken, or `trusted`. */
export function verdict(...args: Parameters<typeof answerTo>): string {
  const answer = answerTo(...args);
  return answer.trusted ? 'trusted' : answer.rule;
}

/** What makes other extensions of a certificate's. */
export type Change = (extensions: readonly Extension[]) => readonly Extension[];

export const without =
  (oid: string): Change =>
  (extensions) =>
    extensions.filter((one) => one.oid !== oid);

export const flipped =
  (oid: string): Change =>
  (extensions) =>
    extensions.map((one) => (one.oid === oid ? { ...one, critical: !one.critical } : one));

/** In the place of one of the same kind, or at the end. */
export const added =
  (extension: Extension): Change =>
  (extensions) => [...without(extension.oid)(extensions), extension];

export const uncritical = (oid: string, value: Uint8Array): Extension => ({ oid, critical: false, value });

/** The usual leaf for example.com, with its extensions changed. */
export function changedLeaf(
  issuer: Credential,
  change: Change,
  template: Partial<CertificateTemplate> = {},
): Certificate {
  const overrides = { ...template.overrides, extensions: change(leaf(issuer, { template }).extensions) };
  return leaf(issuer, { template: { ...template, overrides } });
}

/** A leaf below an intermediate CA with its extensions changed. */
export function belowChanged(
  issuer: Credential,
  change: Change,
  template: Partial<CertificateTemplate> = {},
): Certificate[] {
  const { extensions } = authority('ca', { issuer, template }).certificate;
  const ca = authority('ca', { issuer, template: { ...template, overrides: { extensions: change(extensions) } } });
  return [leaf(ca), ca.certificate];
}

/** A certificate whose TBSCertificate has other fields, signed again. */
export function withFields(
  certificate: Certificate,
  signer: PrivateKey,
  change: (fields: readonly Uint8Array[]) => readonly Uint8Array[],
): Certificate {
  const reader = new DerReader(certificate.tbsCertificate).sequence('a TBSCertificate');
  const fields: Uint8Array[] = [];
  while (reader.remaining > 0) fields.push(reader.any());
  const tbs = derSequence(...change(fields));
  const algorithm = { type: 'ecdsa', hash: 'sha256' } as const;
  const signature = keyAlgorithmFor(provider, signer)?.sign(signer, algorithm, tbs, provider.random) as Uint8Array;
  return parseCertificate(derSequence(tbs, encodeSignatureAlgorithm(algorithm), derBitString(signature)));
}

/** Extensions that a leaf may carry, by what they say. */
export const usages = (...purposes: readonly string[]): Change => added(extendedKeyUsageExtension(purposes));

/** GeneralNames of a distribution point: `[0]` of `[0]`. */
export const fullName = (...names: readonly Uint8Array[]): Uint8Array => der(0xa0, der(0xa0, ...names));

/** CRLDistributionPoints of the octets of one distribution point. */
export const distributionPoint = (...fields: readonly Uint8Array[]): Change =>
  added(uncritical(OID.cRLDistributionPoints, derSequence(derSequence(...fields))));
