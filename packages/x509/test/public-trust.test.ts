import { describe, expect, it } from 'vitest';
import {
  explainVerdict,
  OID,
  parseIpAddress,
  publicTrustProfile,
  strictProfile,
  type Certificate,
  type Extension,
  type GeneralName,
} from '../src/index.js';
import {
  authorityInfoAccessExtension,
  certificatePoliciesExtension,
  crlDistributionPointsExtension,
  type AuthorityOptions,
  type LeafOptions,
} from '../src/issue.js';
import { isReservedAddress } from '../src/path/reserved-addresses.js';
import { authority, DAY, leaf, NOW, withoutRule } from './support.js';
import { added, answerTo, flipped, usages, verdict, without, type Change } from './support/judged.js';

const root = authority('root');

const uri = (text: string): GeneralName => ({ type: 'uri', uri: text });
const ocsp = authorityInfoAccessExtension([['ocsp', uri('http://example.com/')]]);
const issuers = authorityInfoAccessExtension([['caIssuers', uri('http://example.com/ca.crt')]]);
const list = crlDistributionPointsExtension([uri('http://example.com/list.crl')]);
const DOMAIN_VALIDATED = '2.23.140.1.2.1';
const policies = certificatePoliciesExtension([DOMAIN_VALIDATED]);

interface Chain {
  readonly leaf?: Partial<LeafOptions>;
  readonly ca?: Partial<AuthorityOptions>;
  readonly leafChange?: Change;
  readonly caChange?: Change;
}

const change = (extensions: readonly Extension[], by: readonly Change[]): readonly Extension[] =>
  by.reduce((changed, one) => one(changed), extensions);

/** A leaf and its CA as the BR want them, or with something changed. */
function chain(options: Chain = {}): Certificate[] {
  const ca = {
    issuer: root,
    subject: [
      ['C', 'XX'],
      ['O', 'Example'],
      ['CN', 'ca'],
    ] as const,
    ...options.ca,
  };
  const caExtensions = change(authority('ca', ca).certificate.extensions, [
    usages('serverAuth'),
    added(policies),
    added(list),
    options.caChange ?? ((same) => same),
  ]);
  const issuer = authority('ca', { ...ca, template: { ...ca.template, overrides: { extensions: caExtensions } } });
  const end = { notBefore: NOW - DAY, notAfter: NOW + 10 * DAY, ...options.leaf };
  const leafExtensions = change(leaf(issuer, end).extensions, [
    added(ocsp),
    added(policies),
    options.leafChange ?? ((same) => same),
  ]);
  const overrides = { extensions: leafExtensions };
  return [leaf(issuer, { ...end, template: { ...end.template, overrides } }), issuer.certificate];
}

/** A leaf of so many days and seconds from that moment on, judged in its first hour. */
function judgeValidity(notBefore: number, days: number, seconds = 0): string {
  // The second of notAfter belongs to the validity.
  const notAfter = notBefore + days * DAY + (seconds - 1) * 1000;
  const old = { notBefore: Date.UTC(2000, 0, 1), notAfter: Date.UTC(2040, 0, 1) };
  const anchor = authority('old root', old);
  const certificates = chain({ leaf: { notBefore, notAfter }, ca: { ...old, issuer: anchor } });
  return verdict(certificates, publicTrustProfile, anchor, { time: notBefore + 3_600_000 });
}

const SINCE_PROFILES = Date.UTC(2023, 8, 15);
const named = (...names: (string | GeneralName)[]): Chain => ({ leaf: { names: ['example.com', ...names] } });
const location = (...descriptions: Parameters<typeof authorityInfoAccessExtension>[0]): Change =>
  added(authorityInfoAccessExtension(descriptions));

