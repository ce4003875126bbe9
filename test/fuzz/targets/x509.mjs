import { readFileSync } from 'node:fs';
import { createNobleProvider } from '@portico/crypto/noble';
import {
  createPolicyChecker,
  certificatesFromPem,
  decodePem,
  explainVerdict,
  parseCertificate,
  privateKeyFromPkcs8,
  privateKeyToPkcs8,
  publicKeyFromSpki,
  strictProfile,
  verifyCertificatePath,
  X509Error,
} from '@portico/x509';
import {
  createAuthority,
  createLeaf,
  issueOcspResponse,
  issueRevocationList,
  parseCertificateRequest,
  issueCertificateRequest,
} from '@portico/x509/issue';
import { readPkcs12 } from '@portico/x509/files';
import { parseOcspResponse, parseRevocationList } from '@portico/x509/revocation';
import { mutateDer } from '../der-tree.mjs';
import { mutate, randomBytes } from '../random.mjs';

const provider = createNobleProvider({ random: (length) => new Uint8Array(length).fill(7) });
const period = { notBefore: Date.UTC(2027, 0, 1), notAfter: Date.UTC(2028, 0, 1) };
const time = Date.UTC(2027, 6, 1);
const privateKey = { type: 'ec', curve: 'P-256', scalar: new Uint8Array(32).fill(9) };
const root = createAuthority({ provider, privateKey, subject: [['CN', 'root']], ...period });
const nameConstraints = { permitted: [{ type: 'dns', name: 'example.com' }], excluded: [] };
const template = { nameConstraints };
const ca = createAuthority({ provider, privateKey, subject: [['CN', 'ca']], issuer: root, ...period, template });
const leaf = createLeaf({
  provider,
  issuer: ca,
  key: privateKey,
  names: ['example.com', 'sip:example.com'],
  ...period,
});
const digest = (data) => provider.hashes[0].digest(data);

const PLAIN_SAFES = pkcs12('plain.p12');
const ENCRYPTED_SAFES = pkcs12('modern.p12');

/** What each kind of structure is read with, and a good one to begin from. */
const KINDS = [
  ['certificate', leaf.raw, parseCertificate],
  ['list', list(), parseRevocationList],
  ['response', response(), parseOcspResponse],
  ['request', issueCertificateRequest({ provider, privateKey, subject: [['CN', 'a']] }), parseCertificateRequest],
  ['pem', pem(leaf.raw), decodePem],
  ['pem of certificates', pem(leaf.raw), certificatesFromPem],
  ['public key', leaf.subjectPublicKeyInfo, publicKeyFromSpki],
  ['private key', privateKeyToPkcs8(privateKey), privateKeyFromPkcs8],
  ['PKCS#12', PLAIN_SAFES.file, PLAIN_SAFES.read],
  ['PKCS#12 of encrypted safes', ENCRYPTED_SAFES.file, ENCRYPTED_SAFES.read],
];

/**
 * One of the fixtures, and its reader with cryptography that takes what it is given: the MAC is always the file's own, and
 * what is decrypted stays as it is, so that what is behind them is reached.
 */
function pkcs12(name) {
  const file = new Uint8Array(
    readFileSync(new URL(`../../../packages/x509/test/fixtures/pkcs12/${name}`, import.meta.url)),
  );
  const hashes = provider.hashes.map((hash) => ({
    ...hash,
    digest: () => new Uint8Array(hash.outputLength),
    hmac: () => macOf(file, hash.digest(new Uint8Array()).length),
  }));
  const cryptography = {
    pbkdf2: (_hash, _password, _salt, _iterations, length) => new Uint8Array(length),
    scrypt: (_password, _salt, _cost, length) => new Uint8Array(length),
    decryptAesCbc: (_key, _iv, ciphertext) => ciphertext,
  };
  return { file, read: (body) => readPkcs12(body, 'secret', { provider: { ...provider, hashes }, cryptography }) };
}

/** The octets of the DigestInfo, the last OCTET STRING of that length in the file. */
function macOf(file, length) {
  const at = Buffer.from(file).lastIndexOf(Buffer.of(0x04, length));
  return file.subarray(at + 2, at + 2 + length);
}

function list() {
  const revoked = [{ serialNumber: leaf.serialNumber, at: time, reason: 'superseded' }];
  return issueRevocationList({ provider, issuer: ca, thisUpdate: time, nextUpdate: time, number: 1, revoked });
}

function response() {
  const answers = [{ certificate: leaf, issuer: ca.certificate, status: 'good', thisUpdate: time, nextUpdate: time }];
  const hash = { oid: '2.16.840.1.101.3.4.2.1', digest };
  return issueOcspResponse({ provider, responder: ca, producedAt: time, answers, hash });
}

function pem(der) {
  return Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
  );
}

/** DER, PEM and paths: whatever comes in, a value, a verdict, or our error. The first octet says which reader it is for. */
export const target = {
  name: 'x509',
  generate: (random) => {
    const kind = random(KINDS.length);
    const [, sample] = KINDS[kind];
    const body =
      random(12) === 0
        ? randomBytes(random, random(200))
        : random(8) === 0
          ? sample
          : random(2) === 0
            ? mutateDer(random, sample)
            : mutate(random, sample, []);
    return Uint8Array.from([kind, ...body]);
  },
  run: async (input) => {
    const [name, , read] = KINDS[(input[0] ?? 0) % KINDS.length];
    const body = input.subarray(1);
    try {
      await read(body);
    } catch (error) {
      if (error instanceof X509Error) return `${name} refused: ${error.reason}`;
      throw error;
    }
    if (name !== 'certificate') return `${name} read`;
    const verdict = verifyCertificatePath({
      provider,
      certificates: [body, ca.certificate.raw],
      trustAnchors: [root],
      time,
      purpose: 'server-authentication',
      identity: { type: 'dns', name: 'example.com' },
      profile: strictProfile,
      policies: createPolicyChecker(),
    });
    if (explainVerdict(verdict).length === 0) throw new Error('a verdict without an explanation');
    const original = body.length === leaf.raw.length && body.every((octet, i) => octet === leaf.raw[i]);
    if (verdict.trusted !== original)
      throw new Error(`a changed certificate is ${verdict.trusted ? '' : 'not '}trusted`);
    return verdict.trusted ? 'path trusted' : `path refused: ${verdict.reason}`;
  },
};
