import { concatBytes } from '@portico/bytes';
import { sha1 } from '@portico/crypto/sha1';
import { describe, expect, it } from 'vitest';
import {
  derNull,
  encodeSignatureAlgorithm,
  strictProfile,
  verifyCertificatePath,
  type Certificate,
} from '../src/index.js';
import { noRevAvailExtension, ocspNoCheckExtension, tlsFeatureExtension, type Credential } from '../src/issue.js';
import {
  createCrlSource,
  createOcspSource,
  createRevocationChecker,
  parseOcspResponse,
  parseRevocationList,
  revocationListsFromPem,
  type RevocationPolicy,
} from '../src/revocation.js';
import { authority, DAY, fixture, leaf, newKey, NOW, provider, reasonOf } from './support.js';
import {
  at,
  byLists,
  byResponses,
  delegated,
  end,
  list,
  outcome,
  response,
  root,
  self,
  statusOf,
  uri,
  verify,
} from './support/revocation.js';
import { responseRows } from './support/ocsp-response-rows.js';
import { listRows } from './support/revocation-list-rows.js';

describe('revocation lists, RFC 5280 section 6.3', () => {
  it.each(listRows)('%s: %s', (_, status, found) => {
    expect(found()).toBe(status);
  });

  it('a weak signature says nothing', () => {
    const encoding = list();
    // ecdsa-with-SHA224 in both places.
    const ecdsa = [...encodeSignatureAlgorithm({ type: 'ecdsa', hash: 'sha256' })];
    const weakened = encoding.slice();
    for (let i = 0; i + ecdsa.length <= weakened.length; i++) {
      if (ecdsa.every((octet, j) => weakened[i + j] === octet)) weakened[i + ecdsa.length - 1] = 1;
    }
    expect(parseRevocationList(weakened).signatureReading.problem).toBe('weak');
    expect(byLists([weakened])).toBe('unknown');
  });

  it('every certificate below the anchor is looked up, or the leaf alone', () => {
    const ca = authority('ca', { issuer: root });
    const chain = [leaf(ca), ca.certificate];
    const ofLeaf = list({ issuer: ca });
    const revokedCa = list({ revoked: [{ serialNumber: ca.certificate.serialNumber, at }] });
    const sources = [createCrlSource({ lists: [ofLeaf, revokedCa] })];
    expect(statusOf(chain, { sources })).toBe('revoked');
    expect(statusOf(chain, { sources, scope: 'leaf' })).toBe('good');
    expect(statusOf(chain, { sources: [createCrlSource({ lists: [ofLeaf] })] })).toBe('unknown');
    expect(statusOf(chain, { sources: [createCrlSource({ lists: [ofLeaf, list()] })] })).toBe('good');
    // A list for user certificates says nothing about a CA.
    const users = list({ issuingDistributionPoint: { only: 'user-certificates' } });
    expect(statusOf(chain, { sources: [createCrlSource({ lists: [ofLeaf, users] })] })).toBe('unknown');
  });

  it('the verdict says since when and why, and success names the rules', () => {
    const lists = [list({ revoked: [{ ...self, reason: 'keyCompromise' }] })];
    expect(verify([end], { mode: 'soft-fail', sources: [createCrlSource({ lists })] })).toMatchObject({
      reason: 'revoked',
      certificate: { raw: end.raw },
      got: 'revoked since 2027-02-28T12:00:00.000Z, keyCompromise',
    });
    const good = verify([end], { mode: 'hard-fail', sources: [createCrlSource({ lists: [list()] })] });
    if (!good.trusted) throw new Error(good.message);
    expect(good.checks.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['not-revoked', 'revocation-known']));
  });

  it('signatures count against the limit', () => {
    const within = (maxSignatures: number): ReturnType<typeof verifyCertificatePath> =>
      verifyCertificatePath({
        provider,
        certificates: [end.raw],
        trustAnchors: [root],
        time: NOW,
        purpose: 'server-authentication',
        identity: null,
        limits: { maxSignatures },
        revocation: createRevocationChecker({ mode: 'soft-fail', sources: [createCrlSource({ lists: [list()] })] }),
      });
    expect(within(1)).toMatchObject({ reason: 'limit-exceeded' });
    expect(within(2)).toMatchObject({ trusted: true });
  });
});

