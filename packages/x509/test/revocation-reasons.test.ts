import { sha1 } from '@portico/crypto/sha1';
import { describe, expect, it } from 'vitest';
import {
  encodeSignatureAlgorithm,
  der,
  derExplicit,
  derImplicit,
  derNull,
  derOid,
  DerReader,
  derSequence,
  derSmallInteger,
  encodeName,
  OID,
  verifyCertificatePath,
  type Certificate,
  type GeneralName,
} from '../src/index.js';
import {
  authorityKeyIdentifierExtension,
  ocspErrorResponse,
  tlsFeatureExtension,
  type Credential,
} from '../src/issue.js';
import {
  createCrlSource,
  createOcspSource,
  createRevocationChecker,
  MAX_AGE_WITHOUT_NEXT_UPDATE,
  MAX_RESPONDER_CERTIFICATES,
  REVOCATION_OID,
  type CrlSourceOptions,
  type OcspSourceOptions,
  type RevocationSource,
} from '../src/revocation.js';
import { readName } from '../src/name/name.js';
import { distributionPointNames, shareName } from '../src/revocation/distribution-point.js';
import { authority, leaf, newKey, NOW, provider } from './support.js';
import {
  byLists,
  byResponses,
  delegated,
  newResponder,
  end,
  list,
  outcome,
  pointed,
  response,
  root,
  self,
  sha256,
  somewhere,
  stranger,
  unknownCritical,
  uri,
  verify,
} from './support/revocation.js';

/** Why nothing is known, or `trusted`. */
function why(source: RevocationSource, chain: readonly Certificate[] = [end], anchor: Credential = root): string {
  const verdict = verify(chain, { mode: 'hard-fail', sources: [source] }, anchor);
  return verdict.trusted ? 'trusted' : verdict.got;
}

const ofLists = (lists: readonly Uint8Array[], options: Partial<CrlSourceOptions> = {}): RevocationSource =>
  createCrlSource({ lists, ...options });
const ofResponses = (
  responses: readonly Uint8Array[],
  options: Partial<OcspSourceOptions> = { sha1 },
): RevocationSource => createOcspSource({ responses, ...options });
const broken = Uint8Array.of(0x30, 0);

/** With ecdsa-with-SHA256 made another of its arc that there is not, in every place. */
function withoutAlgorithm(encoding: Uint8Array): Uint8Array {
  const changed = encoding.slice();
  const ecdsa = [...encodeSignatureAlgorithm({ type: 'ecdsa', hash: 'sha256' })];
  for (let i = 0; i < encoding.length; i++) {
    if (ecdsa.every((octet, j) => encoding[i + j] === octet)) changed[i + ecdsa.length - 1] = 0x7f;
  }
  return changed;
}

/** A CA like the root, changed. */
const caOf = (template: object): Credential => authority('ca', { template });

