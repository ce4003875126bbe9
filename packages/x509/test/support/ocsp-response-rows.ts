import { sha1 } from '@portico/crypto/sha1';
import { ocspErrorResponse, ocspNoCheckExtension } from '../../src/issue.js';
import { authority, leaf, newKey, NOW } from '../support.js';
import {
  at,
  byResponses,
  delegated,
  newResponder,
  end,
  response,
  root,
  sha256,
  stranger,
  unknownCritical,
  type RevocationRow,
} from './revocation.js';

/** What OCSP responses say about a certificate, RFC 6960 section 3.2. */
export const responseRows: readonly RevocationRow[] = [
  ['good', 'good', () => byResponses([response()])],
  ['revoked', 'revoked', () => byResponses([response({}, { status: { revokedAt: at, reason: 'keyCompromise' } })])],
  ['revoked without a reason', 'revoked', () => byResponses([response({}, { status: { revokedAt: at } })])],
  ['unknown', 'unknown', () => byResponses([response({}, { status: 'unknown' })])],
  ['no response', 'unknown', () => byResponses([])],
  ['an error', 'unknown', () => byResponses([ocspErrorResponse(3)])],
  ['a broken one', 'unknown', () => byResponses([Uint8Array.of(0x30, 0)])],
  ['a broken one beside a good one', 'good', () => byResponses([Uint8Array.of(0x30, 0), response()])],
  ['good and revoked', 'revoked', () => byResponses([response(), response({}, { status: { revokedAt: at } })])],
  ['good and stale', 'good', () => byResponses([response(), response({}, { nextUpdate: NOW - 1000 })])],
  ['SHA-256 in place of SHA-1', 'good', () => byResponses([response({ hash: sha256 })], {})],
  ['SHA-1 without SHA-1', 'unknown', () => byResponses([response()], {})],
  ['a responder by its key', 'good', () => byResponses([response({ responderId: 'key' })])],
  [
    'another responder by its key',
    'unknown',
    () => byResponses([response({ responderId: 'key', sha1: (data) => sha1(data).fill(0) })]),
  ],
  ['another serial number', 'unknown', () => byResponses([response({}, { certificate: leaf(root) })])],
  ['another issuer key', 'unknown', () => byResponses([response({}, { issuer: stranger.certificate })])],
  [
    'another issuer name',
    'unknown',
    () => byResponses([response({}, { certificate: { ...end, issuer: end.subject } })]),
  ],

  ['fresh in the last second', 'good', () => byResponses([response({}, { nextUpdate: NOW })])],
  ['one second too old', 'unknown', () => byResponses([response({}, { nextUpdate: NOW - 1000 })])],
  ['from the future', 'unknown', () => byResponses([response({}, { thisUpdate: NOW + 1000 })])],
  ['made in the future', 'unknown', () => byResponses([response({ producedAt: NOW + 1000 })])],
  [
    'without nextUpdate, less than a day old',
    'good',
    () => byResponses([response({}, { thisUpdate: at + 1000, nextUpdate: null })]),
  ],
  ['without nextUpdate, a day old', 'unknown', () => byResponses([response({}, { thisUpdate: at, nextUpdate: null })])],
  ['with a critical extension', 'unknown', () => byResponses([response({ extensions: [unknownCritical] })])],
  [
    'with a critical extension in the answer',
    'unknown',
    () => byResponses([response({}, { extensions: [unknownCritical] })]),
  ],
  [
    'with an uncritical one',
    'good',
    () => byResponses([response({ extensions: [{ ...unknownCritical, critical: false }] })]),
  ],

  ['signed by another key', 'unknown', () => byResponses([response({ responder: { ...root, privateKey: newKey() } })])],
  ['a responder that the issuer certified', 'good', () => byResponses([delegated()])],
  ['a responder that says revoked', 'revoked', () => byResponses([delegated({}, root, { status: { revokedAt: at } })])],
  [
    'a responder with nocheck',
    'good',
    () => byResponses([delegated({ template: { extraExtensions: [ocspNoCheckExtension()] } })]),
  ],
  ['a responder without OCSPSigning', 'unknown', () => byResponses([delegated({ extendedKeyUsage: ['serverAuth'] })])],
  ['a responder for everything', 'unknown', () => byResponses([delegated({ extendedKeyUsage: ['any'] })])],
  [
    'a responder that may not sign',
    'unknown',
    () => byResponses([delegated({ template: { keyUsage: ['keyAgreement'] } })]),
  ],
  ['a responder that has expired', 'unknown', () => byResponses([delegated({ notAfter: NOW - 1000 })])],
  ['a responder not yet valid', 'unknown', () => byResponses([delegated({ notBefore: NOW + 1000 })])],
  [
    'a responder with an unknown critical extension',
    'unknown',
    () => byResponses([delegated({ template: { extraExtensions: [unknownCritical] } })]),
  ],
  ['a responder of another CA', 'unknown', () => byResponses([delegated({}, authority('other'))])],
  ['a responder of another CA of that name', 'unknown', () => byResponses([delegated({}, stranger)])],
  ['a responder that was not sent', 'unknown', () => byResponses([response({ responder: newResponder() })])],
  [
    'a responder whose certificate is sent by somebody else',
    'unknown',
    () => {
      const { certificate } = newResponder();
      return byResponses([response({ responder: { certificate, privateKey: newKey() }, certificates: [certificate] })]);
    },
  ],
  [
    'a responder below a responder',
    'unknown',
    () => {
      const upper = newKey();
      const certificate = leaf(root, {
        key: upper,
        names: [],
        subject: [['CN', 'upper']],
        extendedKeyUsage: ['ocspSigning'],
      });
      return byResponses([delegated({}, { certificate, privateKey: upper })]);
    },
  ],
];