const rows: readonly (readonly [rule: string, broken: Chain])[] = [
  ['validity-period', { leaf: { notBefore: NOW - 100 * DAY, notAfter: NOW + 100 * DAY } }],
  ['subject-alt-name-server', named('sip:example.com')],
  ['internal-name', named('host')],
  ['internal-name', named('a.host.local')],
  ['internal-name', named('host.INTERNAL')],
  ['internal-name', named('*.home.arpa')],
  ['reserved-address', named('192.0.2.1')],
  ['reserved-address', named('fd00::1')],
  ['reverse-zone', named('1.2.0.192.in-addr.arpa')],
  ['reverse-zone', named('8.b.d.0.1.0.0.2.IP6.arpa')],
  ['leaf-policies', { leafChange: without(OID.certificatePolicies) }],
  ['leaf-policies', { leafChange: added({ ...policies, value: Uint8Array.of(5, 0) }) }],
  ['leaf-policies', { leafChange: added(certificatePoliciesExtension(['1.2.3'])) }],
  ['leaf-policies', { leafChange: added(certificatePoliciesExtension([DOMAIN_VALIDATED, '2.23.140.1.2.2'])) }],
  ['leaf-policies', { leafChange: added(certificatePoliciesExtension([DOMAIN_VALIDATED, 'any'])) }],
  ['access-information', { leafChange: (all) => added(list)(without(OID.authorityInfoAccess)(all)) }],
  ['access-locations', { leafChange: location(['ocsp', uri('https://example.com/')]) }],
  ['access-locations', { leafChange: location(['ocsp', { type: 'dns', name: 'example.com' }]) }],
  ['access-locations', { leafChange: location(['ocsp', uri('http://a/')], ['1.2.3', uri('http://a/')]) }],
  ['access-locations', { caChange: location(['caIssuers', uri('ldap://example.com/')]) }],
  ['revocation-information', { leafChange: added(issuers) }],
  ['key-usage-critical', { leafChange: flipped(OID.keyUsage) }],
  ['key-usage-critical', { caChange: flipped(OID.keyUsage) }],
  [
    'ca-subject',
    {
      ca: {
        subject: [
          ['O', 'Example'],
          ['CN', 'ca'],
        ],
      },
    },
  ],
  [
    'ca-subject',
    {
      ca: {
        subject: [
          ['C', 'XX'],
          ['CN', 'ca'],
        ],
      },
    },
  ],
  [
    'ca-subject',
    {
      ca: {
        subject: [
          ['C', 'XX'],
          ['O', 'Example'],
        ],
      },
    },
  ],
  ['ca-crl-sign', { ca: { template: { keyUsage: ['keyCertSign'] } } }],
  ['ca-extended-key-usage', { caChange: without(OID.extKeyUsage) }],
  ['ca-extended-key-usage', { caChange: without(OID.extKeyUsage), ca: { notBefore: Date.UTC(2019, 0, 1) } }],
  ['ca-extended-key-usage', { caChange: usages('serverAuth', 'any') }],
  ['ca-extended-key-usage', { caChange: usages('any') }],
  ['ca-policies', { caChange: without(OID.certificatePolicies) }],
  ['ca-policies', { caChange: without(OID.certificatePolicies), ca: { notBefore: SINCE_PROFILES } }],
  ['ca-distribution-points', { caChange: without(OID.cRLDistributionPoints) }],
];

