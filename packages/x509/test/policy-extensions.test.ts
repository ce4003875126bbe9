import { describe, expect, it } from 'vitest';
import {
  derImplicit,
  derOid,
  derSequence,
  derSmallInteger,
  OID,
  type Certificate,
  type X509ErrorReason,
} from '../src/index.js';
import {
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from '../src/path/policy-extensions.js';
import { reasonOf } from './support.js';
import { EXTENSION_VALUES } from './support/specimens.js';

/** A certificate with one extension, of which nothing else is looked at. */
const holding = (oid: string, value: Uint8Array): Certificate =>
  ({ extensions: [{ oid, critical: false, value }] }) as unknown as Certificate;
const nothing = { extensions: [] } as unknown as Certificate;

const policies = (value: Uint8Array) => readCertificatePolicies(holding(OID.certificatePolicies, value));
const mappings = (value: Uint8Array) => readPolicyMappings(holding(OID.policyMappings, value));
const constraints = (value: Uint8Array) => readPolicyConstraints(holding(OID.policyConstraints, value));
const inhibit = (value: Uint8Array) => readInhibitAnyPolicy(holding(OID.inhibitAnyPolicy, value));
const pair = (issuer: string, subject: string): Uint8Array => derSequence(derOid(issuer), derOid(subject));

describe('policy extensions', () => {
  it('give what is in them', () => {
    expect(policies(EXTENSION_VALUES.certificatePolicies)).toEqual(new Set(['1.2.3', '1.2.4']));
    expect(mappings(EXTENSION_VALUES.policyMappings)).toEqual(new Map([['1.2.3', ['1.2.5', '1.2.6']]]));
    expect(constraints(EXTENSION_VALUES.policyConstraints)).toEqual({
      requireExplicitPolicy: 1,
      inhibitPolicyMapping: 2,
    });
    expect(constraints(derSequence(derImplicit(0, Uint8Array.of(0))))).toEqual({
      requireExplicitPolicy: 0,
      inhibitPolicyMapping: null,
    });
    expect(constraints(derSequence(derImplicit(1, Uint8Array.of(0))))).toEqual({
      requireExplicitPolicy: null,
      inhibitPolicyMapping: 0,
    });
    expect(inhibit(EXTENSION_VALUES.inhibitAnyPolicy)).toBe(2);
    expect(inhibit(derSmallInteger(0x7fff_ffff))).toBe(0x7fff_ffff);
  });

  it('are null where they are not there', () => {
    expect([
      readCertificatePolicies(nothing),
      readPolicyMappings(nothing),
      readPolicyConstraints(nothing),
      readInhibitAnyPolicy(nothing),
    ]).toEqual([null, null, null, null]);
  });

  const policy = derSequence(derOid('1.2.3'));
  it.each<readonly [what: string, read: () => unknown, reason: X509ErrorReason]>([
    ['a policy twice', () => policies(derSequence(policy, policy)), 'invalid-extension'],
    ['no policy', () => policies(derSequence()), 'truncated'],
    ['empty qualifiers', () => policies(derSequence(derSequence(derOid('1.2.3'), derSequence()))), 'truncated'],
    ['a mapping of anyPolicy', () => mappings(derSequence(pair(OID.anyPolicy, '1.2.3'))), 'invalid-extension'],
    ['a mapping to anyPolicy', () => mappings(derSequence(pair('1.2.3', OID.anyPolicy))), 'invalid-extension'],
    ['no mapping', () => mappings(derSequence()), 'truncated'],
    ['no constraint', () => constraints(derSequence()), 'invalid-extension'],
    ['a negative count', () => constraints(derSequence(derImplicit(0, Uint8Array.of(0xff)))), 'invalid-integer'],
    ['a count over 2^31', () => inhibit(derSmallInteger(0x8000_0000)), 'invalid-integer'],
  ])('are refused: %s', (_, read, reason) => {
    expect(reasonOf(read)).toBe(reason);
  });
});
