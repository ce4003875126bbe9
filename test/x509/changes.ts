import type { Extension, GeneralName, KeyUsage, NameConstraints } from '@portico/x509';
import { encodeName } from '@portico/x509';
import {
  certificatePoliciesExtension,
  inhibitAnyPolicyExtension,
  noRevAvailExtension,
  policyConstraintsExtension,
  policyMappingsExtension,
} from '@portico/x509/issue';

/** The host that leaves are for. */
export const HOST = 'www.example.com';
/** On a whole second, which other verifiers count in. */
export const NOW: number = Date.UTC(2027, 2, 1, 12);

/** Two policies. */
const ONE = '1.2.3.4';
const OTHER = '1.2.3.5';

/** What a certificate shall say before it is made. */
export interface Draft {
  notBefore: number;
  notAfter: number;
  /** What `version` stands for in the encoding; null for the version 1, which has none. Below 3 there are no extensions. */
  version: 1 | 2 | 3;
  ca: boolean;
  pathLength: number | null;
  keyUsage: KeyUsage[] | undefined;
  extendedKeyUsage: string[] | undefined;
  nameConstraints: NameConstraints | undefined;
  extra: Extension[];
  serialNumber: Uint8Array | undefined;
  forged: boolean;
}

export type Change = readonly [name: string, apply: (draft: Draft, pick: <T>(from: readonly T[]) => T) => void];

const ip = (...octets: number[]): GeneralName => ({ type: 'ip', address: Uint8Array.from(octets) });
const email = (address: string): GeneralName => ({ type: 'email', address });
/** Only the encoding of its name is looked at. */
const directory = (organization: string): GeneralName =>
  ({ type: 'directory', name: { raw: encodeName([['O', organization]]) } }) as GeneralName;
const dns = (name: string): GeneralName => ({ type: 'dns', name });
const permitted = (...names: GeneralName[]): NameConstraints => ({ permitted: names, excluded: [] });
const excluded = (...names: GeneralName[]): NameConstraints => ({ permitted: [], excluded: names });
const unknownCritical: Extension = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: Uint8Array.of(5, 0) };

/** For every certificate. */
export const anyCertificate: readonly Change[] = [
  ['expired', (draft) => (draft.notAfter = NOW - 1000)],
  ['not yet valid', (draft) => (draft.notBefore = NOW + 1000)],
  ['to the second', (draft) => (draft.notAfter = NOW)],
  ['from the second', (draft) => (draft.notBefore = NOW)],
  ['unknown critical extension', (draft) => draft.extra.push(unknownCritical)],
  ['unknown extension', (draft) => draft.extra.push({ ...unknownCritical, critical: false })],
  ['forged', (draft) => (draft.forged = true)],
  ['clientAuth', (draft) => (draft.extendedKeyUsage = ['clientAuth'])],
  ['anyExtendedKeyUsage', (draft) => (draft.extendedKeyUsage = ['any'])],
  ['another purpose', (draft) => (draft.extendedKeyUsage = ['1.3.6.1.5.5.7.3.4'])],
  ['both usages', (draft) => (draft.extendedKeyUsage = ['clientAuth', 'serverAuth'])],
  ['no extended key usage', (draft) => (draft.extendedKeyUsage = undefined)],
  ['no key usage', (draft) => (draft.keyUsage = undefined)],
  ['negative serial number', (draft) => (draft.serialNumber = Uint8Array.of(0x80, 1))],
  ['serial number zero', (draft) => (draft.serialNumber = Uint8Array.of(0))],
  ['serial number of 21 octets', (draft) => (draft.serialNumber = new Uint8Array(21).fill(0x11))],
  ['serial number of 30 octets', (draft) => (draft.serialNumber = new Uint8Array(30).fill(0x11))],
  ['noRevAvail', (draft) => draft.extra.push(noRevAvailExtension())],
  [
    'policies',
    (draft, pick) =>
      draft.extra.push(
        certificatePoliciesExtension(pick([[ONE], [ONE], [OTHER], [ONE, OTHER], ['any'], ['any', ONE]])),
      ),
  ],
  ['version 1', (draft) => (draft.version = 1)],
  ['version 2', (draft) => (draft.version = 2)],
];

/** For CAs. */
export const authorityOnly: readonly Change[] = [
  ['no CA', (draft) => (draft.ca = false)],
  ['path length 0', (draft) => (draft.pathLength = 0)],
  ['path length 1', (draft) => (draft.pathLength = 1)],
  ['no keyCertSign', (draft) => (draft.keyUsage = ['cRLSign'])],
  [
    'policy constraints',
    (draft, pick) =>
      draft.extra.push(
        policyConstraintsExtension(
          pick([
            { requireExplicitPolicy: 0 },
            { requireExplicitPolicy: 0 },
            { requireExplicitPolicy: 1 },
            { inhibitPolicyMapping: 0 },
            { requireExplicitPolicy: 0, inhibitPolicyMapping: 0 },
          ]),
        ),
      ),
  ],
  [
    'policy mappings',
    (draft, pick) => {
      draft.extra.push(certificatePoliciesExtension([pick([ONE, 'any'])]));
      draft.extra.push(
        policyMappingsExtension(
          pick([
            [[ONE, OTHER]],
            [[OTHER, ONE]],
            [
              [ONE, OTHER],
              [ONE, ONE],
            ],
          ]),
        ),
      );
    },
  ],
  ['no anyPolicy', (draft, pick) => draft.extra.push(inhibitAnyPolicyExtension(pick([0, 0, 1])))],
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
        permitted(ip(192, 0, 2, 0, 255, 255, 255, 0)),
        permitted(ip(198, 51, 100, 0, 255, 255, 255, 0), ip(192, 0, 2, 0, 255, 255, 255, 0)),
        excluded(ip(192, 0, 2, 1, 255, 255, 255, 255)),
        excluded(ip(0, 0, 0, 0, 0, 0, 0, 0)),
        permitted(email('example.com')),
        permitted(email('.example.com')),
        permitted(email('a@example.com')),
        excluded(email('example.com')),
        permitted({ type: 'uri', uri: 'a.example.com' }),
        permitted({ type: 'uri', uri: '.example.com' }),
        excluded({ type: 'uri', uri: '.example.com' }),
        permitted(directory('example')),
        permitted(directory('other')),
        excluded(directory('example')),
        excluded(directory('other')),
        { permitted: [dns('example.com')], excluded: [dns('foo.example.com')] },
      ])),
  ],
];

/** The host is among them or not. */
export const LEAF_NAMES: readonly (readonly (string | GeneralName)[])[] = [
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
  [HOST, 'https://b.a.example.com/x'],
  [HOST, 'urn:example:a'],
  [HOST, email('a@example.com')],
  [HOST, email('b@mail.example.com'), '198.51.100.7'],
  ['foo.example.com', '*.example.com'],
  [],
];
