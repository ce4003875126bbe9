import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  OID,
  trustAnchorsFromPem,
  type Certificate,
  type PathFailureReason,
} from '../src/index.js';
import { authorityInfoAccessExtension, noRevAvailExtension } from '../src/issue.js';
import { authority, DAY, fixture, leaf, leafKey, newKey, notAfter, notBefore, NOW, reasonOf } from './support.js';
import { chainOf, good, intermediate, reason, root, verify } from './support/paths.js';

describe('paths that are trusted', () => {
  it('the chain runs from the leaf to the anchor', () => {
    expect(chainOf(verify([good, intermediate.certificate]))).toEqual(['CN=example.com', 'CN=intermediate', 'CN=root']);
    expect(chainOf(verify([leaf(root)]))).toEqual(['CN=example.com', 'CN=root']);
  });

  it('an intermediate as anchor ends the path', () => {
    expect(chainOf(verify([good, intermediate.certificate], [intermediate]))).toHaveLength(2);
    expect(chainOf(verify([good], [intermediate]))).toHaveLength(2);
  });

  it('a leaf that is an anchor itself, self-signed or not', () => {
    const selfSigned = leaf(
      { certificate: root.certificate, privateKey: leafKey },
      {
        template: { issuer: { selfSignedWith: leafKey } },
      },
    );
    expect(chainOf(verify([selfSigned], [selfSigned]))).toHaveLength(1);
    expect(chainOf(verify([good], [good]))).toHaveLength(1);
    expect(reason(verify([selfSigned], [selfSigned], { time: notAfter + DAY }))).toBe('expired');
    expect(reason(verify([selfSigned]))).not.toBe('trusted');
  });

  it('certificates in any order, doubled, with the root and strangers among them', () => {
    const other = authority('other');
    const second = authority('second', { issuer: intermediate });
    const end = leaf(second);
    const sent = [second, other, root, intermediate, second, authority('intermediate')].map((one) => one.certificate);
    expect(chainOf(verify([end, ...sent]))).toHaveLength(4);
    expect(chainOf(verify([end, ...sent.reverse()]))).toHaveLength(4);
    expect(chainOf(verify([end, Uint8Array.of(0x30), ...sent]))).toHaveLength(4);
  });

  it('a cross-signed CA: whichever way leads to somebody trusted', () => {
    const otherRoot = authority('other root');
    const { privateKey } = intermediate;
    const subject = [['CN', 'intermediate']] as const;
    const crossed = authority('', { subject, privateKey, issuer: otherRoot });
    const expired = authority('', { subject, privateKey, issuer: root, notAfter: NOW - 1000 });
    const sent = [good, expired.certificate, crossed.certificate, intermediate.certificate];
    expect(chainOf(verify(sent)).at(-1)).toBe('CN=root');
    expect(chainOf(verify(sent, [otherRoot])).at(-1)).toBe('CN=other root');
    expect(reason(verify(sent.slice(0, 2)))).toBe('expired');
  });

  it('CAs that sign each other in a circle do not catch the search', () => {
    const [a, b] = [newKey(), newKey()];
    const aByRoot = authority('a', { privateKey: a, issuer: root });
    const bByA = authority('b', { privateKey: b, issuer: aByRoot });
    const aByB = authority('a', { privateKey: a, issuer: bByA });
    const end = leaf(aByRoot);
    expect(chainOf(verify([end, bByA.certificate, aByB.certificate, aByRoot.certificate]))).toHaveLength(3);
    expect(reason(verify([end, bByA.certificate, aByB.certificate]))).toBe('unknown-issuer');
  });

  it('two anchors of one name: the one whose key signed', () => {
    expect(
      chainOf(verify([good, intermediate.certificate], [authority('root'), root, authority('root')])),
    ).toHaveLength(3);
  });

  it('names that differ in case, white space and string type are the same', () => {
    const caller = authority('x', {
      subject: [
        ['O', 'Big  CA'],
        ['CN', 'root'],
      ],
    });
    const renamed = {
      ...caller.certificate,
      subject: authority('y', {
        subject: [
          ['O', ' big ca'],
          ['CN', 'ROOT'],
        ],
      }).certificate.subject,
    };
    expect(chainOf(verify([leaf({ ...caller, certificate: renamed })], [caller]))).toHaveLength(2);
  });

  it('self-issued CAs count neither for the path length nor for the depth', () => {
    const bounded = authority('bounded', { issuer: root, pathLength: 0 });
    const rekeyed = authority('bounded', { issuer: bounded });
    const end = leaf(rekeyed);
    const sent = [end, rekeyed.certificate, bounded.certificate];
    expect(chainOf(verify(sent, [root], { limits: { maxIntermediates: 1 } }))).toHaveLength(4);
  });

  it('usages: absent extensions, several, and anyExtendedKeyUsage', () => {
    expect(reason(verify([leaf(root, { template: { overrides: { extensions: sanOnly() } } })]))).toBe('trusted');
    const usages = ['1.2.3', 'any'];
    expect(reason(verify([leaf(root, { extendedKeyUsage: usages })]))).toBe('trusted');
    expect(reason(verify([leaf(root, { extendedKeyUsage: ['1.2.3'] })], [root], { keyPurposes: ['1.2.3'] }))).toBe(
      'trusted',
    );
    expect(
      reason(
        verify([leaf(root, { extendedKeyUsage: ['clientAuth'] })], [root], {
          purpose: 'client-authentication',
          identity: null,
        }),
      ),
    ).toBe('trusted');
  });

  it('one usage from the leaf to the anchor: absent extensions and anyExtendedKeyUsage leave it as it is', () => {
    const trusts = (above: readonly string[] | undefined, own: readonly string[], accepted: string[]): string => {
      const ca = authority('ca', { issuer: root, template: { extendedKeyUsage: above } as never });
      const sent = [leaf(ca, { extendedKeyUsage: own }), ca.certificate];
      return reason(verify(sent, [root], { keyPurposes: accepted }));
    };
    const both = [OID.serverAuth, OID.clientAuth];
    expect(trusts(['clientAuth', 'serverAuth'], ['serverAuth'], both)).toBe('trusted');
    expect(trusts(['clientAuth', 'serverAuth'], ['clientAuth'], both)).toBe('trusted');
    expect(trusts(['any'], ['clientAuth'], both)).toBe('trusted');
    expect(trusts(['clientAuth'], ['any'], both)).toBe('trusted');
    expect(trusts(undefined, ['clientAuth'], both)).toBe('trusted');
  });

  it('refuses a caller who asks for what there is not', () => {
    const judge = (options: object) => (): unknown => verify([leaf(root)], [root], options);
    expect(reasonOf(judge({ purpose: 'server' }))).toBe('invalid-argument');
    expect(reasonOf(judge({ purpose: undefined }))).toBe('invalid-argument');
    expect(reasonOf(judge({ purpose: 'toString' }))).toBe('invalid-argument');
    expect(reasonOf(judge({ identity: { type: 'DNS', name: 'example.com' } }))).toBe('invalid-argument');
  });

  it('a SIP server: RFC 5924 usage or the TLS one, the domain in a sip URI', () => {
    const identity = { type: 'sip-domain', domain: 'example.com' } as const;
    const named = { names: ['sip:example.com', 'host.example.com'] };
    expect(reason(verify([leaf(root, named)], [root], { identity }))).toBe('trusted');
    expect(reason(verify([leaf(root, { ...named, extendedKeyUsage: ['sipDomain'] })], [root], { identity }))).toBe(
      'trusted',
    );
    expect(
      reason(
        verify([leaf(root, { ...named, extendedKeyUsage: ['sipDomain'] })], [root], {
          identity: { type: 'dns', name: 'host.example.com' },
        }),
      ),
    ).toBe('extended-key-usage');
    expect(
      reason(verify([leaf(root, named)], [root], { identity: { type: 'sip-domain', domain: 'host.example.com' } })),
    ).toBe('name-mismatch');
  });

  it('serial numbers of any 20 octets, a sign octet before them, and zero', () => {
    for (const serialNumber of [new Uint8Array(21).fill(1), Uint8Array.of(0), Uint8Array.of(0x7f)]) {
      expect(reason(verify([leaf(root, { template: { overrides: { serialNumber } } })]))).toBe('trusted');
    }
  });

  it('RSA keys from 2048 to 8192 bits', () => {
    for (const bytes of [256, 1024]) {
      const modulus = new Uint8Array(bytes).fill(0xff);
      const key = { type: 'rsa', modulus, exponent: Uint8Array.of(3) } as const;
      expect(reason(verify([leaf(root, { key })]))).toBe('trusted');
    }
    const key = { type: 'rsa', modulus: new Uint8Array(256).fill(0x7f), exponent: Uint8Array.of(3) } as const;
    expect(reason(verify([leaf(root, { key })]))).toBe('weak-algorithm');
  });

  it('both ends of the validity belong to it, and the last second wholly', () => {
    const times: readonly [number, PathFailureReason | 'trusted'][] = [
      [notBefore - 1, 'not-yet-valid'],
      [notBefore, 'trusted'],
      [notAfter, 'trusted'],
      [notAfter + 999, 'trusted'],
      [notAfter + 1000, 'expired'],
      [NaN, 'not-yet-valid'],
    ];
    for (const [time, expected] of times) expect(reason(verify([leaf(root)], [root], { time }))).toBe(expected);
  });

  it.each(['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519', 'rsa-signed-with-pss'])('OpenSSL chain %s', (kind) => {
    const anchors = trustAnchorsFromPem(fixture(`${kind.replace('-signed-with-pss', '')}-root.pem`));
    const [end] = certificatesFromPem(fixture(`${kind}-leaf.pem`));
    expect(reason(verify([end as Certificate], anchors, { time: Date.UTC(2030, 0) }))).toBe('trusted');
    const { raw } = end as Certificate;
    const damaged = raw.map((byte, i) => (i === raw.length - 3 ? byte ^ 1 : byte));
    expect(reason(verify([damaged], anchors, { time: Date.UTC(2030, 0) }))).toBe('bad-signature');
  });
});