describe('why a list says nothing', () => {
  it.each<readonly [because: string, found: () => string]>([
    ['no CRL of the issuer', () => why(ofLists([]))],
    ['no CRL of the issuer', () => why(ofLists([list({ issuer: authority('other') })]))],
    [
      'a CRL that cannot be read: truncated at offset 2: expected a TBSCertList, got the end',
      () => why(ofLists([broken])),
    ],
    [
      `a CRL that has the critical extension ${unknownCritical.oid}`,
      () => why(ofLists([list({ extraExtensions: [unknownCritical] })])),
    ],
    ['a CRL that is signed with an algorithm that is unsupported', () => why(ofLists([withoutAlgorithm(list())]))],
    ['a CRL that has no number', () => why(ofLists([list({ number: null })]))],
    ['a CRL that is from the future', () => why(ofLists([list({ thisUpdate: NOW + 1000 })]))],
    ['a CRL that says not until when it is fresh', () => why(ofLists([list({ nextUpdate: null })]))],
    ['a CRL that is not fresh any more', () => why(ofLists([list({ nextUpdate: NOW - 1000 })]))],
    ['a CRL that is an indirect one', () => why(ofLists([list({ issuingDistributionPoint: { indirect: true } })]))],
    [
      'a CRL that is for some reasons only',
      () => why(ofLists([list({ issuingDistributionPoint: { someReasons: ['keyCompromise'] } })])),
    ],
    ...(['ca-certificates', 'attribute-certificates'] as const).map(
      (only) =>
        [`a CRL that is for ${only} only`, () => why(ofLists([list({ issuingDistributionPoint: { only } })]))] as const,
    ),
    [
      'a CRL that is for another distribution point',
      () =>
        why(ofLists([list({ issuingDistributionPoint: { names: [uri('http://b.test/')] } })]), [pointed(somewhere)]),
    ],
    [
      'a CRL that has a scope, beside distribution points that cannot be read: unexpected-tag at offset 0: expected CRLDistributionPoints, got null',
      () =>
        why(ofLists([list({ issuingDistributionPoint: { names: [uri('http://a.test/crl')] } })]), [
          pointed({ ...somewhere, value: derNull() }),
        ]),
    ],
    [
      'a CRL that is of a CA without cRLSign',
      () => {
        const ca = caOf({ keyUsage: ['keyCertSign'] });
        return why(ofLists([list({ issuer: ca })]), [leaf(ca)], ca);
      },
    ],
    ['a CRL that is signed with another key of the issuer', () => why(ofLists([list({ issuer: stranger })]))],
    [
      'a CRL that is not signed by the issuer',
      () => why(ofLists([list({ issuer: { ...root, privateKey: newKey() } })])),
    ],
    // The last one that fits is told.
    [
      'a CRL that has no number',
      () => why(ofLists([broken, list({ nextUpdate: NOW - 1000 }), list({ number: null })])),
    ],
  ])('%s', (because, found) => {
    expect(found()).toBe(because);
  });

  it.each<readonly [what: string, found: () => string]>([
    [
      'without a key identifier',
      () =>
        byLists([
          list({ extraExtensions: [{ oid: OID.authorityKeyIdentifier, critical: false, value: derSequence() }] }),
        ]),
    ],
    [
      'with a key identifier that the issuer has not',
      () => {
        const bare = caOf({
          overrides: { extensions: root.certificate.extensions.filter(({ oid }) => oid !== OID.subjectKeyIdentifier) },
        });
        const extraExtensions = [authorityKeyIdentifierExtension(Uint8Array.of(1))];
        const found = why(ofLists([list({ issuer: bare, extraExtensions })]), [leaf(bare)], bare);
        return found.replace('trusted', 'good');
      },
    ],
    [
      'for CA certificates, about a CA',
      () => {
        const ca = authority('ca', { issuer: root });
        const ofCa = list({ issuingDistributionPoint: { only: 'ca-certificates' } });
        return why(ofLists([list({ issuer: ca }), ofCa]), [leaf(ca), ca.certificate]).replace('trusted', 'good');
      },
    ],
    [
      'a delta list of the same number as the complete one is not used',
      () => byLists([list({ number: 5 }), list({ baseNumber: 1, number: 5, revoked: [self] })], end, { deltas: 'use' }),
    ],
    [
      'a delta list for a base whose number is longer is not used',
      () =>
        byLists([list({ number: 255 }), list({ baseNumber: 256, number: 257, revoked: [self] })], end, {
          deltas: 'use',
        }),
    ],
  ])('good: %s', (_, found) => {
    expect(found()).toBe('good');
  });

  it('numbers compare as numbers', () => {
    const lists = [list({ number: 255 }), list({ baseNumber: 200, number: 256, revoked: [self] })];
    expect(byLists(lists, end, { deltas: 'use' })).toBe('revoked');
  });

  it('is told by the source as it is', () => {
    const source = createCrlSource({ lists: [] });
    expect(source.kind).toBe('crl');
    expect(source.status(end, root.certificate, { provider: undefined as never, time: NOW }).next()).toEqual({
      done: true,
      value: { status: 'unknown', why: 'no CRL of the issuer' },
    });
  });
});

