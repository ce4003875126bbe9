import { derNull } from '../../src/index.js';
import { createCrlSource, REVOCATION_OID } from '../../src/revocation.js';
import { authority, leaf, newKey, NOW } from '../support.js';
import {
  at,
  byLists,
  end,
  list,
  outcome,
  pointed,
  root,
  self,
  somewhere,
  stranger,
  unknownCritical,
  uri,
  verify,
  type RevocationRow,
} from './revocation.js';

/** What lists say about a certificate, RFC 5280 section 6.3. */
export const listRows: readonly RevocationRow[] = [
  ['an empty list', 'good', () => byLists([list()])],
  [
    'a list with another certificate',
    'good',
    () => byLists([list({ revoked: [{ ...self, serialNumber: Uint8Array.of(1) }] })]),
  ],
  ['a list with it', 'revoked', () => byLists([list({ revoked: [self] })])],
  [
    'a list with it and a reason',
    'revoked',
    () => byLists([list({ revoked: [{ ...self, reason: 'certificateHold' }] })]),
  ],
  ['no list', 'unknown', () => byLists([])],
  ['no list that can be read', 'unknown', () => byLists([Uint8Array.of(0x30, 0)])],
  ['a broken list beside a good one', 'good', () => byLists([Uint8Array.of(0x30, 0), list()])],
  [
    'a list of another CA that has its number',
    'good',
    () => byLists([list(), list({ issuer: authority('other'), revoked: [self] })]),
  ],
  ['a list of another CA', 'unknown', () => byLists([list({ issuer: authority('other') })])],
  ['a list by another key of that name', 'unknown', () => byLists([list({ issuer: stranger, revoked: [self] })])],
  [
    'a forged list with the right key identifier',
    'unknown',
    () => byLists([list({ issuer: { ...root, privateKey: newKey() } })]),
  ],
  ...(
    [
      ['the higher number of two', 'revoked', { number: 5 }, { number: 6, revoked: [self] }],
      [
        'the higher number, although made earlier',
        'revoked',
        { number: 5 },
        { number: 6, thisUpdate: at - 1000, revoked: [self] },
      ],
      ['the higher number, which lifts it', 'good', { number: 5, revoked: [self] }, { number: 6 }],
      ['the higher number, in more octets', 'revoked', { number: 255 }, { number: 256, revoked: [self] }],
      ['of one number, the later of two', 'revoked', {}, { thisUpdate: at + 1000, revoked: [self] }],
      ['of one number, the later of two, which lifts it', 'good', { revoked: [self] }, { thisUpdate: at + 1000 }],
      ['of one number and time, the one that revokes', 'revoked', {}, { revoked: [self] }],
      [
        'two scopes, of which each has numbers of its own',
        'revoked',
        { number: 9 },
        { number: 1, revoked: [self], issuingDistributionPoint: { only: 'user-certificates' } },
      ],
    ] as const
  ).flatMap(([what, status, one, other]) => [
    [what, status, () => byLists([list(one), list(other)])] as const,
    [`${what}, the other way round`, status, () => byLists([list(other), list(one)])] as const,
  ]),
  [
    'a complete list in which a hold is said to be lifted',
    'revoked',
    () => byLists([list({ revoked: [{ ...self, reason: 'removeFromCRL' }] })]),
  ],

  ['fresh in the last second', 'good', () => byLists([list({ nextUpdate: NOW })])],
  ['one second too old', 'unknown', () => byLists([list({ nextUpdate: NOW - 1000, revoked: [self] })])],
  ['from now on', 'good', () => byLists([list({ thisUpdate: NOW })])],
  ['from the future', 'unknown', () => byLists([list({ thisUpdate: NOW + 1000 })])],
  ['without nextUpdate', 'unknown', () => byLists([list({ nextUpdate: null })])],
  ['without a number', 'unknown', () => byLists([list({ number: null })])],
  [
    'with a critical number',
    'unknown',
    () =>
      byLists([
        list({ extraExtensions: [{ oid: REVOCATION_OID.cRLNumber, critical: true, value: Uint8Array.of(2, 1, 1) }] }),
      ]),
  ],
  ['with an unknown critical extension', 'unknown', () => byLists([list({ extraExtensions: [unknownCritical] })])],
  [
    'with an unknown uncritical extension',
    'good',
    () => byLists([list({ extraExtensions: [{ ...unknownCritical, critical: false }] })]),
  ],
  [
    'with a critical entry extension',
    'unknown',
    () => byLists([list({ revoked: [{ ...self, extraExtensions: [unknownCritical] }] })]),
  ],
  [
    'with a certificate issuer: an indirect list',
    'unknown',
    () =>
      byLists([
        list({
          revoked: [
            {
              ...self,
              extraExtensions: [{ ...unknownCritical, oid: REVOCATION_OID.certificateIssuer, critical: false }],
            },
          ],
        }),
      ]),
  ],
  [
    'of a CA without cRLSign',
    'key usage',
    () => {
      const ca = authority('ca', { template: { keyUsage: ['keyCertSign'] } });
      const sources = [createCrlSource({ lists: [list({ issuer: ca })] })];
      const found = verify([leaf(ca)], { mode: 'hard-fail', sources }, ca);
      return found.trusted ? 'good' : found.got.includes('cRLSign') ? 'key usage' : found.rule;
    },
  ],
  [
    'of a CA without key usage',
    'good',
    () => {
      const ca = authority('ca', { template: { keyUsage: undefined } as never });
      return outcome(
        verify([leaf(ca)], { mode: 'hard-fail', sources: [createCrlSource({ lists: [list({ issuer: ca })] })] }, ca),
      ).replace('trusted', 'good');
    },
  ],

  ['for user certificates', 'good', () => byLists([list({ issuingDistributionPoint: { only: 'user-certificates' } })])],
  ['for CA certificates', 'unknown', () => byLists([list({ issuingDistributionPoint: { only: 'ca-certificates' } })])],
  [
    'for attribute certificates',
    'unknown',
    () => byLists([list({ issuingDistributionPoint: { only: 'attribute-certificates' } })]),
  ],
  [
    'for some reasons',
    'unknown',
    () => byLists([list({ issuingDistributionPoint: { someReasons: ['keyCompromise'] } })]),
  ],
  ['indirect', 'unknown', () => byLists([list({ issuingDistributionPoint: { indirect: true } })])],
  [
    'of its distribution point',
    'good',
    () => byLists([list({ issuingDistributionPoint: { names: [uri('http://a.test/crl')] } })], pointed(somewhere)),
  ],
  [
    'of another distribution point',
    'unknown',
    () => byLists([list({ issuingDistributionPoint: { names: [uri('http://b.test/crl')] } })], pointed(somewhere)),
  ],
  [
    'of a distribution point, for a certificate without',
    'unknown',
    () => byLists([list({ issuingDistributionPoint: { names: [uri('http://b.test/crl')] } })]),
  ],
  ['for every point', 'good', () => byLists([list()], pointed(somewhere))],
  [
    'of a point, beside points that cannot be read',
    'unknown',
    () =>
      byLists(
        [list({ issuingDistributionPoint: { names: [uri('http://a.test/crl')] } })],
        pointed({ ...somewhere, value: derNull() }),
      ),
  ],

  [
    'a delta list in place of a complete one',
    'unknown',
    () => byLists([list({ baseNumber: 1, number: 2 })], end, { deltas: 'use' }),
  ],
  [
    'a delta list that is ignored',
    'good',
    () => byLists([list(), list({ baseNumber: 1, number: 2, revoked: [self] })]),
  ],
  [
    'a delta list',
    'revoked',
    () => byLists([list(), list({ baseNumber: 1, number: 2, revoked: [self] })], end, { deltas: 'use' }),
  ],
  [
    'a delta list for an older base',
    'revoked',
    () => byLists([list({ number: 5 }), list({ baseNumber: 1, number: 6, revoked: [self] })], end, { deltas: 'use' }),
  ],
  [
    'a delta list for a newer base',
    'good',
    () => byLists([list(), list({ baseNumber: 2, number: 3, revoked: [self] })], end, { deltas: 'use' }),
  ],
  [
    'a delta list older than the complete one',
    'good',
    () => byLists([list({ number: 5 }), list({ baseNumber: 1, number: 4, revoked: [self] })], end, { deltas: 'use' }),
  ],
  [
    'a delta list of another scope',
    'good',
    () =>
      byLists(
        [
          list(),
          list({
            baseNumber: 1,
            number: 2,
            revoked: [self],
            issuingDistributionPoint: { only: 'user-certificates' },
          }),
        ],
        end,
        { deltas: 'use' },
      ),
  ],
  [
    'a delta list that lifts a hold',
    'good',
    () =>
      byLists(
        [
          list({ revoked: [{ ...self, reason: 'certificateHold' }] }),
          list({ baseNumber: 1, number: 2, revoked: [{ ...self, reason: 'removeFromCRL' }] }),
        ],
        end,
        { deltas: 'use' },
      ),
  ],
  ...[0, 1].map(
    (first) =>
      [
        `the delta list with the higher number, ${first === 0 ? 'last' : 'first'}`,
        'revoked',
        () => {
          const deltas = [list({ baseNumber: 1, number: 2 }), list({ baseNumber: 1, number: 3, revoked: [self] })];
          return byLists([list(), ...(first === 0 ? deltas : deltas.reverse())], end, { deltas: 'use' });
        },
      ] as const,
  ),
  [
    'two delta lists of one number, of which one revokes',
    'revoked',
    () => {
      const delta = { baseNumber: 1, number: 2 };
      const removed = { ...self, reason: 'removeFromCRL' } as const;
      return byLists([list(), list({ ...delta, revoked: [removed] }), list({ ...delta, revoked: [self] })], end, {
        deltas: 'use',
      });
    },
  ],
  [
    'a forged delta list',
    'good',
    () =>
      byLists(
        [list(), list({ issuer: { ...root, privateKey: newKey() }, baseNumber: 1, number: 2, revoked: [self] })],
        end,
        { deltas: 'use' },
      ),
  ],
];
