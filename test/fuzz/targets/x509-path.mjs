import { createNobleProvider } from '@portico/crypto/noble';
import {
  createPolicyChecker,
  DEFAULT_PATH_LIMITS,
  explainVerdict,
  parseCertificate,
  strictProfile,
  verifyCertificatePath,
  X509Error,
} from '@portico/x509';
import {
  certificatePoliciesExtension,
  createAuthority,
  createLeaf,
  issueOcspResponse,
  issueRevocationList,
  policyConstraintsExtension,
  policyMappingsExtension,
} from '@portico/x509/issue';
import { createCrlSource, createOcspSource, createRevocationChecker } from '@portico/x509/revocation';
import { mutateDer } from '../der-tree.mjs';
import { mutate } from '../random.mjs';

const noble = createNobleProvider({ random: (length) => new Uint8Array(length).fill(7) });
const period = { notBefore: Date.UTC(2027, 0, 1), notAfter: Date.UTC(2028, 0, 1) };
const time = Date.UTC(2027, 6, 1);
const keyOf = (number) => ({ type: 'ed25519', seed: new Uint8Array(32).fill(number) });
const policies = (...named) => certificatePoliciesExtension(named);
const root = createAuthority({
  provider: noble,
  privateKey: keyOf(1),
  subject: [
    ['C', 'XX'],
    ['CN', 'root'],
  ],
  ...period,
});
const ca = createAuthority({
  provider: noble,
  privateKey: keyOf(2),
  subject: [
    ['O', 'Example'],
    ['CN', 'ca'],
  ],
  issuer: root,
  ...period,
  template: {
    nameConstraints: {
      permitted: [
        { type: 'dns', name: 'example.com' },
        { type: 'uri', uri: 'example.com' },
        { type: 'email', address: 'example.com' },
        { type: 'ip', address: Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0) },
        { type: 'directory', name: root.certificate.subject },
      ],
      excluded: [{ type: 'dns', name: 'no.example.org' }],
    },
    extraExtensions: [
      policies('1.2.3', 'any'),
      policyMappingsExtension([['1.2.3', '1.2.4']]),
      policyConstraintsExtension({ requireExplicitPolicy: 0 }),
    ],
  },
});
const leaf = createLeaf({
  provider: noble,
  issuer: ca,
  key: keyOf(3),
  subject: [
    ['C', 'XX'],
    ['CN', 'root'],
    ['O', 'b'],
  ],
  names: ['example.com', '*.example.com', '192.0.2.1', 'https://example.com/'],
  ...period,
  template: { extraExtensions: [policies('1.2.4')] },
});
const list = issueRevocationList({
  provider: noble,
  issuer: ca,
  thisUpdate: time,
  nextUpdate: time + 1000,
  number: 1,
  revoked: [{ serialNumber: Uint8Array.of(1, 2, 3), at: time, reason: 'superseded' }],
});
const response = issueOcspResponse({
  provider: noble,
  responder: ca,
  producedAt: time,
  answers: [{ certificate: leaf, issuer: ca.certificate, status: 'good', thisUpdate: time, nextUpdate: time + 1000 }],
  hash: {
    oid: '2.16.840.1.101.3.4.2.1',
    digest: (data) => noble.hashes.find(({ name }) => name === 'sha256').digest(data),
  },
});

/** Nearly all signatures are the same in each run, and cost more than all the rest. */
const MOST_REMEMBERED = 1000;
const answers = new Map();

function verifyOnce(algorithm, [key, signatureAlgorithm, message, signature]) {
  const question = [JSON.stringify([key, signatureAlgorithm]), message, signature]
    .map((part) => Buffer.from(part).toString('base64'))
    .join();
  if (answers.size >= MOST_REMEMBERED) answers.clear();
  const answer = answers.get(question) ?? algorithm.verify(key, signatureAlgorithm, message, signature);
  answers.set(question, answer);
  return answer;
}

/** Which part the input stands for; the first octet says it. */
const PARTS = [
  ['leaf', leaf.raw],
  ['intermediate', ca.certificate.raw],
  ['beside', ca.certificate.raw],
  ['anchor', root.certificate.raw],
  ['list', list],
  ['response', response],
];

/** Whether signatures are verified, or all taken: else what comes after them would see nothing that is new. */
const SIGNATURES = ['verified', 'taken'];

/**
 * One part of a path that holds is changed: the leaf, its issuer, a certificate beside, the anchor, a CRL, an OCSP
 * response. No error leaves; the work stays within its limits; nothing that nobody signed is trusted; and a certificate
 * beside does no harm.
 */
export const target = {
  name: 'x509-path',
  generate: (random) => {
    const part = random(PARTS.length);
    const [, sample] = PARTS[part];
    const body = random(20) === 0 ? sample : random(4) === 0 ? mutate(random, sample, []) : mutateDer(random, sample);
    return Uint8Array.from([part, random(SIGNATURES.length), ...body]);
  },
  run: (input) => {
    const [part, sample] = PARTS[(input[0] ?? 0) % PARTS.length];
    const signatures = SIGNATURES[(input[1] ?? 0) % SIGNATURES.length];
    const body = input.subarray(2);
    const changed = body.length !== sample.length || body.some((octet, i) => octet !== sample[i]);
    const put = (name, usual) => (part === name ? body : usual);
    let anchor = root.certificate;
    try {
      if (part === 'anchor') anchor = parseCertificate(body);
    } catch (error) {
      if (error instanceof X509Error) return `anchor refused: ${error.reason}`;
      throw error;
    }
    let verified = 0;
    const provider = {
      ...noble,
      keyAlgorithms: noble.keyAlgorithms.map((algorithm) => ({
        ...algorithm,
        verify: (...args) => {
          verified += 1;
          return signatures === 'taken' || verifyOnce(algorithm, args);
        },
      })),
    };
    const certificates = [put('leaf', leaf.raw), put('intermediate', ca.certificate.raw)];
    if (part === 'beside') certificates.splice(1, 0, body);
    const judge = () =>
      verifyCertificatePath({
        provider,
        certificates,
        trustAnchors: [{ certificate: anchor }],
        time,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'example.com' },
        policies: createPolicyChecker(),
        revocation: createRevocationChecker({
          mode: 'hard-fail',
          scope: 'leaf',
          sources:
            part === 'list'
              ? [createCrlSource({ lists: [body] })]
              : [createOcspSource({ responses: [put('response', response)] })],
        }),
        ...(changed && part === 'leaf' ? { profile: strictProfile } : {}),
      });
    const verdict = judge();
    if (verified > DEFAULT_PATH_LIMITS.maxSignatures) throw new Error(`${verified} signatures verified`);
    if (!verdict.trusted && verdict.paths.length > DEFAULT_PATH_LIMITS.maxCandidates) throw new Error('too many paths');
    if (explainVerdict(verdict).length === 0) throw new Error('a verdict without an explanation');
    if (explainVerdict(judge()) !== explainVerdict(verdict)) throw new Error('another verdict the second time');
    const signed = ['leaf', 'intermediate', 'list', 'response'].includes(part) && signatures === 'verified';
    if (signed && changed && verdict.trusted) throw new Error(`a changed ${part} is trusted`);
    if (!changed && !verdict.trusted) throw new Error(`what nobody changed is refused: ${verdict.message}`);
    if (part === 'beside' && signatures === 'verified' && !verdict.trusted) {
      throw new Error(`a certificate beside did harm: ${verdict.message}`);
    }
    return `${part}, signatures ${signatures}: ${verdict.trusted ? 'trusted' : verdict.reason}`;
  },
};
