import { concatBytes } from '@portico/bytes';
import { sha1 } from '@portico/crypto/sha1';
import { describe, expect, it } from 'vitest';
import { derNull, strictProfile, verifyCertificatePath } from '../src/index.js';
import { noRevAvailExtension, ocspErrorResponse, ocspNoCheckExtension, tlsFeatureExtension } from '../src/issue.js';
import {
  createCrlSource,
  createOcspSource,
  createRevocationChecker,
  parseOcspResponse,
  parseRevocationList,
  REVOCATION_OID,
  revocationListsFromPem,
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
  pointed,
  response,
  root,
  self,
  sha256,
  somewhere,
  statusOf,
  stranger,
  unknownCritical,
  uri,
  verify,
} from './support/revocation.js';

describe('revocation lists, RFC 5280 section 6.3', () => {
  it.each<readonly [what: string, status: string, found: () => string]>([
    ['an empty list', 'good', () => byLists([list()])],
    [
      'a list with another certificate',
      'good',
      () => byLists([list({ revoked: [{ ...self, serialNumber: Uint8Array.of(1) }] })]),
    ],
    ['a list with it', 'revoked', () => byLists([list({ revoked: [self] })])],
    [
      'a list with it and a reason',
      'revoked',
      () => byLists([list({ revoked: [{ ...self, reason: 'certificateHold' }] })]),
    ],
    ['no list', 'unknown', () => byLists([])],
    ['no list that can be read', 'unknown', () => byLists([Uint8Array.of(0x30, 0)])],
    ['a broken list beside a good one', 'good', () => byLists([Uint8Array.of(0x30, 0), list()])],
    [
      'a list of another CA that has its number',
      'good',
      () => byLists([list(), list({ issuer: authority('other'), revoked: [self] })]),
    ],
    ['a list of another CA', 'unknown', () => byLists([list({ issuer: authority('other') })])],
    ['a list by another key of that name', 'unknown', () => byLists([list({ issuer: stranger, revoked: [self] })])],
    [
      'a forged list with the right key identifier',
      'unknown',
      () => byLists([list({ issuer: { ...root, privateKey: newKey() } })]),
    ],
    ['the newest of two', 'good', () => byLists([list({ revoked: [self] }), list({ thisUpdate: at + 1000 })])],
    [
      'the newest of two, in any order',
      'revoked',
      () => byLists([list({ thisUpdate: at + 1000, revoked: [self] }), list()]),
    ],

    ['fresh in the last second', 'good', () => byLists([list({ nextUpdate: NOW })])],
    ['one second too old', 'unknown', () => byLists([list({ nextUpdate: NOW - 1000, revoked: [self] })])],
    ['from now on', 'good', () => byLists([list({ thisUpdate: NOW })])],
    ['from the future', 'unknown', () => byLists([list({ thisUpdate: NOW + 1000 })])],
    ['without nextUpdate', 'unknown', () => byLists([list({ nextUpdate: null })])],
    ['without a number', 'unknown', () => byLists([list({ number: null })])],
    [
      'with a critical number',
      'unknown',
      () =>
        byLists([
          list({ extraExtensions: [{ oid: REVOCATION_OID.cRLNumber, critical: true, value: Uint8Array.of(2, 1, 1) }] }),
        ]),
    ],
    ['with an unknown critical extension', 'unknown', () => byLists([list({ extraExtensions: [unknownCritical] })])],
    [
      'with an unknown uncritical extension',
      'good',
      () => byLists([list({ extraExtensions: [{ ...unknownCritical, critical: false }] })]),
    ],
    [
      'with a critical entry extension',
      'unknown',
      () => byLists([list({ revoked: [{ ...self, extraExtensions: [unknownCritical] }] })]),
    ],
    [
      'with a certificate issuer: an indirect list',
      'unknown',
      () =>
        byLists([
          list({
            revoked: [
              {
                ...self,
                extraExtensions: [{ ...unknownCritical, oid: REVOCATION_OID.certificateIssuer, critical: false }],
              },
            ],
          }),
        ]),
    ],
    [
      'of a CA without cRLSign',
      'key usage',
      () => {
        const ca = authority('ca', { template: { keyUsage: ['keyCertSign'] } });
        const sources = [createCrlSource({ lists: [list({ issuer: ca })] })];
        const found = verify([leaf(ca)], { mode: 'hard-fail', sources }, ca);
        return found.trusted ? 'good' : found.got.includes('cRLSign') ? 'key usage' : found.rule;
      },
    ],
    [
      'of a CA without key usage',
      'good',
      () => {
        const ca = authority('ca', { template: { keyUsage: undefined } as never });
        return outcome(
          verify([leaf(ca)], { mode: 'hard-fail', sources: [createCrlSource({ lists: [list({ issuer: ca })] })] }, ca),
        ).replace('trusted', 'good');
      },
    ],

    [
      'for user certificates',
      'good',
      () => byLists([list({ issuingDistributionPoint: { only: 'user-certificates' } })]),
    ],
    [
      'for CA certificates',
      'unknown',
      () => byLists([list({ issuingDistributionPoint: { only: 'ca-certificates' } })]),
    ],
    [
      'for attribute certificates',
      'unknown',
      () => byLists([list({ issuingDistributionPoint: { only: 'attribute-certificates' } })]),
    ],
    [
      'for some reasons',
      'unknown',
      () => byLists([list({ issuingDistributionPoint: { someReasons: ['keyCompromise'] } })]),
    ],
    ['indirect', 'unknown', () => byLists([list({ issuingDistributionPoint: { indirect: true } })])],
    [
      'of its distribution point',
      'good',
      () => byLists([list({ issuingDistributionPoint: { names: [uri('http://a.test/crl')] } })], pointed(somewhere)),
    ],
    [
      'of another distribution point',
      'unknown',
      () => byLists([list({ issuingDistributionPoint: { names: [uri('http://b.test/crl')] } })], pointed(somewhere)),
    ],
    [
      'of a distribution point, for a certificate without',
      'unknown',
      () => byLists([list({ issuingDistributionPoint: { names: [uri('http://b.test/crl')] } })]),
    ],
    ['for every point', 'good', () => byLists([list()], pointed(somewhere))],
    [
      'of a point, beside points that cannot be read',
      'unknown',
      () =>
        byLists(
          [list({ issuingDistributionPoint: { names: [uri('http://a.test/crl')] } })],
          pointed({ ...somewhere, value: derNull() }),
        ),
    ],

    [
      'a delta list in place of a complete one',
      'unknown',
      () => byLists([list({ baseNumber: 1, number: 2 })], end, { deltas: 'use' }),
    ],
    [
      'a delta list that is ignored',
      'good',
      () => byLists([list(), list({ baseNumber: 1, number: 2, revoked: [self] })]),
    ],
    [
      'a delta list',
      'revoked',
      () => byLists([list(), list({ baseNumber: 1, number: 2, revoked: [self] })], end, { deltas: 'use' }),
    ],
    [
      'a delta list for an older base',
      'revoked',
      () => byLists([list({ number: 5 }), list({ baseNumber: 1, number: 6, revoked: [self] })], end, { deltas: 'use' }),
    ],
    [
      'a delta list for a newer base',
      'good',
      () => byLists([list(), list({ baseNumber: 2, number: 3, revoked: [self] })], end, { deltas: 'use' }),
    ],
    [
      'a delta list older than the complete one',
      'good',
      () => byLists([list({ number: 5 }), list({ baseNumber: 1, number: 4, revoked: [self] })], end, { deltas: 'use' }),
    ],
    [
      'a delta list of another scope',
      'good',
      () =>
        byLists(
          [
            list(),
            list({
              baseNumber: 1,
              number: 2,
              revoked: [self],
              issuingDistributionPoint: { only: 'user-certificates' },
            }),
          ],
          end,
          { deltas: 'use' },
        ),
    ],
    [
      'a delta list that lifts a hold',
      'good',
      () =>
        byLists(
          [
            list({ revoked: [{ ...self, reason: 'certificateHold' }] }),
            list({ baseNumber: 1, number: 2, revoked: [{ ...self, reason: 'removeFromCRL' }] }),
          ],
          end,
          { deltas: 'use' },
        ),
    ],
    [
      'a forged delta list',
      'good',
      () =>
        byLists(
          [list(), list({ issuer: { ...root, privateKey: newKey() }, baseNumber: 1, number: 2, revoked: [self] })],
          end,
          { deltas: 'use' },
        ),
    ],
  ])('%s: %s', (_, status, found) => {
    expect(found()).toBe(status);
  });

  it('a weak signature says nothing', () => {
    const encoding = list();
    // ecdsa-with-SHA1 in both places, in the length of Ed25519's identifier.
    const ed25519 = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    const weakened = encoding.slice();
    const md2 = [0x30, 5, 6, 3, 0x2b, 0x65, 0x6e];
    for (let i = 0; i + ed25519.length <= weakened.length; i++) {
      if (ed25519.every((octet, j) => weakened[i + j] === octet)) weakened.set(md2, i);
    }
    expect(parseRevocationList(weakened).signatureReading.problem).toBe('unsupported');
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
    const verdict = verifyCertificatePath({
      provider,
      certificates: [end.raw],
      trustAnchors: [root],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
      limits: { maxSignatures: 1 },
      revocation: createRevocationChecker({ mode: 'soft-fail', sources: [createCrlSource({ lists: [list()] })] }),
    });
    expect(verdict).toMatchObject({ reason: 'limit-exceeded' });
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
  it.each<readonly [what: string, status: string, found: () => string]>([
    ['good', 'good', () => byResponses([response()])],
    ['revoked', 'revoked', () => byResponses([response({}, { status: { revokedAt: at, reason: 'keyCompromise' } })])],
    ['revoked without a reason', 'revoked', () => byResponses([response({}, { status: { revokedAt: at } })])],
    ['unknown', 'unknown', () => byResponses([response({}, { status: 'unknown' })])],
    ['no response', 'unknown', () => byResponses([])],
    ['an error', 'unknown', () => byResponses([ocspErrorResponse(3)])],
    ['a broken one', 'unknown', () => byResponses([Uint8Array.of(0x30, 0)])],
    ['a broken one beside a good one', 'good', () => byResponses([Uint8Array.of(0x30, 0), response()])],
    ['good and revoked', 'revoked', () => byResponses([response(), response({}, { status: { revokedAt: at } })])],
    ['good and stale', 'good', () => byResponses([response(), response({}, { nextUpdate: NOW - 1000 })])],
    ['SHA-256 in place of SHA-1', 'good', () => byResponses([response({ hash: sha256 })], {})],
    ['SHA-1 without SHA-1', 'unknown', () => byResponses([response()], {})],
    ['a responder by its key', 'good', () => byResponses([response({ responderId: 'key' })])],
    [
      'another responder by its key',
      'unknown',
      () => byResponses([response({ responderId: 'key', sha1: (data) => sha1(data).fill(0) })]),
    ],
    ['another serial number', 'unknown', () => byResponses([response({}, { certificate: leaf(root) })])],
    ['another issuer key', 'unknown', () => byResponses([response({}, { issuer: stranger.certificate })])],
    [
      'another issuer name',
      'unknown',
      () => byResponses([response({}, { certificate: { ...end, issuer: end.subject } })]),
    ],

    ['fresh in the last second', 'good', () => byResponses([response({}, { nextUpdate: NOW })])],
    ['one second too old', 'unknown', () => byResponses([response({}, { nextUpdate: NOW - 1000 })])],
    ['from the future', 'unknown', () => byResponses([response({}, { thisUpdate: NOW + 1000 })])],
    ['made in the future', 'unknown', () => byResponses([response({ producedAt: NOW + 1000 })])],
    [
      'without nextUpdate, less than a day old',
      'good',
      () => byResponses([response({}, { thisUpdate: at + 1000, nextUpdate: null })]),
    ],
    [
      'without nextUpdate, a day old',
      'unknown',
      () => byResponses([response({}, { thisUpdate: at, nextUpdate: null })]),
    ],
    ['with a critical extension', 'unknown', () => byResponses([response({ extensions: [unknownCritical] })])],
    [
      'with a critical extension in the answer',
      'unknown',
      () => byResponses([response({}, { extensions: [unknownCritical] })]),
    ],
    [
      'with an uncritical one',
      'good',
      () => byResponses([response({ extensions: [{ ...unknownCritical, critical: false }] })]),
    ],

    [
      'signed by another key',
      'unknown',
      () => byResponses([response({ responder: { ...root, privateKey: newKey() } })]),
    ],
    ['a responder that the issuer certified', 'good', () => byResponses([delegated()])],
    [
      'a responder that says revoked',
      'revoked',
      () => byResponses([delegated({}, root, { status: { revokedAt: at } })]),
    ],
    [
      'a responder with nocheck',
      'good',
      () => byResponses([delegated({ template: { extraExtensions: [ocspNoCheckExtension()] } })]),
    ],
    [
      'a responder without OCSPSigning',
      'unknown',
      () => byResponses([delegated({ extendedKeyUsage: ['serverAuth'] })]),
    ],
    ['a responder for everything', 'unknown', () => byResponses([delegated({ extendedKeyUsage: ['any'] })])],
    [
      'a responder that may not sign',
      'unknown',
      () => byResponses([delegated({ template: { keyUsage: ['keyAgreement'] } })]),
    ],
    ['a responder that has expired', 'unknown', () => byResponses([delegated({ notAfter: NOW - 1000 })])],
    ['a responder not yet valid', 'unknown', () => byResponses([delegated({ notBefore: NOW + 1000 })])],
    [
      'a responder with an unknown critical extension',
      'unknown',
      () => byResponses([delegated({ template: { extraExtensions: [unknownCritical] } })]),
    ],
    ['a responder of another CA', 'unknown', () => byResponses([delegated({}, authority('other'))])],
    ['a responder of another CA of that name', 'unknown', () => byResponses([delegated({}, stranger)])],
    [
      'a responder that was not sent',
      'unknown',
      () => {
        const privateKey = newKey();
        const certificate = leaf(root, {
          key: privateKey,
          names: [],
          subject: [['CN', 'responder']],
          extendedKeyUsage: ['ocspSigning'],
        });
        return byResponses([response({ responder: { certificate, privateKey } })]);
      },
    ],
    [
      'a responder whose certificate is sent by somebody else',
      'unknown',
      () => {
        const privateKey = newKey();
        const certificate = leaf(root, {
          key: privateKey,
          names: [],
          subject: [['CN', 'responder']],
          extendedKeyUsage: ['ocspSigning'],
        });
        return byResponses([
          response({ responder: { certificate, privateKey: newKey() }, certificates: [certificate] }),
        ]);
      },
    ],
    [
      'a responder below a responder',
      'unknown',
      () => {
        const upper = newKey();
        const certificate = leaf(root, {
          key: upper,
          names: [],
          subject: [['CN', 'upper']],
          extendedKeyUsage: ['ocspSigning'],
        });
        return byResponses([delegated({}, { certificate, privateKey: upper })]);
      },
    ],
  ])('%s: %s', (_, status, found) => {
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