function sanOnly(): { oid: string; critical: boolean; value: Uint8Array }[] {
  return [...good.extensions].filter(({ oid }) => oid === OID.subjectAltName);
}

const somewhere = { type: 'uri', uri: 'http://example.com/' } as const;

describe('paths that are trusted although they look odd', () => {
  it('noRevAvail, with or without other access information', () => {
    for (const beside of [[], [authorityInfoAccessExtension([['caIssuers', somewhere]])]]) {
      const extraExtensions = [noRevAvailExtension(), ...beside];
      expect(reason(verify([leaf(root, { template: { extraExtensions } })]))).toBe('trusted');
    }
  });

  it('a wildcard below what is no public suffix', () => {
    const identity = { type: 'dns', name: 'a.example.co.uk' } as const;
    const isPublicSuffix = (domain: string): boolean => domain === 'co.uk';
    expect(reason(verify([leaf(root, { names: ['*.example.co.uk'] })], [root], { identity, isPublicSuffix }))).toBe(
      'trusted',
    );
    // The name itself may be a suffix: only a wildcard stands for strangers.
    const own = { type: 'dns', name: 'co.uk' } as const;
    expect(reason(verify([leaf(root, { names: ['co.uk'] })], [root], { identity: own, isPublicSuffix }))).toBe(
      'trusted',
    );
  });
});
