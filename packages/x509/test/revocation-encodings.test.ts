import { describe, expect, it } from 'vitest';
import {
  der,
  derExplicit,
  derImplicit,
  derNull,
  derOctetString,
  derOid,
  DerReader,
  derSequence,
  derSmallInteger,
  encodePem,
  TAG,
  type X509ErrorReason,
} from '../src/index.js';
import { MAX_CRL_LENGTH } from '../src/revocation/crl.js';
import { MAX_OCSP_RESPONSE_LENGTH } from '../src/revocation/ocsp-response.js';
import { parseOcspResponse, parseRevocationList, REVOCATION_OID, revocationListsFromPem } from '../src/revocation.js';
import { reasonOf } from './support.js';
import {
  AUTHORITY_KEY_IDENTIFIER,
  CERTIFICATE_LIST,
  CRL_EXTENSIONS,
  extension,
  generalizedTime,
  NAME,
  OCSP_RESPONSES,
  ocspResponse,
  RESPONDERS,
  REVOKED,
  signed,
  SINGLE_RESPONSES,
  TBS_CERT_LIST,
  utcTime,
} from './support/specimens.js';

const [version, algorithm, issuer, thisUpdate, nextUpdate] = TBS_CERT_LIST as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const plain = [issuer, thisUpdate, nextUpdate];
const extensions = (...list: readonly Uint8Array[]): Uint8Array => derExplicit(0, derSequence(...list));

/** A list of version 2 with these parts at its end. */
const list = (...rest: readonly Uint8Array[]): Uint8Array => signed([version, algorithm, ...plain, ...rest]);

/** A list with one revoked certificate. */
const entry = (...entryExtensions: readonly Uint8Array[]): Uint8Array =>
  list(
    derSequence(derSequence(derSmallInteger(1), utcTime('270101000000Z'), derSequence(...entryExtensions))),
    extensions(...CRL_EXTENSIONS),
  );

const number = (length: number): Uint8Array =>
  list(extensions(extension(REVOCATION_OID.cRLNumber, der(TAG.integer, new Uint8Array(length).fill(1)))));

const point = (...fields: readonly Uint8Array[]): Uint8Array =>
  list(extensions(extension(REVOCATION_OID.issuingDistributionPoint, derSequence(...fields), 'critical')));

const flag = (position: number, value = 0xff): Uint8Array => derImplicit(position, Uint8Array.of(value));
const reason = (...octets: number[]): Uint8Array =>
  extension(REVOCATION_OID.reasonCode, der(TAG.enumerated, Uint8Array.from(octets)));

