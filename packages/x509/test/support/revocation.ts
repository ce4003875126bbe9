import { sha1 } from '@portico/crypto/sha1';
import { derNull, type Certificate, type Extension, type PathVerdict, type VerifyOptions } from '../../src/index.js';
import {
  crlDistributionPointsExtension,
  issueOcspResponse,
  issueRevocationList,
  type Credential,
  type OcspAnswer,
  type OcspResponseTemplate,
  type RevocationListTemplate,
} from '../../src/issue.js';
import {
  createCrlSource,
  createOcspSource,
  createRevocationChecker,
  type CrlSourceOptions,
  type OcspSourceOptions,
  type RevocationPolicy,
} from '../../src/revocation.js';
import { authority, DAY, leaf, newKey, NOW, provider } from '../support.js';
import { judgeNow } from './asked.js';

/** What is given, what comes of it (`good`, `revoked`, `unknown` or else), and how. */
export type RevocationRow = readonly [what: string, status: string, found: () => string];

export const root = authority('root');
export const stranger = authority('root');
export const end = leaf(root);
export const at = NOW - DAY;
export const sha256 = {
  oid: '2.16.840.1.101.3.4.2.1',
  digest: (data: Uint8Array): Uint8Array =>
    provider.hashes.find(({ name }) => name === 'sha256')?.digest(data) as Uint8Array,
};
export const withSha1 = { oid: '1.3.14.3.2.26', digest: sha1 };
export const unknownCritical: Extension = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: derNull() };

export function verify(
  certificates: readonly Certificate[],
  policy: RevocationPolicy,
  anchor: Credential = root,
  options: Partial<VerifyOptions> = {},
): Extract<PathVerdict, object> {
  return judgeNow({
    provider,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors: [anchor],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
    revocation: createRevocationChecker(policy),
    ...options,
  });
}

export function outcome(verdict: PathVerdict): string {
  return verdict.trusted ? 'trusted' : verdict.rule;
}

/** A list that says nothing against anybody, changed. */
export function list(changes: Partial<RevocationListTemplate> = {}): Uint8Array {
  return issueRevocationList({
    provider,
    issuer: root,
    thisUpdate: at,
    nextUpdate: NOW + DAY,
    number: 1,
    revoked: [],
    ...changes,
  }) as Uint8Array;
}

/** What both modes make of lists: `good`, `revoked`, or `unknown`. */
export function byLists(
  lists: readonly Uint8Array[],
  certificate: Certificate = end,
  options: Partial<CrlSourceOptions> = {},
): string {
  const sources = [createCrlSource({ lists, ...options })];
  return statusOf([certificate], { sources });
}

export function statusOf(chain: readonly Certificate[], policy: Omit<RevocationPolicy, 'mode'>): string {
  const hard = outcome(verify(chain, { mode: 'hard-fail', ...policy }));
  const soft = outcome(verify(chain, { mode: 'soft-fail', ...policy }));
  const found = `${hard}, ${soft}`;
  if (found === 'trusted, trusted') return 'good';
  if (found === 'not-revoked, not-revoked') return 'revoked';
  return found === 'revocation-known, trusted' ? 'unknown' : found;
}

export const self = { serialNumber: end.serialNumber, at };
export const uri = (text: string) => ({ type: 'uri', uri: text }) as const;
export const pointed = (extension: Extension): Certificate =>
  leaf(root, { template: { extraExtensions: [extension] } });
export const somewhere = crlDistributionPointsExtension([uri('http://a.test/crl')]);

/** A response that says good about `end`, changed. */
export function response(changes: Partial<OcspResponseTemplate> = {}, answer: Partial<OcspAnswer> = {}): Uint8Array {
  return issueOcspResponse({
    provider,
    responder: root,
    producedAt: at,
    hash: withSha1,
    sha1,
    answers: [
      { certificate: end, issuer: root.certificate, status: 'good', thisUpdate: at, nextUpdate: NOW + DAY, ...answer },
    ],
    ...changes,
  }) as Uint8Array;
}

export function byResponses(
  responses: readonly Uint8Array[],
  options: Partial<OcspSourceOptions> = { sha1 },
  certificate: Certificate = end,
): string {
  return statusOf([certificate], { sources: [createOcspSource({ responses, ...options })] });
}

type LeafChanges = NonNullable<Parameters<typeof leaf>[1]>;

/** A responder that the root certified, changed. */
export function newResponder(changes: LeafChanges = {}, issuer: Credential = root): Credential {
  const privateKey = newKey();
  const certificate = leaf(issuer, {
    key: privateKey,
    names: [],
    subject: [['CN', 'responder']],
    extendedKeyUsage: ['ocspSigning'],
    ...changes,
  });
  return { certificate, privateKey };
}

/** Such a responder's response. */
export function delegated(
  changes: LeafChanges = {},
  issuer: Credential = root,
  answer: Partial<OcspAnswer> = {},
): Uint8Array {
  const responder = newResponder(changes, issuer);
  return response({ responder, certificates: [responder.certificate] }, answer);
}
