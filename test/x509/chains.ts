import { randomBytes } from 'node:crypto';
import type { CryptoProvider, PrivateKey } from '@portico/crypto';
import { createNodeProvider } from '@portico/transport-node';
import type { Certificate, Extension, GeneralName, KeyUsage, NameConstraints } from '@portico/x509';
import {
  certificatePoliciesExtension,
  createAuthority,
  createLeaf,
  generatePrivateKey,
  noRevAvailExtension,
  policyConstraintsExtension,
  type CertificateTemplate,
  type Credential,
} from '@portico/x509/issue';

export const HOST = 'www.example.com';
/** On a whole second, which other verifiers count in. */
export const NOW: number = Date.UTC(2027, 2, 1, 12);
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

/** Keys are made once: what differs from chain to chain is what certificates say. */
export async function prepareKeys(): Promise<void> {
  while (keys.length < 6) keys.push(await generatePrivateKey(provider, 'P-256'));
}

interface Draft {
  notBefore: number;
  notAfter: number;
  ca: boolean;
  pathLength: number | null;
  keyUsage: KeyUsage[] | undefined;
  extendedKeyUsage: string[] | undefined;
  nameConstraints: NameConstraints | undefined;
  extra: Extension[];
  serialNumber: Uint8Array | undefined;
  forged: boolean;
}

type Change = readonly [name: string, apply: (draft: Draft, pick: <T>(from: readonly T[]) => T) => void];

const dns = (name: string): GeneralName => ({ type: 'dns', name });
const permitted = (...names: GeneralName[]): NameConstraints => ({ permitted: names, excluded: [] });
const excluded = (...names: GeneralName[]): NameConstraints => ({ permitted: [], excluded: names });
const unknownCritical: Extension = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: Uint8Array.of(5, 0) };

const anyCertificate: readonly Change[] = [
  ['expired', (draft) => (draft.notAfter = NOW - 1000)],
  ['not yet valid', (draft) => (draft.notBefore = NOW + 1000)],
  ['to the second', (draft) => (draft.notAfter = NOW)],
  ['from the second', (draft) => (draft.notBefore = NOW)],
  ['unknown critical extension', (draft) => draft.extra.push(unknownCritical)],
  ['unknown extension', (draft) => draft.extra.push({ ...unknownCritical, critical: false })],
  ['forged', (draft) => (draft.forged = true)],
  ['clientAuth', (draft) => (draft.extendedKeyUsage = ['clientAuth'])],
  ['anyExtendedKeyUsage', (draft) => (draft.extendedKeyUsage = ['any'])],
  ['both usages', (draft) => (draft.extendedKeyUsage = ['clientAuth', 'serverAuth'])],
  ['no extended key usage', (draft) => (draft.extendedKeyUsage = undefined)],
  ['no key usage', (draft) => (draft.keyUsage = undefined)],
  ['negative serial number', (draft) => (draft.serialNumber = Uint8Array.of(0x80, 1))],
  ['serial number zero', (draft) => (draft.serialNumber = Uint8Array.of(0))],
  ['serial number of 21 octets', (draft) => (draft.serialNumber = new Uint8Array(21).fill(0x11))],
  ['serial number of 30 octets', (draft) => (draft.serialNumber = new Uint8Array(30).fill(0x11))],
  ['noRevAvail', (draft) => draft.extra.push(noRevAvailExtension())],
  ['a policy', (draft) => draft.extra.push(certificatePoliciesExtension(['1.2.3.4']))],
];

const authorityOnly: readonly Change[] = [
  ['no CA', (draft) => (draft.ca = false)],
  ['path length 0', (draft) => (draft.pathLength = 0)],
  ['path length 1', (draft) => (draft.pathLength = 1)],
  ['no keyCertSign', (draft) => (draft.keyUsage = ['cRLSign'])],
  ['policy constraints', (draft) => draft.extra.push(policyConstraintsExtension({ requireExplicitPolicy: 0 }))],
  [
    'name constraints',
    (draft, pick) =>
      (draft.nameConstraints = pick([
        permitted(dns('example.com')),
        permitted(dns('.example.com')),
        permitted(dns('example.org')),
        permitted(dns('www.example.com'), dns('other.test')),
        permitted(dns('')),
        excluded(dns('example.com')),
        excluded(dns('www.example.com')),
        excluded(dns('foo.example.com')),
        excluded(dns('')),
        permitted({ type: 'ip', address: Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0) }),
        permitted({ type: 'email', address: 'example.com' }),
        excluded({ type: 'uri', uri: '.example.com' }),
      ])),
  ],
];