describe('revocation lists', () => {
  it.each<readonly [what: string, encoding: () => Uint8Array, reason: X509ErrorReason]>([
    ['version 0', () => signed([derSmallInteger(0), algorithm, ...plain]), 'unsupported-version'],
    ['version 3', () => signed([derSmallInteger(2), algorithm, ...plain]), 'unsupported-version'],
    ['version 65536', () => signed([derSmallInteger(0xffff), algorithm, ...plain]), 'unsupported-version'],
    ['version 65537', () => signed([derSmallInteger(0x1_0000), algorithm, ...plain]), 'invalid-integer'],
    [
      'extensions in version 1',
      () => signed([algorithm, ...plain, extensions(...CRL_EXTENSIONS)]),
      'unsupported-version',
    ],
    [
      'two signature algorithms',
      () => signed(TBS_CERT_LIST, derSequence(derOid('1.2.840.10045.4.3.2'))),
      'signature-algorithm-mismatch',
    ],
    ['no revoked certificates, spelt out', () => list(derSequence()), 'truncated'],
    [
      'an unknown critical entry extension',
      () => entry(extension('1.2.3', derNull(), 'critical')),
      'invalid-extension',
    ],
    [
      'a certificate issuer, critical or not',
      () => entry(extension(REVOCATION_OID.certificateIssuer, NAME)),
      'invalid-extension',
    ],
    ['a reason of two octets', () => entry(reason(1, 0)), 'invalid-integer'],
    ['a number of 22 octets', () => number(22), 'invalid-extension'],
    ['user and CA certificates only', () => point(flag(1), flag(2)), 'invalid-extension'],
    ['user and attribute certificates only', () => point(flag(1), flag(5)), 'invalid-extension'],
    ['every kind of certificate only', () => point(flag(1), flag(2), flag(5)), 'invalid-extension'],
    ['an indirect flag of no octets', () => point(der(0x84)), 'invalid-boolean'],
    ['an indirect flag of 0x01', () => point(flag(4, 1)), 'invalid-boolean'],
    ['an indirect flag of two octets', () => point(der(0x84, Uint8Array.of(0, 0))), 'invalid-boolean'],
    ['a distribution point without a name', () => point(derExplicit(0, derNull())), 'unexpected-tag'],
    ['more than the largest', () => new Uint8Array(MAX_CRL_LENGTH + 1), 'too-large'],
    ['as long as the largest', () => new Uint8Array(MAX_CRL_LENGTH), 'unexpected-tag'],
  ])('are refused: %s', (_, encoding, expected) => {
    expect(reasonOf(() => parseRevocationList(encoding()))).toBe(expected);
  });

  it('give every field', () => {
    const keyIdentifier = AUTHORITY_KEY_IDENTIFIER.subarray(4, 24);
    expect(parseRevocationList(CERTIFICATE_LIST)).toMatchObject({
      signatureReading: { algorithm: { type: 'ed25519' } },
      issuer: { raw: NAME },
      thisUpdate: Date.UTC(2027, 0),
      nextUpdate: Date.UTC(2050, 0),
      revoked: [
        { serialNumber: Uint8Array.of(1), at: Date.UTC(2027, 0), reason: 'unspecified' },
        { serialNumber: Uint8Array.of(2), at: Date.UTC(2027, 0, 2), reason: 'keyCompromise' },
      ],
      authorityKeyIdentifier: keyIdentifier,
      crlNumber: Uint8Array.of(0x12, 0x34),
      baseCrlNumber: Uint8Array.of(0x12, 0x33),
      issuingDistributionPoint: {
        distributionPoint: [{ type: 'uri', uri: 'http://a.test/' }, { type: 'directory' }],
        only: 'ca-certificates',
        onlySomeReasons: true,
        indirect: true,
      },
    });
  });

  it('need little', () => {
    const nothing = { revoked: [], extensions: [], authorityKeyIdentifier: null, crlNumber: null, baseCrlNumber: null };
    expect(parseRevocationList(signed([algorithm, ...plain]))).toMatchObject({
      ...nothing,
      nextUpdate: Date.UTC(2050, 0),
    });
    expect(parseRevocationList(signed([algorithm, issuer, thisUpdate]))).toMatchObject({
      ...nothing,
      nextUpdate: null,
    });
    expect(parseRevocationList(signed([algorithm, issuer, thisUpdate, REVOKED]))).toMatchObject({
      nextUpdate: null,
      revoked: [{}, {}],
      issuingDistributionPoint: null,
    });
    const later = utcTime('270103000000Z');
    expect(parseRevocationList(signed([algorithm, issuer, thisUpdate, later])).nextUpdate).toBe(Date.UTC(2027, 0, 3));
    expect(parseRevocationList(number(21)).crlNumber).toHaveLength(21);
  });

  it.each([
    ['unspecified', 0],
    ['keyCompromise', 1],
    ['cACompromise', 2],
    ['affiliationChanged', 3],
    ['superseded', 4],
    ['cessationOfOperation', 5],
    ['certificateHold', 6],
    ['unused', 7],
    ['removeFromCRL', 8],
    ['privilegeWithdrawn', 9],
    ['aACompromise', 10],
    ['unspecified', 11],
  ])('%s is reason %i', (name, code) => {
    expect(parseRevocationList(entry(reason(code))).revoked).toMatchObject([{ reason: name }]);
  });

  it('take critical entry extensions that are known, and others that are not critical', () => {
    const date = generalizedTime('20270101000000Z');
    for (const known of [
      extension(REVOCATION_OID.invalidityDate, date, 'critical'),
      extension(REVOCATION_OID.reasonCode, der(TAG.enumerated, Uint8Array.of(1)), 'critical'),
      extension('1.2.3', derNull()),
      reason(0, 0xff),
    ]) {
      expect(parseRevocationList(entry(known)).revoked).toHaveLength(1);
    }
  });

  it.each([
    [[], { only: 'all', onlySomeReasons: false, indirect: false }],
    [[flag(1)], { only: 'user-certificates', onlySomeReasons: false, indirect: false }],
    [[flag(2)], { only: 'ca-certificates', onlySomeReasons: false, indirect: false }],
    [[flag(3)], { only: 'all', onlySomeReasons: true, indirect: false }],
    [[flag(4)], { only: 'all', onlySomeReasons: false, indirect: true }],
    [[flag(5)], { only: 'attribute-certificates', onlySomeReasons: false, indirect: false }],
    [[flag(1, 0), flag(2, 0), flag(4, 0), flag(5, 0)], { only: 'all', onlySomeReasons: false, indirect: false }],
  ])('scope %#', (fields, expected) => {
    expect(parseRevocationList(point(...fields)).issuingDistributionPoint).toEqual({
      distributionPoint: null,
      ...expected,
    });
  });

  it('a name relative to the issuer is a distribution point without names', () => {
    const relative = point(derExplicit(0, der(0xa1)));
    expect(parseRevocationList(relative).issuingDistributionPoint?.distributionPoint).toEqual([]);
  });

  it('are found in PEM, beside other blocks', () => {
    const pem = [
      encodePem('CERTIFICATE', NAME),
      encodePem('X509 CRL', CERTIFICATE_LIST),
      encodePem('X509 CRL', number(1)),
    ];
    expect(revocationListsFromPem(pem.join('')).map(({ raw }) => raw)).toEqual([CERTIFICATE_LIST, number(1)]);
  });
});