describe('why an OCSP response says nothing', () => {
  const noPath = 'an OCSP response by somebody else';
  const responderOf = (changes: Parameters<typeof delegated>[0], issuer = root): string =>
    why(ofResponses([delegated(changes, issuer)]));

  it.each<readonly [because: string, found: () => string]>([
    ['no OCSP response for it', () => why(ofResponses([]))],
    ['no OCSP response for it', () => why(ofResponses([response({}, { certificate: leaf(root) })]))],
    [
      'an OCSP response that cannot be used: truncated at offset 2: expected an OCSPResponseStatus, got the end',
      () => why(ofResponses([broken])),
    ],
    [
      'an OCSP response that cannot be used: not-found: expected a successful OCSP response, got tryLater',
      () => why(ofResponses([ocspErrorResponse(3)])),
    ],
    [
      `an OCSP response with the critical extension ${unknownCritical.oid}`,
      () => why(ofResponses([response({ extensions: [unknownCritical] })])),
    ],
    [
      'an OCSP response signed with an algorithm that is unsupported',
      () => why(ofResponses([withoutAlgorithm(response())])),
    ],
    ['an OCSP response from the future', () => why(ofResponses([response({}, { thisUpdate: NOW + 1000 })]))],
    ['an OCSP response from the future', () => why(ofResponses([response({ producedAt: NOW + 1000 })]))],
    ['an OCSP response that is not fresh any more', () => why(ofResponses([response({}, { nextUpdate: NOW - 1000 })]))],
    [noPath, () => why(ofResponses([response({ responder: { ...root, privateKey: newKey() } })]))],
    [noPath, () => why(ofResponses([response({ responderId: 'key', hash: sha256 })], {}))],
    [
      noPath,
      () => {
        const other = leaf(root, { names: ['other.test'], extendedKeyUsage: ['ocspSigning'] });
        return why(
          ofResponses([response({ responder: { ...stranger, privateKey: newKey() }, certificates: [other] })]),
        );
      },
    ],
    ['no OCSP response for it', () => why(ofResponses([response({ hash: { oid: '1.2.3', digest: sha1 } })]))],
    ['a responder that does not know it', () => why(ofResponses([response({}, { status: 'unknown' })]))],
    ['an OCSP responder of another CA', () => responderOf({}, authority('other'))],
    ['an OCSP responder without OCSPSigning', () => responderOf({ extendedKeyUsage: ['serverAuth'] })],
    ['an OCSP responder that may not sign', () => responderOf({ template: { keyUsage: ['keyAgreement'] } })],
    ['an OCSP responder that is not valid now', () => responderOf({ notAfter: NOW - 1000 })],
    ['an OCSP responder that is not valid now', () => responderOf({ notBefore: NOW + 1000 })],
    [
      'an OCSP responder whose certificate is signed with an algorithm that is weak',
      () => {
        const weak = derSequence(derOid('1.2.840.10045.4.1'));
        return responderOf({ template: { overrides: { innerAlgorithm: weak, outerAlgorithm: weak } } });
      },
    ],
    [
      `an OCSP responder with the critical extension ${unknownCritical.oid}`,
      () => responderOf({ template: { extraExtensions: [unknownCritical] } }),
    ],
    ['an OCSP responder that the issuer did not certify', () => responderOf({}, stranger)],
    [
      'an OCSP response that its responder did not sign',
      () => {
        const certificate = leaf(root, { names: [], subject: [['CN', 'r']], extendedKeyUsage: ['ocspSigning'] });
        const responder = { certificate, privateKey: newKey() };
        return why(ofResponses([response({ responder, certificates: [certificate] })]));
      },
    ],
    // The last one is told.
    [
      'an OCSP response that is not fresh any more',
      () => why(ofResponses([response({}, { status: 'unknown' }), response({}, { nextUpdate: NOW - 1000 })])),
    ],
    [
      'a responder that does not know it',
      () => why(ofResponses([response({}, { nextUpdate: NOW - 1000 }), response({}, { status: 'unknown' })])),
    ],
  ])('%s', (because, found) => {
    expect(found()).toBe(because);
  });

  it('is told by the source as it is', () => {
    const source = createOcspSource({ responses: [] });
    expect(source.kind).toBe('ocsp');
    expect(source.status(end, root.certificate, { provider: undefined as never, time: NOW }).next()).toEqual({
      done: true,
      value: { status: 'unknown', why: 'no OCSP response for it' },
    });
  });

  it.each<readonly [what: string, status: string, found: () => string]>([
    ['good before stale', 'good', () => byResponses([response(), response({}, { nextUpdate: NOW - 1000 })])],
    ['stale before good', 'good', () => byResponses([response({}, { nextUpdate: NOW - 1000 }), response()])],
    ['good before unknown', 'good', () => byResponses([response(), response({}, { status: 'unknown' })])],
    ['unknown before good', 'good', () => byResponses([response({}, { status: 'unknown' }), response()])],
    ['from now on', 'good', () => byResponses([response({ producedAt: NOW }, { thisUpdate: NOW })])],
    [
      'a day old but for a moment',
      'good',
      () => byResponses([response({}, { thisUpdate: NOW - MAX_AGE_WITHOUT_NEXT_UPDATE + 1000, nextUpdate: null })]),
    ],
    ['a responder from now on', 'good', () => byResponses([delegated({ notBefore: NOW })])],
    ['a responder in its last second', 'good', () => byResponses([delegated({ notAfter: NOW })])],
    [
      'a responder without key usage',
      'good',
      () => byResponses([delegated({ template: { keyUsage: undefined } as never })]),
    ],
    [
      'a responder with critical extensions that are known',
      'good',
      () => byResponses([delegated({ names: ['responder.test'], subject: [] })]),
    ],
  ])('%s: %s', (_, status, found) => {
    expect(found()).toBe(status);
  });

  it('is not signed by a key of a kind that the provider does not know', () => {
    const key = { type: 'rsa', modulus: new Uint8Array(256).fill(0xff), exponent: Uint8Array.of(3) } as const;
    const certificate = leaf(root, { key, names: [], subject: [['CN', 'r']], extendedKeyUsage: ['ocspSigning'] });
    const encoding = response({ responder: { certificate, privateKey: newKey() }, certificates: [certificate] });
    const small = { ...provider, keyAlgorithms: provider.keyAlgorithms.filter(({ keyType }) => keyType === 'ec') };
    const verdict = verifyCertificatePath({
      provider: small,
      certificates: [end.raw],
      trustAnchors: [root],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
      revocation: createRevocationChecker({ mode: 'hard-fail', sources: [ofResponses([encoding])] }),
    });
    expect(verdict).toMatchObject({ trusted: false, got: 'an OCSP response that its responder did not sign' });
  });

  it('looks at a bounded number of certificates that came along, and passes over broken ones', () => {
    const { certificate, privateKey } = newResponder();
    const after = (count: number): string => {
      const junk = Array.from({ length: count }, () => ({ raw: broken }) as Certificate);
      return byResponses([response({ responder: { certificate, privateKey }, certificates: [...junk, certificate] })]);
    };
    expect(after(MAX_RESPONDER_CERTIFICATES - 1)).toBe('good');
    expect(after(MAX_RESPONDER_CERTIFICATES)).toBe('unknown');
  });
});

