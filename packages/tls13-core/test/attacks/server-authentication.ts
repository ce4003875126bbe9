import { concatBytes } from '@portico/bytes';
import { derOid, derSequence, OID } from '@portico/x509';
import { certificateVerifyContent } from '../../src/messages/certificate-verify.js';
import { EXTENSION_CODES, extension } from '../../src/messages/extensions/extension.js';
import { oidFiltersCodec, type OidFilter } from '../../src/messages/extensions/oid-filters.js';
import { oidFilters } from '../../src/oid-filters.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { TOY_CLIENT, toyClient } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';
import type { Attack, AttackGroup } from './attack.js';

const VERIFY = 'handshake/peer-authentication.ts authenticatePeer';
const PROOF = 'handshake/proof.ts';
const FLOW = 'handshake/reassembler.ts next';

function server(): ScriptedServer {
  return new ScriptedServer(toyClient());
}

/** Up to the place of CertificateVerify. */
function serverAtVerify(): ScriptedServer {
  return server().serverHello().encryptedExtensions().certificate();
}

/** The same in another connection. */
function otherServerAtVerify(): ScriptedServer {
  const config = toyClient({ provider: toyProvider(0x07e4) });
  return new ScriptedServer(config).serverHello().encryptedExtensions().certificate();
}

function serverAtFinished(): ScriptedServer {
  return serverAtVerify().certificateVerify();
}

const lastByteFlipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));

const CLIENT_FILTERS = oidFilters({ extendedKeyUsage: [OID.clientAuth] });

function requestWithFilters(filters: readonly OidFilter[]): ScriptedServer {
  return server()
    .serverHello()
    .encryptedExtensions()
    .certificateRequest({
      body: (honest) => ({
        ...honest,
        extensions: [...honest.extensions, extension('oid_filters', oidFiltersCodec, filters)],
      }),
    })
    .certificate()
    .certificateVerify()
    .finished();
}

