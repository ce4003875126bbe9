import { describe, expect, it } from 'vitest';
import {
  compatibleProfile,
  DEFAULT_PATH_LIMITS,
  DEFAULT_REMEMBERED_SIGNATURES,
  DerReader,
  derSequence,
  derBoolean,
  derSmallInteger,
  MAX_CERTIFICATE_LENGTH,
  MAX_DER_DEPTH,
  MAX_EXPLAINED_LINES,
  OID,
  parseCertificate,
  publicTrustProfile,
  strictProfile,
  TAG,
} from '../src/index.js';
import { CONSTRUCTED_BIT, contextConstructed, contextPrimitive } from '../src/der/tag.js';
import { MAX_OID_LENGTH, MAX_REMEMBERED_OIDS } from '../src/der/oid.js';
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../src/path/certificate-rules.js';
import {
  MAX_AGE_WITHOUT_NEXT_UPDATE,
  MAX_CRL_LENGTH,
  MAX_OCSP_RESPONSE_LENGTH,
  MAX_RESPONDER_CERTIFICATES,
  REVOCATION_OID,
  REVOCATION_REASONS,
} from '../src/revocation.js';
import { reasonOf } from './support.js';
import { extension, signed, TBS_CERTIFICATE } from './support/specimens.js';

describe('what a standard or the documentation gives a value', () => {
  it('types of ASN.1, X.680 section 8.4', () => {
    expect(TAG).toEqual({
      boolean: 1,
      integer: 2,
      bitString: 3,
      octetString: 4,
      null: 5,
      oid: 6,
      enumerated: 10,
      utf8String: 12,
      numericString: 18,
      printableString: 19,
      teletexString: 20,
      ia5String: 22,
      utcTime: 23,
      generalizedTime: 24,
      visibleString: 26,
      universalString: 28,
      bmpString: 30,
      // Constructed.
      sequence: 0x20 + 16,
      set: 0x20 + 17,
    });
    expect([contextPrimitive(1), contextConstructed(2), CONSTRUCTED_BIT]).toEqual([0x81, 0xa2, 0x20]);
  });

  it('identifiers and reasons of revocation, RFC 5280 section 5, RFC 6960 and RFC 7633', () => {
    expect(REVOCATION_OID).toEqual({
      cRLNumber: '2.5.29.20',
      reasonCode: '2.5.29.21',
      invalidityDate: '2.5.29.24',
      deltaCRLIndicator: '2.5.29.27',
      issuingDistributionPoint: '2.5.29.28',
      certificateIssuer: '2.5.29.29',
      ocspBasic: '1.3.6.1.5.5.7.48.1.1',
      ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
      ocspSigning: '1.3.6.1.5.5.7.3.9',
      tlsFeature: '1.3.6.1.5.5.7.1.24',
    });
    expect(REVOCATION_REASONS.indexOf('removeFromCRL')).toBe(8);
    expect(REVOCATION_REASONS).toHaveLength(11);
  });

  it('limits', () => {
    expect(DEFAULT_PATH_LIMITS).toEqual({
      maxCertificates: 64,
      maxBytes: 256 * 1024,
      maxIntermediates: 8,
      maxCandidates: 256,
      maxSignatures: 48,
      maxNameComparisons: 250_000,
      maxPolicies: 100_000,
    });
    expect({
      MAX_CERTIFICATE_LENGTH,
      MAX_CRL_LENGTH,
      MAX_OCSP_RESPONSE_LENGTH,
      MAX_DER_DEPTH,
      MAX_OID_LENGTH,
      MAX_REMEMBERED_OIDS,
      MAX_EXPLAINED_LINES,
      DEFAULT_REMEMBERED_SIGNATURES,
      MIN_RSA_BITS,
      MAX_RSA_BITS,
      MAX_AGE_WITHOUT_NEXT_UPDATE,
      MAX_RESPONDER_CERTIFICATES,
    }).toEqual({
      MAX_CERTIFICATE_LENGTH: 1024 ** 2,
      MAX_CRL_LENGTH: 64 * 1024 ** 2,
      MAX_OCSP_RESPONSE_LENGTH: 64 * 1024,
      MAX_DER_DEPTH: 32,
      MAX_OID_LENGTH: 128,
      MAX_REMEMBERED_OIDS: 256,
      MAX_EXPLAINED_LINES: 200,
      DEFAULT_REMEMBERED_SIGNATURES: 1024,
      MIN_RSA_BITS: 2048,
      MAX_RSA_BITS: 8192,
      MAX_AGE_WITHOUT_NEXT_UPDATE: 24 * 60 * 60 * 1000,
      MAX_RESPONDER_CERTIFICATES: 4,
    });
    // A length of five octets is refused for being one, whatever it says.
    expect(reasonOf(() => new DerReader(Uint8Array.of(4, 0x85, 1, 0, 0, 0, 0)).element())).toBe('invalid-length');
  });

  it.each([
    [0x7fff_ffff, 'accepted'],
    [0x8000_0000, 'invalid-integer'],
  ])('a path length of %i: %s', (pathLength, expected) => {
    const value = derSequence(derBoolean(true), derSmallInteger(pathLength));
    const extensions = Uint8Array.from([...derSequence(extension(OID.basicConstraints, value))]);
    const encoding = signed([...TBS_CERTIFICATE.slice(0, 7), Uint8Array.of(0xa3, extensions.length, ...extensions)]);
    expect(reasonOf(() => parseCertificate(encoding))).toBe(expected);
  });

  it('names of profiles', () => {
    expect([compatibleProfile, strictProfile, publicTrustProfile].map(({ name }) => name)).toEqual([
      'compatible',
      'strict',
      'public-trust',
    ]);
  });
});