describe('names of distribution points', () => {
  const directory = (common: string): GeneralName => ({
    type: 'directory',
    name: readName(new DerReader(encodeName([['CN', common]]))),
  });
  const other: GeneralName = { type: 'other', oid: '1.2.3', value: derNull() };

  it.each<readonly [left: readonly GeneralName[], right: readonly GeneralName[], shared: boolean]>([
    [[uri('http://a.test/')], [uri('http://a.test/')], true],
    [[uri('http://a.test/')], [uri('http://A.test/')], false],
    [[directory('a')], [directory('A')], true],
    [[directory('a')], [directory('b')], false],
    [[directory('a')], [uri('http://a.test/')], false],
    [[other], [other], false],
    [[other], [uri('http://a.test/')], false],
    [[other], [directory('a')], false],
    [[other, uri('http://a.test/')], [directory('a'), uri('http://a.test/')], true],
    [[], [uri('http://a.test/')], false],
  ])('%#: one is among the others, or is not', (left, right, shared) => {
    expect(shareName(left, right)).toBe(shared);
    expect(shareName(right, left)).toBe(shared);
  });

  it('are those of points for every reason that the issuer itself serves', () => {
    const named = (text: string): Uint8Array =>
      derExplicit(
        0,
        der(
          0xa0,
          der(
            0x86,
            Uint8Array.from(text, (character) => character.charCodeAt(0)),
          ),
        ),
      );
    const reasons = derImplicit(1, Uint8Array.of(6, 0x40));
    const issuer = der(0xa2, der(0xa4, encodeName([['CN', 'another']])));
    const value = derSequence(
      derSequence(named('http://a.test/')),
      derSequence(named('http://b.test/'), reasons),
      derSequence(named('http://c.test/'), issuer),
      derSequence(named('http://d.test/'), reasons, issuer),
      derSequence(reasons),
      derSequence(named('http://e.test/')),
    );
    const names = [uri('http://a.test/'), uri('http://e.test/')];
    expect(distributionPointNames(pointed({ ...somewhere, value }))).toEqual(names);
    expect(distributionPointNames(end)).toEqual([]);
    // A list for one of the others says nothing about the certificate.
    for (const [point, status] of Object.entries({ a: 'good', b: 'unknown', c: 'unknown', d: 'unknown', e: 'good' })) {
      const issuingDistributionPoint = { names: [uri(`http://${point}.test/`)] };
      expect(byLists([list({ issuingDistributionPoint })], pointed({ ...somewhere, value }))).toBe(status);
    }
  });
});

