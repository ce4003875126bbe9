import type { CryptoProvider, KeyAlgorithm, MaybePromise } from '@portico/crypto';
import type { Certificate, PathFailureReason, PathVerdict, TrustAnchor, VerifyOptions } from '../../src/index.js';
import type { Credential } from '../../src/issue.js';
import { authority, leaf, NOW, provider } from '../support.js';
import { judgeNow } from './asked.js';

/** A chain that is as it must be: a leaf for example.com, its CA, and a root. */
export const root: Credential = authority('root');
export const intermediate: Credential = authority('intermediate', { issuer: root });
export const good: Certificate = leaf(intermediate);

/** Verifies at NOW as a server for example.com, unless told otherwise. */
export function verify(
  certificates: readonly (Certificate | Uint8Array)[],
  anchors: readonly (TrustAnchor | Certificate)[] = [root],
  options: Partial<VerifyOptions> = {},
): PathVerdict {
  return judgeNow({
    provider,
    certificates: certificates.map((one) => (one instanceof Uint8Array ? one : one.raw)),
    trustAnchors: anchors.map((one): TrustAnchor => ({ certificate: 'certificate' in one ? one.certificate : one })),
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: 'example.com' },
    ...options,
  });
}

export function reason(verdict: PathVerdict): PathFailureReason | 'trusted' {
  return verdict.trusted ? 'trusted' : verdict.reason;
}

export function chainOf(verdict: PathVerdict): string[] {
  if (!verdict.trusted) throw new Error(verdict.message);
  return verdict.chain.map(({ subject }) => subject.text);
}

/** A CA of which something is different. */
export const caWith = (template: object, issuer: Credential = root): Credential =>
  authority('ca', { issuer, template });
/** A leaf of that CA, and the CA. */
export const below = (ca: Credential): Certificate[] => [leaf(ca), ca.certificate];

/** With a bit of its signature changed. */
export function damaged(certificate: Certificate): Uint8Array {
  return certificate.raw.map((byte, i) => (i === certificate.raw.length - 1 ? byte ^ 1 : byte));
}

/** A provider that tells of each signature it verifies, and may answer in another way. */
export function countVerifications(
  count: () => void,
  answer: (valid: MaybePromise<boolean>) => MaybePromise<boolean> = (valid) => valid,
): CryptoProvider {
  const keyAlgorithms = provider.keyAlgorithms.map((algorithm): KeyAlgorithm => ({
    ...algorithm,
    verify: (...args) => {
      count();
      return answer(algorithm.verify(...args));
    },
  }));
  return { ...provider, keyAlgorithms };
}