describe('the profile public-trust', () => {
  it('accepts what breaks none', () => {
    expect(verdict(chain(), publicTrustProfile, root)).toBe('trusted');
    expect(verdict(chain(named('8.8.8.8', '2606:4700::1111')), publicTrustProfile, root)).toBe('trusted');
    expect(verdict(chain(named('local.example.com', 'in-addr.example.com')), publicTrustProfile, root)).toBe('trusted');
    const withList: Change = (all) => added(list)(added(issuers)(all));
    expect(verdict(chain({ leafChange: withList }), publicTrustProfile, root)).toBe('trusted');
    const more = certificatePoliciesExtension(['1.2.3', '2.23.140.1.1']);
    expect(verdict(chain({ leafChange: added(more) }), publicTrustProfile, root)).toBe('trusted');
  });

  it.each(rows)('%s is refused, and accepted by strict', (rule, broken) => {
    const certificates = chain(broken);
    expect(verdict(certificates, publicTrustProfile, root)).toBe(rule);
    expect(verdict(certificates, strictProfile, root)).toBe('trusted');
    // It breaks no other rule.
    expect(withoutRule(rule, () => verdict(certificates, publicTrustProfile, root))).toBe('trusted');
  });

  it('explains what it refuses', async () => {
    const texts = rows.map(([, broken]) => explainVerdict(answerTo(chain(broken), publicTrustProfile, root)));
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('golden/public-trust.txt');
  });

  it('has a row for each of its rules', () => {
    const broken = new Set(rows.map(([rule]) => rule));
    const { leaf: ofLeaf, intermediate } = publicTrustProfile.rules;
    const own = [
      ...ofLeaf.slice(strictProfile.rules.leaf.length),
      ...intermediate.slice(strictProfile.rules.intermediate.length),
    ];
    expect(new Set(own.map(({ name }) => name))).toEqual(broken);
    expect(publicTrustProfile.rules.anchor).toBe(strictProfile.rules.anchor);
  });

  // The day from which a limit holds, its days, and those of the second before.
  it.each([
    ['2012-07-01', 1827, Infinity],
    ['2016-07-01', 1188, 1827],
    ['2018-03-01', 825, 1188],
    ['2020-09-01', 398, 825],
    ['2026-03-15', 200, 398],
    ['2027-03-15', 100, 200],
    ['2029-03-15', 47, 100],
  ])('a leaf from %s is valid for at most %i days, one from the second before %s', (day, days, before) => {
    const since = Date.parse(`${day}T00:00:00Z`);
    expect(judgeValidity(since, days)).toBe('trusted');
    expect(judgeValidity(since, days, 1)).toBe('validity-period');
    if (before === Infinity) {
      expect(judgeValidity(since - 1000, 9000)).toBe('trusted');
    } else {
      expect(judgeValidity(since - 1000, before)).toBe('trusted');
      expect(judgeValidity(since - 1000, before, 1)).toBe('validity-period');
    }
  });

  it('asks no revocation information of short-lived leaves', () => {
    const judgeShort = (notBefore: number, days: number, seconds = 0): string => {
      const notAfter = notBefore + days * DAY + (seconds - 1) * 1000;
      const anchor = authority('old root', { notBefore: Date.UTC(2023, 0, 1) });
      const certificates = chain({
        leaf: { notBefore, notAfter },
        ca: { notBefore: Date.UTC(2023, 8, 1), issuer: anchor },
        leafChange: added(issuers),
      });
      return verdict(certificates, publicTrustProfile, anchor, { time: notBefore + 3_600_000 });
    };
    expect(judgeShort(Date.UTC(2026, 2, 15), 7)).toBe('trusted');
    expect(judgeShort(Date.UTC(2026, 2, 15), 7, 1)).toBe('revocation-information');
    expect(judgeShort(Date.UTC(2026, 2, 15) - 1000, 10)).toBe('trusted');
    expect(judgeShort(Date.UTC(2026, 2, 15) - 1000, 10, 1)).toBe('revocation-information');
    expect(judgeShort(Date.UTC(2024, 2, 15), 10)).toBe('trusted');
    expect(judgeShort(Date.UTC(2024, 2, 15) - 1000, 1)).toBe('revocation-information');
    expect(judgeShort(SINCE_PROFILES, 1)).toBe('revocation-information');
    expect(judgeShort(SINCE_PROFILES - 1000, 1)).toBe('trusted');
  });

  it('asks of older certificates what was asked then', () => {
    const anchor = authority('old root', { notBefore: Date.UTC(2010, 0, 1) });
    const judge = (options: Chain): string =>
      verdict(chain({ ...options, ca: { issuer: anchor, ...options.ca } }), publicTrustProfile, anchor);
    const beforeProfiles = { notBefore: SINCE_PROFILES - 1000 };
    expect(judge({ ca: { notBefore: Date.UTC(2019, 0, 1) - 1000 }, caChange: without(OID.extKeyUsage) })).toBe(
      'trusted',
    );
    expect(judge({ ca: beforeProfiles, caChange: without(OID.certificatePolicies) })).toBe('trusted');
    expect(judge({ ca: beforeProfiles, caChange: without(OID.cRLDistributionPoints) })).toBe('trusted');
    const old = (options: Chain, notBefore: number): string =>
      verdict(
        chain({
          ...options,
          leaf: { ...options.leaf, notBefore, notAfter: notBefore + DAY },
          ca: { issuer: anchor, notBefore: Date.UTC(2023, 0, 1) },
        }),
        publicTrustProfile,
        anchor,
        { time: notBefore + 3_600_000 },
      );
    for (const oid of [OID.certificatePolicies, OID.authorityInfoAccess]) {
      expect(old({ leafChange: without(oid) }, SINCE_PROFILES - 1000)).toBe('trusted');
      expect(old({ leafChange: without(oid) }, SINCE_PROFILES)).not.toBe('trusted');
    }
    const zone = named('1.2.0.192.in-addr.arpa');
    expect(old(zone, Date.UTC(2026, 2, 15) - 1000)).toBe('trusted');
    expect(old(zone, Date.UTC(2026, 2, 15))).toBe('reverse-zone');
  });

  it('asks a CA for usages only where it stands above a leaf: cross-certificates need none', () => {
    const subject = [
      ['C', 'XX'],
      ['O', 'Example'],
      ['CN', 'cross-signed'],
    ] as const;
    const crossed = authority('', { issuer: root, subject });
    const extensions = [policies, list].reduce((all, one) => added(one)(all), crossed.certificate.extensions);
    const { privateKey } = crossed;
    const upper = authority('', { issuer: root, subject, privateKey, template: { overrides: { extensions } } });
    const path = [...chain({ ca: { issuer: upper } }), upper.certificate];
    expect(verdict(path, publicTrustProfile, root)).toBe('trusted');
  });
});

describe('addresses that IANA reserves', () => {
  // The first and the last of each block, and their neighbours that are not reserved.
  it.each([
    ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
    ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
    ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['224.0.0.0', '255.255.255.255', '223.255.255.255', null],
    ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, '2000::'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff:ffff::', '2003::'],
    ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', '2620:4f:7fff:ffff::', '2620:4f:8001::'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff::', '3fff:1000::'],
    ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:ffff::', null],
  ])('%s to %s', (first, last, before, after) => {
    const judge = (text: string): boolean => isReservedAddress(parseIpAddress(text) as Uint8Array);
    expect([first, last].map(judge)).toEqual([true, true]);
    for (const neighbour of [before, after]) if (neighbour !== null) expect(judge(neighbour)).toBe(false);
  });
});