describe('another name with the same key', () => {
  const renamed = authority('renamed', { privateKey: root.privateKey });

  it('issues no lists for this one', () => {
    expect(byLists([list({ issuer: renamed, revoked: [self] })])).toBe('unknown');
    expect(byLists([list(), list({ issuer: renamed, thisUpdate: at + 1000, revoked: [self] })])).toBe('good');
  });

  it('certifies no responders for this one', () => {
    expect(byResponses([delegated({}, renamed)])).toBe('unknown');
  });
});

describe('reading revocation lists', () => {
  it('gives every field', () => {
    const parsed = parseRevocationList(
      list({
        revoked: [{ ...self, reason: 'superseded' }],
        baseNumber: 7,
        number: 300,
        issuingDistributionPoint: { names: [uri('http://a.test/')], only: 'user-certificates' },
      }),
    );
    expect(parsed).toMatchObject({
      thisUpdate: at,
      nextUpdate: NOW + DAY,
      revoked: [{ serialNumber: end.serialNumber, at, reason: 'superseded' }],
      crlNumber: Uint8Array.of(1, 44),
      baseCrlNumber: Uint8Array.of(7),
      issuer: { text: 'CN=root' },
      issuingDistributionPoint: {
        distributionPoint: [uri('http://a.test/')],
        only: 'user-certificates',
        onlySomeReasons: false,
        indirect: false,
      },
    });
  });

  it('takes DER and nothing else: no prefix, no appendix, no changed byte breaks anything but with our error', () => {
    const encoding = list({ revoked: [{ ...self, reason: 'superseded' }] });
    for (let length = 0; length < encoding.length; length++) {
      expect(reasonOf(() => parseRevocationList(encoding.subarray(0, length)))).not.toBe('accepted');
    }
    expect(reasonOf(() => parseRevocationList(concatBytes(encoding, Uint8Array.of(0))))).toBe('trailing-bytes');
    for (let i = 0; i < encoding.length; i++) {
      const changed = encoding.slice();
      changed[i] = (changed[i] as number) ^ 0x41;
      reasonOf(() => parseRevocationList(changed));
    }
  });

  it('finds lists in PEM', () => {
    expect(reasonOf(() => revocationListsFromPem(fixture('rsa-root.pem')))).toBe('not-found');
  });
});

describe('OCSP responses, RFC 6960', () => {
  it.each(responseRows)('%s: %s', (_, status, found) => {
    expect(found()).toBe(status);
  });

  it('is read as it was written, and nothing else is', () => {
    const encoding = delegated();
    expect(parseOcspResponse(encoding)).toMatchObject({
      responder: { type: 'name', name: { text: 'CN=responder' } },
      producedAt: at,
      responses: [{ status: { type: 'good' }, thisUpdate: at, nextUpdate: NOW + DAY }],
    });
    for (let length = 0; length < encoding.length; length++) {
      expect(reasonOf(() => parseOcspResponse(encoding.subarray(0, length)))).not.toBe('accepted');
    }
    expect(reasonOf(() => parseOcspResponse(concatBytes(encoding, Uint8Array.of(0))))).toBe('trailing-bytes');
    expect(reasonOf(() => parseOcspResponse(new Uint8Array(0x1_0001)))).toBe('too-large');
    for (let i = 0; i < encoding.length; i++) {
      const changed = encoding.slice();
      changed[i] = (changed[i] as number) ^ 0x41;
      reasonOf(() => parseOcspResponse(changed));
    }
  });
});