const LEAF_NAMES: readonly (readonly string[])[] = [
  [HOST],
  [HOST],
  [HOST],
  ['*.example.com'],
  ['example.com'],
  ['WWW.EXAMPLE.COM'],
  ['other.test', HOST],
  ['w*.example.com'],
  ['*.com', '*'],
  ['192.0.2.1', HOST],
  [HOST, 'https://a.example.com/'],
  ['foo.example.com', '*.example.com'],
  [],
];

/** One chain by its number: none to three CAs below an anchor, with none to two things changed somewhere. */
export function generateChain(seed: number): GeneratedChain {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const depth = Math.floor(random() * 4);
  const drafts = Array.from({ length: depth + 2 }, (_, level): Draft => ({
    notBefore: NOW - 10 * DAY,
    notAfter: NOW + 10 * DAY,
    ca: level <= depth,
    pathLength: null,
    keyUsage: level <= depth ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'],
    extendedKeyUsage: level <= depth ? undefined : ['serverAuth'],
    nameConstraints: undefined,
    extra: [],
    serialNumber: undefined,
    forged: false,
  }));
  const changes: string[] = [];
  for (let i = Math.floor(random() * 3); i > 0; i--) {
    const level = Math.floor(random() * drafts.length);
    const [name, apply] = pick(
      level <= depth ? [...anyCertificate, ...authorityOnly, ...authorityOnly] : anyCertificate,
    );
    apply(drafts[level] as Draft, pick);
    changes.push(`${level === 0 ? 'anchor' : level > depth ? 'leaf' : `ca ${level}`}: ${name}`);
  }
  const names = pick(LEAF_NAMES);
  changes.push(`names: ${names.join(' ')}`);

  const made: Credential[] = [];
  for (const [level, draft] of drafts.slice(0, -1).entries()) {
    const privateKey = keys[level] as PrivateKey;
    const issuer = made[level - 1];
    const certificate = createAuthority({
      provider,
      privateKey,
      subject: [['CN', `level ${level} of ${seed}`]],
      notBefore: draft.notBefore,
      notAfter: draft.notAfter,
      ...(issuer === undefined ? {} : { issuer: signer(issuer, draft) }),
      template: template(draft),
    }).certificate;
    made.push({ certificate, privateKey });
  }
  const draft = drafts[drafts.length - 1] as Draft;
  const leaf = createLeaf({
    provider,
    issuer: signer(made[made.length - 1] as Credential, draft),
    key: keys[4] as PrivateKey,
    names,
    subject: [['CN', HOST]],
    notBefore: draft.notBefore,
    notAfter: draft.notAfter,
    template: template(draft),
  });
  const [anchor, ...intermediates] = made.map(({ certificate }) => certificate);
  return { seed, changes, anchors: [anchor as Certificate], intermediates, leaf };
}

function signer({ certificate, privateKey }: Credential, { forged }: Draft): Credential {
  return { certificate, privateKey: forged ? (keys[5] as PrivateKey) : privateKey };
}

function template(draft: Draft): Partial<CertificateTemplate> {
  const { ca, pathLength, keyUsage, extendedKeyUsage, nameConstraints, extra, serialNumber } = draft;
  return {
    basicConstraints: { ca, pathLength: ca ? pathLength : null },
    keyUsage,
    extendedKeyUsage,
    nameConstraints,
    // The same change may have come twice.
    extraExtensions: [...new Map(extra.map((one) => [one.oid, one])).values()],
    overrides: serialNumber === undefined ? {} : { serialNumber },
  } as Partial<CertificateTemplate>;
}

/** A seed for runs that should differ from day to day. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32BE();
}
