import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  identityMismatch,
  verifyCertificatePath,
  X509Error,
  type ReferenceIdentity,
  type VerifyOptions,
} from '../src/index.js';
import { createRevocationChecker, type RevocationPolicy } from '../src/revocation.js';
import { NOW, provider } from './support.js';
import { good, intermediate, root } from './support/paths.js';

const options: VerifyOptions = {
  provider,
  certificates: [good.raw, intermediate.certificate.raw],
  trustAnchors: [root],
  time: NOW,
  purpose: 'server-authentication',
  identity: { type: 'dns', name: 'example.com' },
};

/** What came of it: `trusted`, the rule that was broken, or our error. */
function outcomeOf(given: unknown): string {
  try {
    const verdict = verifyCertificatePath(given as VerifyOptions);
    return 'rule' in verdict ? verdict.rule : 'trusted';
  } catch (error) {
    if (error instanceof X509Error) return error.reason;
    throw error;
  }
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, NaN, '', 'dns', true, 0n, () => true, [], {}, [undefined], [null], [{}]),
  fc.constantFrom<unknown>([{ certificate: null }], [[1]], new DataView(new ArrayBuffer(2)), new Date(0)),
  fc.anything(),
);

describe('callers without a compiler', () => {
  it('have everything in its place', () => {
    expect(outcomeOf(options)).toBe('trusted');
  });

  it.each([
    ['no options', undefined],
    ['null for options', null],
    ['no provider', { ...options, provider: undefined }],
    ['a provider without algorithms', { ...options, provider: {} }],
    ['one certificate and no list', { ...options, certificates: good.raw }],
    ['no certificates', { ...options, certificates: undefined }],
    ['a certificate in PEM', { ...options, certificates: ['-----BEGIN CERTIFICATE-----'] }],
    ['a certificate that was read', { ...options, certificates: [good] }],
    ['a hole in the list', { ...options, certificates: [good.raw, undefined] }],
    ['no anchors', { ...options, trustAnchors: undefined }],
    ['one anchor and no list', { ...options, trustAnchors: root }],
    ['an anchor in DER', { ...options, trustAnchors: [root.certificate.raw] }],
    ['an anchor that is null', { ...options, trustAnchors: [null] }],
    ['a certificate as anchor', { ...options, trustAnchors: [root.certificate] }],
    ['a leaf that is not read', { ...options, leaf: good.raw }],
    ['no time', { ...options, time: undefined }],
    ['a Date for the time', { ...options, time: new Date(NOW) }],
    ['a BigInt for the time', { ...options, time: 0n }],
    ['no purpose', { ...options, purpose: undefined }],
    ['another purpose', { ...options, purpose: 'server' }],
    ['no identity', { ...options, identity: undefined }],
    ['a text for the identity', { ...options, identity: 'example.com' }],
    ['an identity without type', { ...options, identity: { name: 'example.com' } }],
    ['an identity of another type', { ...options, identity: { type: 'name', name: 'example.com' } }],
    ['an identity without its name', { ...options, identity: { type: 'dns' } }],
    ['a limit that is not there', { ...options, limits: { maxBytes: undefined } }],
    ['a limit that is no number', { ...options, limits: { maxSignatures: NaN } }],
    ['a limit below zero', { ...options, limits: { maxSignatures: -1 } }],
  ])('%s: invalid-argument', (_, given) => {
    expect(outcomeOf(given)).toBe('invalid-argument');
  });

  it.each([
    [{ type: 'dns' }],
    [{ type: 'ip', address: 1 }],
    [{ type: 'sip-domain', name: 'example.com' }],
    [{ type: 'uri', uri: null }],
    [{ type: 'srv', service: 'imaps' }],
    [{ type: 'srv', name: 'example.com' }],
  ])('an identity %o: invalid-argument', (identity) => {
    expect(() => identityMismatch(good, identity as ReferenceIdentity)).toThrow(X509Error);
  });

  it.each([{ mode: 'hardfail' }, { mode: undefined }, { mode: 'hard-fail', scope: 'leafs' }])(
    'a revocation policy %o: invalid-argument',
    (policy) => {
      const given = { sources: [], ...policy } as unknown as RevocationPolicy;
      expect(() => createRevocationChecker(given)).toThrow('invalid-argument');
    },
  );

  it('get a verdict or our error, whatever stands for what', () => {
    const wanted = [
      'provider',
      'certificates',
      'trustAnchors',
      'time',
      'purpose',
      'identity',
      'limits',
      'leaf',
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...wanted), anything, (name, value) => {
        outcomeOf({ ...options, [name]: value });
      }),
      { numRuns: 2000 },
    );
  });

  it('get a verdict or our error for identities of every type with anything in them', () => {
    const type = fc.constantFrom('dns', 'ip', 'sip-domain', 'uri', 'srv');
    const fields = fc.record(
      { type, name: anything, address: anything, domain: anything, uri: anything, service: anything },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (identity) => {
        outcomeOf({ ...options, identity });
      }),
      { numRuns: 1000 },
    );
  });

  it('get our error for anything as options', () => {
    fc.assert(
      fc.property(anything, (given) => {
        expect(outcomeOf(given)).toBe('invalid-argument');
      }),
    );
  });
});