describe('what is looked up', () => {
  const stapled = tlsFeatureExtension([5]);

  it('says so where nothing is there, and claims nothing', () => {
    expect(verify([end], { mode: 'hard-fail', sources: [] })).toMatchObject({
      reason: 'revocation-unknown',
      rule: 'revocation-known',
      expected: 'a known revocation status',
      got: 'nothing that says it',
    });
    const soft = verify([end], { mode: 'soft-fail', sources: [] });
    const rules = soft.trusted ? soft.checks.map(({ rule }) => rule) : [];
    for (const rule of ['not-revoked', 'revocation-known', 'must-staple']) expect(rules).not.toContain(rule);
  });

  it('joins what several sources say', () => {
    const sources = [createCrlSource({ lists: [] }), createOcspSource({ responses: [] })];
    expect(verify([end], { mode: 'hard-fail', sources })).toMatchObject({
      got: 'no CRL of the issuer; no OCSP response for it',
    });
  });

  it('asks a staple of the leaf alone', () => {
    const template = { extraExtensions: [stapled] };
    const ca = authority('ca', { issuer: root, template });
    const certificate = leaf(ca, { template });
    const answer = { certificate, issuer: ca.certificate };
    const sources = [
      createCrlSource({ lists: [list({ issuer: ca }), list()] }),
      createOcspSource({ responses: [response({ responder: ca }, answer)], sha1 }),
    ];
    expect(outcome(verify([certificate, ca.certificate], { mode: 'hard-fail', sources }))).toBe('trusted');
    expect(outcome(verify([certificate, ca.certificate], { mode: 'hard-fail', sources: [] }))).toBe('must-staple');
  });

  it.each([
    [derNull(), 'unexpected-tag at offset 0: expected Features, got null'],
    [derSequence(derNull()), 'unexpected-tag at offset 2: expected a TLS feature, got null'],
    [derSequence(derSmallInteger(0x1_0000)), 'invalid-integer at offset 2: expected a TLS feature of at most 65535'],
    [Uint8Array.of(0x30, 1, 5), 'unexpected-tag at offset 2: expected a TLS feature, got null'],
    [Uint8Array.of(0x30, 0, 5, 0), 'trailing-bytes at offset 2: expected the end, got 2 more bytes'],
  ])('refuses features that cannot be read: %#', (value, got) => {
    const leafWith = pointed({ oid: REVOCATION_OID.tlsFeature, critical: false, value });
    expect(verify([leafWith], { mode: 'soft-fail', sources: [] })).toMatchObject({
      reason: 'malformed',
      rule: 'tls-feature',
      got,
    });
  });

  it('a staple that is missing is told with what is there', () => {
    const source = createOcspSource({ responses: [] });
    expect(verify([pointed(stapled)], { mode: 'soft-fail', sources: [source] })).toMatchObject({
      reason: 'revocation-unknown',
      rule: 'must-staple',
      expected: 'a stapled OCSP response that is good',
      got: 'no OCSP response for it',
    });
  });
});