describe('policies of revocation', () => {
  const stapled = leaf(root, { template: { extraExtensions: [tlsFeatureExtension([5])] } });
  const goodStaple = createOcspSource({ responses: [response({}, { certificate: stapled })], sha1 });

  it('a certificate that must be stapled needs a good response, in either mode; a list is not enough', () => {
    expect(statusOf([stapled], { sources: [] })).toBe('must-staple, must-staple');
    expect(statusOf([stapled], { sources: [createCrlSource({ lists: [list()] })] })).toBe('must-staple, must-staple');
    expect(statusOf([stapled], { sources: [goodStaple] })).toBe('good');
    const unknown = createOcspSource({ responses: [response({}, { certificate: stapled, status: 'unknown' })], sha1 });
    expect(statusOf([stapled], { sources: [unknown] })).toBe('must-staple, must-staple');
    // status_request_v2 is not what is stapled in TLS 1.3.
    const other = leaf(root, { template: { extraExtensions: [tlsFeatureExtension([17])] } });
    expect(statusOf([other], { sources: [] })).toBe('unknown');
    const broken = leaf(root, {
      template: { extraExtensions: [{ ...tlsFeatureExtension([]), value: derNull() }] },
    });
    expect(statusOf([broken], { sources: [] })).toBe('tls-feature, tls-feature');
  });

  it('what one source knows to be revoked is revoked', () => {
    const revokedList = createCrlSource({ lists: [list({ revoked: [self] })] });
    const good = createOcspSource({ responses: [response()], sha1 });
    expect(statusOf([end], { sources: [good, revokedList] })).toBe('revoked');
    expect(statusOf([end], { sources: [revokedList, good] })).toBe('revoked');
    expect(statusOf([end], { sources: [good, createCrlSource({ lists: [] })] })).toBe('good');
  });

  it('a certificate that must be stapled says so although it is never looked up', () => {
    const extraExtensions = [noRevAvailExtension(), tlsFeatureExtension([5])];
    expect(statusOf([leaf(root, { template: { extraExtensions } })], { sources: [] })).toBe('must-staple, must-staple');
  });

  it('nocheck is for OCSP responders, RFC 6960 section 4.2.2.2.1: others are looked up', () => {
    const noCheck = { template: { extraExtensions: [ocspNoCheckExtension()] } };
    const plain = leaf(root, noCheck);
    const revoked = [{ serialNumber: plain.serialNumber, at }];
    expect(statusOf([plain], { sources: [] })).toBe('unknown');
    expect(statusOf([plain], { sources: [createCrlSource({ lists: [list({ revoked })] })] })).toBe('revoked');
    const must = leaf(root, { template: { extraExtensions: [ocspNoCheckExtension(), tlsFeatureExtension([5])] } });
    expect(statusOf([must], { sources: [] })).toBe('must-staple, must-staple');
    // A CA that says so of itself, even with the usage of a responder.
    const extendedKeyUsage = ['serverAuth', 'ocspSigning'];
    const ca = authority('ca', { issuer: root, template: { ...noCheck.template, extendedKeyUsage } });
    const lists = [list({ issuer: ca }), list({ revoked: [{ serialNumber: ca.certificate.serialNumber, at }] })];
    expect(
      statusOf([leaf(ca, { extendedKeyUsage: ['serverAuth'] }), ca.certificate], {
        sources: [createCrlSource({ lists })],
      }),
    ).toBe('revoked');
    const responder = leaf(root, { ...noCheck, extendedKeyUsage });
    expect(statusOf([responder], { sources: [] })).toBe('good');
    expect(statusOf([leaf(root, { extendedKeyUsage })], { sources: [] })).toBe('unknown');
  });

  it('a certificate has the TLS features of its issuer, RFC 7633 section 4.2.2', () => {
    const features = (...numbers: number[]) => ({ template: { extraExtensions: [tlsFeatureExtension(numbers)] } });
    const ca = authority('ca', { issuer: root, ...features(17, 23) });
    const sources = [createCrlSource({ lists: [list(), list({ issuer: ca })] })];
    const judge = (end: Certificate): string => statusOf([end, ca.certificate], { sources });
    expect(judge(leaf(ca))).toBe('issuer-features, issuer-features');
    expect(judge(leaf(ca, features(17)))).toBe('issuer-features, issuer-features');
    expect(judge(leaf(ca, features(23, 17)))).toBe('good');
    expect(judge(leaf(ca, features(1, 17, 23)))).toBe('good');
    // It holds for CAs and from the anchor on, and whoever looks up the leaf alone asks it of the whole chain.
    const anchor = authority('anchor', features(17));
    const lower = authority('lower', { issuer: anchor });
    const verdict = verify([leaf(lower), lower.certificate], { mode: 'soft-fail', scope: 'leaf', sources: [] }, anchor);
    expect(verdict).toMatchObject({
      rule: 'issuer-features',
      reason: 'malformed',
      certificate: { raw: lower.certificate.raw },
      expected: 'TLS feature 17 of its issuer',
      got: 'none',
    });
  });

  it('critical TLS features are processed, and refused where revocation is not looked at', () => {
    const critical = leaf(root, { template: { extraExtensions: [{ ...tlsFeatureExtension([5]), critical: true }] } });
    const responses = [response({}, { certificate: critical })];
    expect(statusOf([critical], { sources: [createOcspSource({ responses, sha1 })] })).toBe('good');
    expect(statusOf([critical], { sources: [] })).toBe('must-staple, must-staple');
    const certificates = [critical.raw];
    const purpose = 'server-authentication';
    expect(
      verifyCertificatePath({ provider, certificates, trustAnchors: [root], time: NOW, purpose, identity: null }),
    ).toMatchObject({ rule: 'critical-extension' });
  });

  it('the checks name what was judged and nothing else', () => {
    const ca = authority('ca', { issuer: root });
    const chain = [leaf(ca), ca.certificate];
    const sources = [createCrlSource({ lists: [list(), list({ issuer: ca })] })];
    const judged = (certificates: readonly Certificate[], policy: RevocationPolicy): string[] => {
      const verdict = verify(certificates, policy);
      if (!verdict.trusted) throw new Error(verdict.message);
      const names = ['not-revoked', 'revocation-known', 'must-staple'];
      return verdict.checks.flatMap(({ certificate, rule }) =>
        names.includes(rule) ? [`${certificate} ${rule}`] : [],
      );
    };
    const both = (index: number): string[] => [`${index} not-revoked`, `${index} revocation-known`];
    expect(judged(chain, { mode: 'hard-fail', sources })).toEqual([...both(0), ...both(1)]);
    expect(judged(chain, { mode: 'soft-fail', sources })).toEqual([...both(0), ...both(1)]);
    expect(judged(chain, { mode: 'hard-fail', scope: 'leaf', sources })).toEqual(both(0));
    expect(judged(chain, { mode: 'soft-fail', sources: [] })).toEqual([]);
    const onlyCa = [createCrlSource({ lists: [list()] })];
    expect(judged(chain, { mode: 'soft-fail', sources: onlyCa })).toEqual(both(1));
    expect(judged([stapled], { mode: 'soft-fail', sources: [goodStaple] })).toEqual([...both(0), '0 must-staple']);
    const never = leaf(root, { template: { extraExtensions: [noRevAvailExtension()] } });
    expect(judged([never], { mode: 'hard-fail', sources: [] })).toEqual([]);
  });

  it('a leaf that is an anchor is judged as if it had issued itself', () => {
    const judge = (policy: RevocationPolicy): string =>
      outcome(verify([stapled], policy, { certificate: stapled } as Credential));
    expect(judge({ mode: 'hard-fail', sources: [goodStaple] })).toBe('must-staple');
    const own = (policy: RevocationPolicy): string =>
      outcome(verify([end], policy, { certificate: end } as Credential));
    expect(own({ mode: 'hard-fail', sources: [createCrlSource({ lists: [list()] })] })).toBe('revocation-known');
    expect(own({ mode: 'soft-fail', sources: [] })).toBe('trusted');
    const ca = root.certificate;
    const lists = [list({ revoked: [{ serialNumber: ca.serialNumber, at }] })];
    const asLeaf = { keyUsages: [] } as const;
    expect(
      outcome(verify([ca], { mode: 'hard-fail', sources: [createCrlSource({ lists: [list()] })] }, root, asLeaf)),
    ).toBe('trusted');
    expect(outcome(verify([ca], { mode: 'soft-fail', sources: [createCrlSource({ lists })] }, root, asLeaf))).toBe(
      'not-revoked',
    );
  });

  it('a certificate that is never revoked is not looked up, RFC 9608 section 4', () => {
    const never = leaf(root, { template: { extraExtensions: [noRevAvailExtension()] } });
    expect(statusOf([never], { sources: [] })).toBe('good');
  });

  it('a revoked cross-certificate leaves the other way', () => {
    const privateKey = newKey();
    const otherRoot = authority('other root');
    const subject = [['CN', 'ca']] as const;
    const one = authority('', { subject, privateKey, issuer: root });
    const two = authority('', { subject, privateKey, issuer: otherRoot });
    const serial = one.certificate.serialNumber;
    const lists = [
      list({ revoked: [{ serialNumber: serial, at }] }),
      list({ issuer: otherRoot }),
      list({ issuer: one }),
    ];
    const verdict = verifyCertificatePath({
      provider,
      certificates: [leaf(one), one.certificate, two.certificate].map(({ raw }) => raw),
      trustAnchors: [root, otherRoot],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
      profile: strictProfile,
      revocation: createRevocationChecker({ mode: 'hard-fail', sources: [createCrlSource({ lists })] }),
    });
    expect(verdict).toMatchObject({ trusted: true, chain: [{}, { raw: two.certificate.raw }, {}] });
  });
});
