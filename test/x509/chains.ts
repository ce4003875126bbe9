import { randomBytes } from 'node:crypto';
import type { CryptoProvider, PrivateKey } from '@portico/crypto';
import { createNodeProvider } from '@portico/transport-node';
import type { Certificate } from '@portico/x509';
import {
  createAuthority,
  createLeaf,
  generatePrivateKey,
  type CertificateTemplate,
  type Credential,
} from '@portico/x509/issue';
import { anyCertificate, authorityOnly, HOST, LEAF_NAMES, NOW, type Draft } from './changes.js';

const DAY = 86_400_000;

export const provider: CryptoProvider = createNodeProvider();

/** A chain, what was done to it, and nothing about what anybody should make of it. */
export interface GeneratedChain {
  readonly seed: number;
  readonly changes: readonly string[];
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly leaf: Certificate;
}

type Choose = <T>(from: readonly T[]) => T;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const keys: PrivateKey[] = [];
/** Beside those of the four CAs. */
const [LEAF_KEY, FORGER_KEY, SECOND_ANCHOR_KEY, NAMESAKE_KEY] = [4, 5, 6, 7] as const;

/** Keys are made once: what differs from chain to chain is what certificates say. */
export async function prepareKeys(): Promise<void> {
  while (keys.length < 8) keys.push(await generatePrivateKey(provider, 'P-256'));
}

/**
 * One chain by its number: none to three CAs below an anchor, with none to three things changed somewhere, and now and
 * then certificates beside it that lead elsewhere, back, or to nothing.
 */
export function generateChain(seed: number): GeneratedChain {
  const random = generator(seed);
  const pick: Choose = (from) => from[Math.floor(random() * from.length)] as (typeof from)[number];
  const depth = Math.floor(random() * 4);
  const drafts = Array.from({ length: depth + 2 }, (_, level) => plainDraft(level <= depth ? 'ca' : 'leaf'));
  const changes: string[] = [];
  for (let i = pick([0, 0, 1, 1, 2, 3]); i > 0; i--) {
    const level = Math.floor(random() * drafts.length);
    const [name, apply] = pick(
      level <= depth ? [...anyCertificate, ...authorityOnly, ...authorityOnly] : anyCertificate,
    );
    apply(drafts[level] as Draft, pick);
    changes.push(`${level === 0 ? 'anchor' : level > depth ? 'leaf' : `ca ${level}`}: ${name}`);
  }
  const names = pick(LEAF_NAMES);
  changes.push(`names: ${JSON.stringify(names)}`);

  const made: Credential[] = [];
  for (const [level, draft] of drafts.slice(0, -1).entries()) {
    made.push(authority(seed, level, draft, made[level - 1]));
  }
  const draft = drafts[drafts.length - 1] as Draft;
  const leaf = createLeaf({
    provider,
    issuer: signer(made[made.length - 1] as Credential, draft),
    key: keys[LEAF_KEY] as PrivateKey,
    names,
    subject: [
      ['O', pick(['example', 'example', 'EXAMPLE ', 'other'])],
      ['CN', HOST],
    ],
    notBefore: draft.notBefore,
    notAfter: draft.notAfter,
    template: template(draft),
  });
  const [anchor, ...intermediates] = made.map(({ certificate }) => certificate);
  const chain = { seed, changes, anchors: [anchor as Certificate], intermediates, leaf };
  const beside = pick([null, null, ...COMPANIONS]);
  if (beside === null) return chain;
  changes.push(`beside: ${beside[0]}`);
  return { ...chain, ...beside[1](chain, made, pick) };
}

type Companion = readonly [
  name: string,
  add: (
    chain: GeneratedChain,
    made: readonly Credential[],
    pick: Choose,
  ) => { readonly anchors?: readonly Certificate[]; readonly intermediates?: readonly Certificate[] },
];