const time = generalizedTime('20270101000000Z');
const responses = derSequence(...SINGLE_RESPONSES);
const status = (code: number, ...rest: readonly Uint8Array[]): Uint8Array =>
  derSequence(der(TAG.enumerated, Uint8Array.of(code)), ...rest);
const bytes = (type: string): Uint8Array => derExplicit(0, derSequence(derOid(type), derOctetString(derSequence())));
const first = SINGLE_RESPONSES[0] as Uint8Array;
/** A response whose only answer has that tag for its status, and contents in it. */
const answer = (tag: number): Uint8Array => {
  const single = new DerReader(first).sequence('a SingleResponse');
  return ocspResponse(RESPONDERS.name, time, derSequence(derSequence(single.any(), der(tag, Uint8Array.of(0)), time)));
};

describe('OCSP responses', () => {
  it.each<readonly [what: string, encoding: () => Uint8Array, reason: X509ErrorReason]>([
    ['success without an answer', () => status(0), 'not-found'],
    ['an error with an answer', () => status(6, bytes(REVOCATION_OID.ocspBasic)), 'not-found'],
    ['an answer of another type', () => status(0, bytes('1.2.3')), 'not-found'],
    ['an answer of nothing', () => status(0, bytes(REVOCATION_OID.ocspBasic)), 'truncated'],
    ['a status of 256', () => derSequence(der(TAG.enumerated, Uint8Array.of(1, 0))), 'invalid-integer'],
    [
      'version 2',
      () => ocspResponse(derExplicit(0, derSmallInteger(1)), RESPONDERS.key, time, responses),
      'unsupported-version',
    ],
    [
      'version 256',
      () => ocspResponse(derExplicit(0, derSmallInteger(255)), RESPONDERS.key, time, responses),
      'unsupported-version',
    ],
    [
      'version 257',
      () => ocspResponse(derExplicit(0, derSmallInteger(256)), RESPONDERS.key, time, responses),
      'invalid-integer',
    ],
    ['good with something in it', () => answer(0x80), 'invalid-length'],
    ['unknown with something in it', () => answer(0x82), 'invalid-length'],
    ['more than the largest', () => new Uint8Array(MAX_OCSP_RESPONSE_LENGTH + 1), 'too-large'],
    ['as long as the largest', () => new Uint8Array(MAX_OCSP_RESPONSE_LENGTH), 'unexpected-tag'],
  ])('are refused: %s', (_, encoding, expected) => {
    expect(reasonOf(() => parseOcspResponse(encoding()))).toBe(expected);
  });

  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [4, 'unused'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
    [7, '7'],
  ])('status %i is %s', (code, name) => {
    expect(() => parseOcspResponse(status(code))).toThrow(
      `not-found: expected a successful OCSP response, got ${name}`,
    );
  });

  it('says that a success without an answer is none', () => {
    expect(() => parseOcspResponse(status(0))).toThrow('got successful');
  });

  it('give every field', () => {
    const hash = new Uint8Array(20).fill(0xee);
    const parsed = parseOcspResponse(OCSP_RESPONSES.byKey);
    expect(parsed).toMatchObject({
      responder: { type: 'key', hash },
      producedAt: Date.UTC(2027, 0),
      responses: [
        {
          certificateId: {
            hashAlgorithm: '1.3.14.3.2.26',
            issuerNameHash: hash,
            issuerKeyHash: hash,
            serialNumber: Uint8Array.of(0x12, 0x34),
          },
          status: { type: 'good' },
          thisUpdate: Date.UTC(2027, 0),
          nextUpdate: Date.UTC(2027, 0),
          extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2' }],
        },
        {
          status: { type: 'revoked', at: Date.UTC(2027, 0), reason: 'keyCompromise' },
          nextUpdate: null,
          extensions: [],
        },
        { status: { type: 'revoked', at: Date.UTC(2027, 0), reason: 'unspecified' } },
        { status: { type: 'unknown' } },
      ],
      extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2' }],
      signatureReading: { algorithm: { type: 'ed25519' } },
      certificates: [derSequence(), derSequence()],
    });
    expect(parseOcspResponse(OCSP_RESPONSES.byName)).toMatchObject({
      responder: { type: 'name', name: { raw: NAME } },
    });
  });

  it('may have no answer about anything', () => {
    expect(parseOcspResponse(ocspResponse(RESPONDERS.name, time, derSequence())).responses).toEqual([]);
    expect(parseOcspResponse(ocspResponse(RESPONDERS.name, time, derSequence(first))).responses).toHaveLength(1);
  });
});
