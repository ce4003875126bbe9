import { describe, expect, it } from 'vitest';
import {
  createPolicyChecker,
  derNull,
  OID,
  verifyCertificatePath,
  type Certificate,
  type Extension,
  type PathVerdict,
  type PolicyInputs,
} from '../src/index.js';
import {
  certificatePoliciesExtension as policies,
  inhibitAnyPolicyExtension as inhibitAny,
  policyConstraintsExtension as constraints,
  policyMappingsExtension as mappings,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, newKey, NOW, provider } from './support.js';

const GOLD = '1.3.6.1.4.1.55738.1.1';
const SILVER = '1.3.6.1.4.1.55738.1.2';
const RED = '1.3.6.1.4.1.55738.1.3';
const explicit = constraints({ requireExplicitPolicy: 0 });
const any = OID.anyPolicy;

interface Chain {
  readonly anchor?: readonly Extension[];
  /** From the anchor down; a name makes two CAs self-issued. */
  readonly cas: readonly (readonly Extension[])[];
  readonly leaf: readonly Extension[];
  readonly selfIssued?: 'second';
}

/** The policies that a chain is valid for, or the rule that it breaks. */
function judge(
  { anchor, cas, leaf: leafExtensions, selfIssued }: Chain,
  inputs: PolicyInputs = {},
): readonly string[] | string {
  const root = authority('root', anchor === undefined ? {} : { template: { extraExtensions: anchor } });
  const made: Credential[] = [];
  for (const [index, extraExtensions] of cas.entries()) {
    const issuer = made[made.length - 1] ?? root;
    const name = selfIssued === 'second' && index === 1 ? 'ca 0' : `ca ${index}`;
    made.push(authority(name, { issuer, privateKey: newKey(), template: { extraExtensions } }));
  }
  const end = leaf(made[made.length - 1] ?? root, { template: { extraExtensions: leafExtensions } });
  const verdict = verifyCertificatePath({
    provider,
    certificates: [end, ...made.map(({ certificate }) => certificate)].map(({ raw }) => raw),
    trustAnchors: [root],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
    policies: createPolicyChecker(inputs),
  });
  if (verdict instanceof Promise) throw new Error('expected an answer at once');
  return verdict.trusted ? [...verdict.policies].sort() : verdict.rule;
}

function verifyChain(chain: readonly Certificate[], anchor: Credential, inputs: PolicyInputs = {}): PathVerdict {
  const verdict = verifyCertificatePath({
    provider,
    certificates: chain.map(({ raw }) => raw),
    trustAnchors: [anchor],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
    policies: createPolicyChecker(inputs),
  });
  if (verdict instanceof Promise) throw new Error('expected an answer at once');
  return verdict;
}

const gold = policies([GOLD]);
const anything = policies(['any']);