/** What stands beside a chain: other anchors, other ways, ways back. */
const COMPANIONS: readonly Companion[] = [
  [
    'another anchor',
    ({ seed, anchors }, _, pick) => ({ anchors: shuffled(pick, [...anchors, secondAnchor(seed, {}).certificate]) }),
  ],
  [
    'an anchor of that name with another key',
    ({ seed, anchors }, _, pick) => ({
      anchors: shuffled(pick, [...anchors, authority(seed, 0, plainDraft('ca'), undefined, NAMESAKE_KEY).certificate]),
    }),
  ],
  [
    'a CA certified by another anchor too',
    (chain, made, pick) => {
      const second = secondAnchor(chain.seed, pick([{}, {}, { notAfter: NOW - DAY }]));
      const level = levelOf(pick, made);
      const crossed = authority(chain.seed, level, { ...plainDraft('ca'), ...pick([{}, EXPIRED]) }, second);
      return {
        anchors: pick([[...chain.anchors, second.certificate], [second.certificate]]),
        intermediates: shuffled(pick, [...chain.intermediates, crossed.certificate]),
      };
    },
  ],
  [
    'a CA certified again',
    (chain, made, pick) => {
      const level = levelOf(pick, made);
      const draft = { ...plainDraft('ca'), ...pick([{}, EXPIRED, EXPIRED, { ca: false }, { pathLength: 0 }]) };
      const again = authority(chain.seed, level, draft, level === 0 ? undefined : made[level - 1]);
      return { intermediates: shuffled(pick, [...chain.intermediates, again.certificate]) };
    },
  ],
  [
    'CAs that certify each other',
    (chain, made, pick) => {
      // Each CA above certified by the last one: whoever follows names goes round.
      const last = made[made.length - 1] as Credential;
      const back = made.map((_, level) => authority(chain.seed, level, plainDraft('ca'), last).certificate);
      return {
        anchors: pick([chain.anchors, chain.anchors, [secondAnchor(chain.seed, {}).certificate]]),
        intermediates: shuffled(pick, [...chain.intermediates, ...back]),
      };
    },
  ],
  [
    'a CA of that name with another key',
    (chain, made, pick) => {
      const level = levelOf(pick, made);
      const other = authority(chain.seed, level, plainDraft('ca'), made[level - 1], NAMESAKE_KEY);
      return { intermediates: shuffled(pick, [...chain.intermediates, other.certificate]) };
    },
  ],
  ['no intermediates', () => ({ intermediates: [] })],
  ['no anchor of its own', ({ seed }) => ({ anchors: [secondAnchor(seed, {}).certificate] })],
  [
    'the anchor and the leaf sent along',
    ({ anchors, intermediates, leaf }, _, pick) => ({
      intermediates: shuffled(pick, [...intermediates, ...anchors, leaf]),
    }),
  ],
];

const EXPIRED = { notBefore: NOW - 20 * DAY, notAfter: NOW - 10 * DAY };

function plainDraft(kind: 'ca' | 'leaf'): Draft {
  return {
    notBefore: NOW - 10 * DAY,
    notAfter: NOW + 10 * DAY,
    version: 3,
    ca: kind === 'ca',
    pathLength: null,
    keyUsage: kind === 'ca' ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'],
    extendedKeyUsage: kind === 'ca' ? undefined : ['serverAuth'],
    nameConstraints: undefined,
    extra: [],
    serialNumber: undefined,
    forged: false,
  };
}

/** The CA of that level, which has one name and one key whoever certifies it. */
function authority(seed: number, level: number, draft: Draft, issuer?: Credential, key: number = level): Credential {
  const privateKey = keys[key] as PrivateKey;
  return createAuthority({
    provider,
    privateKey,
    subject: [
      ['O', 'Example'],
      ['CN', `level ${level} of ${seed}`],
    ],
    notBefore: draft.notBefore,
    notAfter: draft.notAfter,
    ...(issuer === undefined ? {} : { issuer: signer(issuer, draft) }),
    template: template(draft),
  });
}

function secondAnchor(seed: number, changed: Partial<Draft>): Credential {
  return authority(seed, 9, { ...plainDraft('ca'), ...changed }, undefined, SECOND_ANCHOR_KEY);
}

function levelOf(pick: Choose, made: readonly Credential[]): number {
  return pick([...made.keys()]);
}

function shuffled(pick: Choose, certificates: readonly Certificate[]): readonly Certificate[] {
  const left = [...certificates];
  return certificates.map(() => left.splice(left.indexOf(pick(left)), 1)[0] as Certificate);
}

function signer({ certificate, privateKey }: Credential, { forged }: Draft): Credential {
  return { certificate, privateKey: forged ? (keys[FORGER_KEY] as PrivateKey) : privateKey };
}

function template(draft: Draft): Partial<CertificateTemplate> {
  const { version, ca, pathLength, keyUsage, extendedKeyUsage, nameConstraints, extra, serialNumber } = draft;
  return {
    basicConstraints: { ca, pathLength: ca ? pathLength : null },
    keyUsage,
    extendedKeyUsage,
    nameConstraints,
    // The same change may have come twice.
    extraExtensions: [...new Map(extra.map((one) => [one.oid, one])).values()],
    overrides: {
      ...(serialNumber === undefined ? {} : { serialNumber }),
      // Below version 3 there is no room for extensions, RFC 5280 section 4.1.2.9.
      ...(version === 3 ? {} : { version: version === 1 ? null : 1, extensions: null }),
    },
  } as Partial<CertificateTemplate>;
}

/** A seed for runs that should differ from day to day. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32BE();
}