const AGAINST_CLIENT: readonly Attack[] = [
  {
    attack: 'no CertificateVerify: whoever has the public certificate poses as the server',
    against: 'client',
    section: '4.5.2',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => serverAtVerify().finished(),
  },
  {
    attack: 'neither Certificate nor CertificateVerify',
    against: 'client',
    section: 'A.1',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => server().serverHello().encryptedExtensions().finished(),
  },
  {
    attack: 'CertificateVerify by another key',
    against: 'client',
    section: '4.5.2',
    excludedIn: `${PROOF} possessionProved`,
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = serverAtVerify();
      const content = certificateVerifyContent('server', peer.transcriptHash());
      const signature = TOY_CLIENT.signer.sign('ed25519', content) as Uint8Array;
      return peer.certificateVerify({ body: (honest) => ({ ...honest, signature }) });
    },
  },
  {
    attack: 'CertificateVerify with one bit changed',
    against: 'client',
    section: '4.5.2',
    excludedIn: `${PROOF} possessionProved`,
    reason: 'bad-certificate-verify',
    run: () => serverAtVerify().certificateVerify({ bytes: lastByteFlipped }),
  },
  {
    attack: 'an empty signature',
    against: 'client',
    section: '4.5.2',
    excludedIn: `${PROOF} possessionProved`,
    reason: 'bad-certificate-verify',
    run: () => serverAtVerify().certificateVerify({ body: (honest) => ({ ...honest, signature: new Uint8Array(0) }) }),
  },
  {
    attack: 'CertificateVerify taken from another connection',
    against: 'client',
    section: '4.5.2',
    excludedIn: `${VERIFY} (transcript)`,
    reason: 'bad-certificate-verify',
    run: () =>
      serverAtVerify().certificateVerify(
        {},
        certificateVerifyContent('server', otherServerAtVerify().transcriptHash()),
      ),
  },
  {
    attack: 'CertificateVerify over the transcript before Certificate',
    against: 'client',
    section: '4.5.2',
    excludedIn: `${VERIFY} (transcript)`,
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = server().serverHello().encryptedExtensions();
      const early = peer.transcriptHash();
      return peer.certificate().certificateVerify({}, certificateVerifyContent('server', early));
    },
  },
  {
    attack: 'a client’s CertificateVerify, reflected to the client',
    against: 'client',
    section: '4.5.2',
    excludedIn: 'messages/certificate-verify.ts certificateVerifyContent',
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = serverAtVerify();
      return peer.certificateVerify({}, certificateVerifyContent('client', peer.transcriptHash()));
    },
  },
  {
    attack: 'a signature over the bare transcript hash, without padding and context string',
    against: 'client',
    section: '4.5.2',
    excludedIn: 'messages/certificate-verify.ts certificateVerifyContent',
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = serverAtVerify();
      return peer.certificateVerify({}, peer.transcriptHash());
    },
  },
  ...[
    ['rsa_pkcs1_sha256', 0x0401],
    ['rsa_pkcs1_sha1', 0x0201],
    ['ecdsa_sha1', 0x0203],
    ['an unknown scheme', 0xfe0e],
  ].map(([name, algorithm]): Attack => ({
    attack: `CertificateVerify with ${name}`,
    against: 'client',
    section: '4.5.2',
    excludedIn: VERIFY,
    reason: 'signature-scheme-not-offered',
    run: () =>
      serverAtVerify().certificateVerify({ body: (honest) => ({ ...honest, algorithm: algorithm as number }) }),
  })),
  {
    attack: 'an empty Certificate of a server',
    against: 'client',
    section: '4.5.1.3',
    excludedIn: 'handshake/client-certificate.ts receiveServerCertificate',
    reason: 'empty-certificate-list',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificate({ body: (honest) => ({ ...honest, certificateList: [] }) }),
  },
  {
    attack: 'a Certificate with a request context that nobody gave',
    against: 'client',
    section: '4.5.1',
    excludedIn: 'handshake/peer-authentication.ts readCertificateList',
    reason: 'unexpected-request-context',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificate({ body: (honest) => ({ ...honest, certificateRequestContext: Uint8Array.of(1) }) }),
  },
  {
    attack: 'a certificate that is no DER',
    against: 'client',
    section: '4.5.1',
    excludedIn: 'handshake/peer-authentication.ts readLeaf',
    reason: 'malformed-certificate',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificate({
          body: (honest) => ({
            ...honest,
            certificateList: [{ certificateData: Uint8Array.of(0x30, 0x80), extensions: [] }],
          }),
        }),
  },
  {
    attack: 'Finished with one bit changed',
    against: 'client',
    section: '4.5.3',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => serverAtFinished().finished({ bytes: lastByteFlipped }),
  },
  {
    attack: 'Finished of another connection',
    against: 'client',
    section: '4.5.3',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => serverAtFinished().finished({ body: () => ({ verifyData: new Uint8Array(32).fill(7) }) }),
  },
  ...[0, 31, 33].map((length): Attack => ({
    attack: `Finished of ${length} bytes`,
    against: 'client',
    section: '4.5.3',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => serverAtFinished().finished({ body: ({ verifyData }) => ({ verifyData: fit(verifyData, length) }) }),
  })),
  {
    attack: 'Finished before CertificateVerify',
    against: 'client',
    section: 'A.1',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => serverAtVerify().finished(),
  },
  {
    attack: 'a CertificateRequest with a context in the handshake',
    against: 'client',
    section: '4.4.2',
    excludedIn: 'handshake/client-certificate.ts answerCertificateRequest',
    reason: 'unexpected-request-context',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificateRequest({ body: (honest) => ({ ...honest, certificateRequestContext: Uint8Array.of(1) }) })
        .certificate()
        .certificateVerify()
        .finished(),
  },
  {
    attack: 'a CertificateRequest whose signature_algorithms_cert is empty',
    against: 'client',
    section: '4.3.3',
    excludedIn: 'messages/extensions/signature-algorithms.ts schemesForCertificates',
    reason: 'malformed-extension',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificateRequest({
          body: (honest) => ({
            ...honest,
            extensions: [
              ...honest.extensions,
              { type: EXTENSION_CODES.signature_algorithms_cert, data: Uint8Array.of(0, 0) },
            ],
          }),
        })
        .certificate()
        .certificateVerify()
        .finished(),
  },
  {
    attack: 'a CertificateRequest without signature_algorithms',
    against: 'client',
    section: '4.4.2',
    excludedIn: 'handshake/client-certificate.ts answerCertificateRequest',
    reason: 'missing-extension',
    run: () =>
      server()
        .serverHello()
        .encryptedExtensions()
        .certificateRequest({ body: (honest) => ({ ...honest, extensions: [] }) })
        .certificate()
        .certificateVerify()
        .finished(),
  },
  {
    attack: 'oid_filters that are no DER',
    against: 'client',
    section: '4.3.5',
    excludedIn: 'oid-filters.ts readDer',
    reason: 'malformed-extension',
    run: () => requestWithFilters([{ oid: Uint8Array.of(6, 9), values: new Uint8Array(0) }]),
  },
  {
    attack: 'oid_filters with a byte behind an identifier',
    against: 'client',
    section: '4.3.5',
    excludedIn: 'oid-filters.ts readDer',
    reason: 'malformed-extension',
    run: () =>
      requestWithFilters([{ oid: concatBytes(derOid(OID.extKeyUsage), Uint8Array.of(0)), values: derSequence() }]),
  },
  {
    attack: 'oid_filters with one identifier twice',
    against: 'client',
    section: '4.3.5',
    excludedIn: 'oid-filters.ts readOidFilters',
    reason: 'illegal-oid-filter',
    run: () => requestWithFilters([...CLIENT_FILTERS, ...CLIENT_FILTERS]),
  },
  {
    attack: 'oid_filters that ask for anyExtendedKeyUsage',
    against: 'client',
    section: '4.3.5',
    excludedIn: 'oid-filters.ts readOidFilters',
    reason: 'illegal-oid-filter',
    run: () =>
      requestWithFilters([{ oid: derOid(OID.extKeyUsage), values: derSequence(derOid(OID.anyExtendedKeyUsage)) }]),
  },
  {
    attack: 'a CertificateVerify with rsa_pkcs1_sha256_legacy, which is for clients (RFC 9963)',
    against: 'client',
    section: '4.5.2',
    excludedIn: VERIFY,
    reason: 'signature-scheme-not-offered',
    run: () => serverAtVerify().certificateVerify({ body: (honest) => ({ ...honest, algorithm: 0x0420 }) }),
  },
  {
    attack: 'a CertificateRequest after the handshake, which was never offered',
    against: 'client',
    section: '4.3.6',
    excludedIn: 'handshake/reassembler.ts next',
    reason: 'unexpected-message',
    run: () => server().handshake().certificateRequest(),
  },
];

function fit(bytes: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  output.set(bytes.subarray(0, length));
  return output;
}

export const SERVER_AUTHENTICATION_ATTACKS: AttackGroup = {
  title: 'Who the server is, and its Finished',
  file: 'server-authentication.ts',
  attacks: AGAINST_CLIENT,
};