describe('certificate policies, RFC 5280 section 6.1 with RFC 9618', () => {
  it.each<readonly [what: string, chain: Chain, inputs: PolicyInputs, result: readonly string[] | 'policy']>([
    ['none, and none is asked for', { cas: [[]], leaf: [] }, {}, []],
    ['none, but one must be valid', { cas: [[]], leaf: [] }, { requireExplicitPolicy: true }, 'policy'],
    ['one all the way', { cas: [[gold]], leaf: [gold] }, { requireExplicitPolicy: true }, [GOLD]],
    ['critical ones are processed', { cas: [[gold]], leaf: [{ ...gold, critical: true }] }, {}, [GOLD]],
    [
      'one that the CA does not have',
      { cas: [[gold]], leaf: [policies([SILVER])] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    ['one that the CA does not have, when none must be', { cas: [[gold]], leaf: [policies([SILVER])] }, {}, []],
    ['anyPolicy in the CA', { cas: [[anything]], leaf: [gold] }, { requireExplicitPolicy: true }, [GOLD]],
    ['anyPolicy in the leaf', { cas: [[gold]], leaf: [anything] }, { requireExplicitPolicy: true }, [GOLD]],
    ['anyPolicy everywhere', { cas: [[anything]], leaf: [anything] }, { requireExplicitPolicy: true }, [any]],
    [
      'anyPolicy everywhere, one acceptable',
      { cas: [[anything]], leaf: [anything] },
      { acceptable: [GOLD], requireExplicitPolicy: true },
      [GOLD],
    ],
    ['an acceptable one', { cas: [[gold]], leaf: [gold] }, { acceptable: [GOLD], requireExplicitPolicy: true }, [GOLD]],
    [
      'another than the acceptable',
      { cas: [[gold]], leaf: [gold] },
      { acceptable: [SILVER], requireExplicitPolicy: true },
      'policy',
    ],
    ['another than the acceptable, when none must be', { cas: [[gold]], leaf: [gold] }, { acceptable: [SILVER] }, []],
    [
      'a CA without the extension ends them all',
      { cas: [[gold], []], leaf: [gold] },
      { requireExplicitPolicy: true },
      'policy',
    ],

    ['requireExplicitPolicy in a CA', { cas: [[explicit]], leaf: [] }, {}, 'policy'],
    ['requireExplicitPolicy in a CA, met', { cas: [[gold, explicit]], leaf: [gold] }, {}, [GOLD]],
    ['requireExplicitPolicy in the anchor', { anchor: [explicit], cas: [[]], leaf: [] }, {}, 'policy'],
    ['requireExplicitPolicy 0 in the leaf', { cas: [[]], leaf: [explicit] }, {}, 'policy'],
    ['requireExplicitPolicy 1 in the leaf', { cas: [[]], leaf: [constraints({ requireExplicitPolicy: 1 })] }, {}, []],
    [
      'requireExplicitPolicy 2, with two below',
      { cas: [[constraints({ requireExplicitPolicy: 2 })], []], leaf: [] },
      {},
      'policy',
    ],
    [
      'self-issued CAs do not count down',
      { cas: [[constraints({ requireExplicitPolicy: 2 })], []], leaf: [], selfIssued: 'second' },
      {},
      [],
    ],
    [
      'requireExplicitPolicy 3, with two below',
      { cas: [[constraints({ requireExplicitPolicy: 3 })], []], leaf: [] },
      {},
      [],
    ],
    [
      'a later, larger requireExplicitPolicy loosens nothing',
      { cas: [[explicit], [constraints({ requireExplicitPolicy: 9 })]], leaf: [] },
      {},
      'policy',
    ],

    [
      'inhibitAnyPolicy of the caller',
      { cas: [[gold]], leaf: [anything] },
      { inhibitAnyPolicy: true, requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitAnyPolicy of the caller holds for the first CA',
      { cas: [[anything]], leaf: [gold] },
      { inhibitAnyPolicy: true, requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitAnyPolicy 0 in a CA',
      { cas: [[gold, inhibitAny(0)]], leaf: [anything] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitAnyPolicy 1 in a CA',
      { cas: [[gold, inhibitAny(1)]], leaf: [anything] },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'inhibitAnyPolicy 1, one CA later',
      { cas: [[gold, inhibitAny(1)], [gold]], leaf: [anything] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitAnyPolicy in the anchor',
      { anchor: [inhibitAny(0)], cas: [[anything]], leaf: [gold] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitAnyPolicy spares self-issued CAs',
      { cas: [[gold, inhibitAny(0)], [anything]], leaf: [gold], selfIssued: 'second' },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'inhibitAnyPolicy without self-issue',
      { cas: [[gold, inhibitAny(0)], [anything]], leaf: [gold] },
      { requireExplicitPolicy: true },
      'policy',
    ],

    [
      'a mapping',
      { cas: [[gold, mappings([[GOLD, SILVER]])]], leaf: [policies([SILVER])] },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'a mapped policy under its old name',
      { cas: [[gold, mappings([[GOLD, SILVER]])]], leaf: [gold] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'a mapping to two',
      {
        cas: [
          [
            gold,
            mappings([
              [GOLD, SILVER],
              [GOLD, RED],
            ]),
          ],
        ],
        leaf: [policies([RED])],
      },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'a mapping of what anyPolicy covers',
      { cas: [[anything, mappings([[GOLD, SILVER]])]], leaf: [policies([SILVER])] },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'a mapping of what nobody has',
      { cas: [[policies([RED]), mappings([[GOLD, SILVER]])]], leaf: [policies([SILVER])] },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'mappings over two CAs',
      {
        cas: [
          [gold, mappings([[GOLD, SILVER]])],
          [policies([SILVER]), mappings([[SILVER, RED]])],
        ],
        leaf: [policies([RED])],
      },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'inhibitPolicyMapping of the caller',
      { cas: [[gold, mappings([[GOLD, SILVER]])]], leaf: [policies([SILVER])] },
      { inhibitPolicyMapping: true, requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitPolicyMapping deletes the mapped policy',
      { cas: [[gold, mappings([[GOLD, SILVER]])]], leaf: [gold] },
      { inhibitPolicyMapping: true, requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitPolicyMapping 0 in the CA above',
      {
        cas: [
          [gold, constraints({ inhibitPolicyMapping: 0 })],
          [gold, mappings([[GOLD, SILVER]])],
        ],
        leaf: [policies([SILVER])],
      },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitPolicyMapping 1 in the CA above',
      {
        cas: [
          [gold, constraints({ inhibitPolicyMapping: 1 })],
          [gold, mappings([[GOLD, SILVER]])],
        ],
        leaf: [policies([SILVER])],
      },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'inhibitPolicyMapping 1, two CAs later',
      {
        cas: [[gold, constraints({ inhibitPolicyMapping: 1 })], [gold], [gold, mappings([[GOLD, SILVER]])]],
        leaf: [policies([SILVER])],
      },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'inhibitPolicyMapping in the anchor',
      {
        anchor: [constraints({ inhibitPolicyMapping: 0 })],
        cas: [[gold, mappings([[GOLD, SILVER]])]],
        leaf: [policies([SILVER])],
      },
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      'a node without a valid descendant is no policy of the chain',
      { cas: [[policies([GOLD, SILVER])]], leaf: [gold] },
      { requireExplicitPolicy: true },
      [GOLD],
    ],
    [
      'two names for one policy below',
      {
        cas: [
          [
            policies([GOLD, SILVER]),
            mappings([
              [GOLD, RED],
              [SILVER, RED],
            ]),
          ],
        ],
        leaf: [policies([RED])],
      },
      { requireExplicitPolicy: true },
      [GOLD, SILVER],
    ],
  ])('%s', (_, chain, inputs, result) => {
    expect(judge(chain, inputs)).toEqual(typeof result === 'string' ? result : [...result].sort());
  });

  it('a self-issued leaf is none of the CAs that are spared', () => {
    const root = authority('root');
    const judgeLeaf = (
      ofCa: readonly Extension[],
      ofLeaf: readonly Extension[],
      inputs: PolicyInputs = {},
    ): unknown => {
      const ca = authority('ca', { issuer: root, template: { extraExtensions: ofCa } });
      const end = leaf(ca, { subject: [['CN', 'ca']], template: { extraExtensions: ofLeaf } });
      const verdict = verifyChain([end, ca.certificate], root, inputs);
      return verdict.trusted ? verdict.policies : verdict.rule;
    };
    const strictly = { requireExplicitPolicy: true };
    expect(judgeLeaf([gold, inhibitAny(0)], [anything], strictly)).toBe('policy');
    expect(judgeLeaf([gold, inhibitAny(1)], [anything], strictly)).toEqual([GOLD]);
    expect(judgeLeaf([constraints({ requireExplicitPolicy: 1 })], [])).toBe('policy');
    expect(judgeLeaf([constraints({ requireExplicitPolicy: 2 })], [])).toEqual([]);
  });

  it('says what was expected of whom', () => {
    const root = authority('root');
    const ca = authority('ca', { issuer: root, template: { extraExtensions: [explicit, gold] } });
    const lower = authority('lower', { issuer: ca, template: { extraExtensions: [policies([SILVER])] } });
    const end = leaf(lower, { template: { extraExtensions: [policies([SILVER])] } });
    expect(verifyChain([end, lower.certificate, ca.certificate], root)).toMatchObject({
      message: 'CN=lower: expected a valid policy, got none',
    });
    const bare = authority('bare', { issuer: root });
    const below = authority('below', { issuer: bare, template: { extraExtensions: [gold] } });
    const sent = [leaf(below, { template: { extraExtensions: [gold] } }), below.certificate, bare.certificate];
    expect(verifyChain(sent, root, { requireExplicitPolicy: true })).toMatchObject({
      message: 'CN=bare: expected a valid policy, got none',
    });
    const golden = leaf(ca, { template: { extraExtensions: [gold] } });
    expect(verifyChain([golden, ca.certificate], root, { acceptable: [SILVER, RED] })).toMatchObject({
      message: `CN=example.com: expected one of the policies ${SILVER}, ${RED}, got none`,
    });
  });

  it.each(['root', 'upper', 'lower', 'leaf'] as const)('says of which certificate it cannot read: the %s', (place) => {
    const broken = { extraExtensions: [{ ...constraints({}), critical: false }] };
    const at = (name: string, issuer?: Credential): Credential =>
      authority(name, { ...(issuer && { issuer }), ...(name === place && { template: broken }) });
    const root = at('root');
    const upper = at('upper', root);
    const lower = at('lower', upper);
    const end = leaf(lower, place === 'leaf' ? { template: broken } : {});
    expect(verifyChain([end, lower.certificate, upper.certificate], root)).toMatchObject({
      reason: 'malformed',
      rule: 'policy-extensions',
      section: 'RFC 5280 section 4.2.1.4',
      certificate: { subject: { text: place === 'leaf' ? 'CN=example.com' : `CN=${place}` } },
      expected: 'readable policy extensions',
      got: 'invalid-extension: expected requireExplicitPolicy or inhibitPolicyMapping',
    });
  });

  it('names the certificate after which no policy is left', () => {
    const root = authority('root');
    const ca = authority('ca', { issuer: root, template: { extraExtensions: [explicit, gold] } });
    const lower = authority('lower', { issuer: ca });
    const verdict = verifyCertificatePath({
      provider,
      certificates: [leaf(lower), lower.certificate, ca.certificate].map(({ raw }) => raw),
      trustAnchors: [root],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
      policies: createPolicyChecker(),
    });
    expect(verdict).toMatchObject({ reason: 'policy', certificate: { raw: lower.certificate.raw } });
  });

  it.each<readonly [what: string, extension: Extension]>([
    ['a policy twice', policies([GOLD, GOLD])],
    ['no policy', policies([])],
    ['no structure', { ...gold, value: derNull() }],
    ['anyPolicy mapped', mappings([['any', GOLD]])],
    ['a mapping to anyPolicy', mappings([[GOLD, 'any']])],
    ['no mapping', mappings([])],
    ['empty constraints', constraints({})],
    ['a negative count', { ...inhibitAny(0), value: Uint8Array.of(2, 1, 0x80) }],
    ['a count that is too large', { ...inhibitAny(0), value: Uint8Array.of(2, 5, 0, 0xff, 0xff, 0xff, 0xff) }],
  ])('refuses %s', (_, extension) => {
    expect(judge({ cas: [[extension]], leaf: [] })).toBe('policy-extensions');
    expect(judge({ cas: [[extension]], leaf: [gold] })).toBe('policy-extensions');
  });

  it('the last certificate maps nothing, whatever its mappings say (RFC 5280 section 6.1.4)', () => {
    expect(judge({ cas: [[gold]], leaf: [gold, mappings([['any', GOLD]])] })).toEqual([GOLD]);
    expect(judge({ cas: [[gold]], leaf: [gold, mappings([[GOLD, SILVER]])] })).toEqual([GOLD]);
  });

  it('takes time in proportion to the certificates: the tree of RFC 5280 would double with each CA', () => {
    // RFC 9618 section 3.2: two policies, each mapped to both.
    const doubling = [
      policies([GOLD, SILVER]),
      mappings([
        [GOLD, GOLD],
        [GOLD, SILVER],
        [SILVER, GOLD],
        [SILVER, SILVER],
      ]),
    ];
    const cas = Array.from({ length: 8 }, () => doubling);
    const chain = { cas, leaf: [policies([GOLD, SILVER])] };
    expect(judge(chain, { requireExplicitPolicy: true })).toEqual([GOLD, SILVER]);
    const many = Array.from({ length: 60 }, (_, i) => `1.2.3.${i}`);
    const all = many.flatMap((from) => many.map((to) => [from, to] as const));
    const wide = Array.from({ length: 3 }, () => [policies(many), mappings(all)]);
    expect(judge({ cas: wide, leaf: [policies(many)] }, { requireExplicitPolicy: true })).toHaveLength(60);
  });
});
