import type { PrivateKey } from '@portico/crypto';
import {
  der,
  derSequence,
  derSmallInteger,
  trustAnchorFromDer,
  type Certificate as X509Certificate,
} from '@portico/x509';
import { createAuthority, createLeaf, issueOcspResponse, type OcspAnswer } from '@portico/x509/issue';
import { createOcspSource, createRevocationChecker, REVOCATION_OID } from '@portico/x509/revocation';
import { describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import { certificateStatusCodec, ocspStatus, stapledOcsp, statusRequestCodec } from '../src/certificate-status.js';
import type { Credential, PeerCertificates, VerifyPeer } from '../src/config.js';
import { encode } from '@portico/bytes';
import { EXTENSION_CODES } from '../src/messages/extensions/extension.js';
import { createSigner } from '../src/signer.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const provider = toyProvider(0x0c5b);
const NOW = Date.UTC(2026, 5, 1);
const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
const key = (byte: number): PrivateKey => ({ type: 'ed25519', seed: new Uint8Array(32).fill(byte) });

const ca = createAuthority({ provider, privateKey: key(0xca), subject: [['CN', 'CA']], ...validity });
const anchor = trustAnchorFromDer(ca.certificate.raw);

/** RFC 7633 section 4.1: status_request. */
const mustStaple = { oid: REVOCATION_OID.tlsFeature, critical: false, value: derSequence(derSmallInteger(5)) };

function leaf(extraExtensions = [] as (typeof mustStaple)[]): X509Certificate {
  return createLeaf({
    provider,
    issuer: ca,
    key: key(1),
    names: ['localhost'],
    extendedKeyUsage: ['serverAuth', 'clientAuth'],
    template: { extraExtensions },
    ...validity,
  });
}

const plain = leaf();
const stapling = leaf([mustStaple]);

function response(certificate: X509Certificate, status: OcspAnswer['status'] = 'good', age = 0): Uint8Array {
  return issueOcspResponse({
    provider,
    responder: ca,
    producedAt: NOW - age,
    hash: { oid: '2.16.840.1.101.3.4.2.1', digest: (data) => provider.hashes[0]?.digest(data) ?? data },
    answers: [
      {
        certificate,
        issuer: ca.certificate,
        status,
        thisUpdate: NOW - age,
        nextUpdate: NOW - age + 86_400_000,
      },
    ],
  }) as Uint8Array;
}

function credential(certificate: X509Certificate, stapled?: Uint8Array): Credential {
  const signer = createSigner(provider, key(1));
  const certificateStatus = stapled === undefined ? undefined : stapledOcsp(stapled);
  return { certificateChain: [certificate.raw], signer, ...(certificateStatus && { certificateStatus }) };
}

function verifier(mode: 'hard-fail' | 'soft-fail', identity?: null): VerifyPeer {
  return createCertificateVerifier({
    provider,
    trustAnchors: [anchor],
    now: () => NOW,
    ...(identity === null ? { identity } : {}),
    path: {
      revocation: (responses) =>
        createRevocationChecker({ mode, scope: 'leaf', sources: [createOcspSource({ responses })] }),
    },
  });
}

/** What a client with that policy makes of a server with that certificate and that response. */
function outcome(mode: 'hard-fail' | 'soft-fail', certificate: X509Certificate, stapled?: Uint8Array): string {
  const pair = runNow(
    createPair(
      toyClient({ certificateStatus: ocspStatus, verifyPeer: verifier(mode) }),
      toyServer({ credentials: [credential(certificate, stapled)] }),
    ),
  );
  return failureOf(pair.clientEvents) ?? pair.client.state;
}

const revoked = { revokedAt: NOW - 1000, reason: 'keyCompromise' } as const;
const day = 86_400_000;

describe('a stapled OCSP response', () => {
  const rows: readonly (readonly [string, X509Certificate, Uint8Array | undefined, string, string])[] = [
    ['that is good', plain, response(plain), 'open', 'open'],
    ['that is missing', plain, undefined, 'certificate-status-unacceptable', 'open'],
    ['that is no OCSP response', plain, Uint8Array.of(0x30, 0), 'certificate-status-unacceptable', 'open'],
    ['about another certificate', plain, response(stapling), 'certificate-status-unacceptable', 'open'],
    ['that is old', plain, response(plain, 'good', 2 * day), 'certificate-status-unacceptable', 'open'],
    ['that says unknown', plain, response(plain, 'unknown'), 'certificate-status-unacceptable', 'open'],
    ['that says revoked', plain, response(plain, revoked), 'certificate-revoked', 'certificate-revoked'],
    ['that must be there and is', stapling, response(stapling), 'open', 'open'],
    [
      'that must be there and is not',
      stapling,
      undefined,
      'certificate-status-unacceptable',
      'certificate-status-unacceptable',
    ],
  ];

  it.each(rows)('%s, by hard-fail and by soft-fail', (_what, certificate, stapled, hard, soft) => {
    expect(outcome('hard-fail', certificate, stapled)).toBe(hard);
    expect(outcome('soft-fail', certificate, stapled)).toBe(soft);
  });

  it('that is unacceptable is told to the server by its alert, section 6.2', () => {
    const pair = runNow(
      createPair(
        toyClient({ certificateStatus: ocspStatus, verifyPeer: verifier('hard-fail') }),
        toyServer({ credentials: [credential(plain)] }),
      ),
    );
    expect(pair.serverEvents.at(-1)).toMatchObject({ error: { alert: { name: 'bad_certificate_status_response' } } });
  });

  it('is neither sent to a client that does not ask, nor expected by one', () => {
    const seen: PeerCertificates[] = [];
    const verifyPeer: VerifyPeer = (peer) => {
      seen.push(peer);
      return { trusted: true };
    };
    const server = toyServer({ credentials: [credential(plain, response(plain))] });
    runNow(createPair(toyClient({ verifyPeer }), server));
    runNow(createPair(toyClient({ verifyPeer, certificateStatus: ocspStatus }), server));
    runNow(createPair(toyClient({ verifyPeer, certificateStatus: ocspStatus }), toyServer()));
    expect(seen.map(({ ocspResponses }) => ocspResponses)).toEqual([undefined, [response(plain)], []]);
  });

  it('stands beside the leaf alone', () => {
    const two = { ...credential(plain, response(plain)), certificateChain: [plain.raw, ca.certificate.raw] };
    let responses = -1;
    const verifyPeer: VerifyPeer = ({ ocspResponses }) => {
      responses = ocspResponses?.length ?? -1;
      return { trusted: true };
    };
    runNow(createPair(toyClient({ verifyPeer, certificateStatus: ocspStatus }), toyServer({ credentials: [two] })));
    expect(responses).toBe(1);
  });

  it('of a client is asked for in CertificateRequest, and judged by the server', () => {
    const play = (stapled?: Uint8Array): string | null => {
      const clientAuthentication = {
        mode: 'require',
        certificateStatus: ocspStatus,
        verifyPeer: verifier('hard-fail', null),
      } as const;
      const selectCredential = () => credential(plain, stapled);
      return failureOf(
        runNow(createPair(toyClient({ selectCredential }), toyServer({ clientAuthentication }))).serverEvents,
      );
    };
    expect(play(response(plain))).toBeNull();
    // The alert of its own is a client's.
    expect(play()).toBe('certificate-untrusted');
    expect(play(response(plain, revoked))).toBe('certificate-revoked');
  });

  it('of a client is not sent where no one asks for it', () => {
    const verifyPeer: VerifyPeer = () => ({ trusted: true });
    const clientAuthentication = { mode: 'require', verifyPeer } as const;
    const selectCredential = () => credential(plain, response(plain));
    const pair = runNow(createPair(toyClient({ selectCredential }), toyServer({ clientAuthentication })));
    expect(failureOf(pair.serverEvents)).toBeNull();
  });

  it('is no configuration where it is empty or does not fit into an extension', () => {
    for (const length of [0, 0xfffc])
      expect(() => stapledOcsp(new Uint8Array(length))).toThrow('invalid-configuration');
    expect(stapledOcsp(new Uint8Array(0xfffb)).data.length).toBe(0xffff);
  });
});

describe('status_request on the wire', () => {
  const status = (data: Uint8Array) => ({ type: EXTENSION_CODES.status_request, data });
  const staple = (data: Uint8Array) =>
    new ScriptedServer(toyClient({ certificateStatus: ocspStatus }))
      .serverHello()
      .encryptedExtensions()
      .certificate({
        body: (body) => ({
          ...body,
          certificateList: body.certificateList.map((entry) => ({ ...entry, extensions: [status(data)] })),
        }),
      });

  it.each([
    ['empty', new Uint8Array(0)],
    ['cut off', Uint8Array.of(1, 0, 0, 2, 0x30)],
    ['with a byte more', Uint8Array.of(1, 0, 0, 1, 0x30, 0)],
    ['with an empty response', Uint8Array.of(1, 0, 0, 0)],
    ['of another type', Uint8Array.of(2, 0, 0, 1, 0x30)],
  ])('in a CertificateEntry %s is a decode_error', (_what, data) => {
    expect(failureOf(staple(data).events)).toBe('malformed-extension');
  });

  it('in a CertificateEntry that nobody asked for is unsupported_extension', () => {
    const data = encode(certificateStatusCodec, { statusType: 1, response: Uint8Array.of(0x30, 0) });
    const server = new ScriptedServer(toyClient()).serverHello().encryptedExtensions();
    server.certificate({
      body: (body) => ({
        ...body,
        certificateList: body.certificateList.map((entry) => ({ ...entry, extensions: [status(data)] })),
      }),
    });
    expect(failureOf(server.events)).toBe('unsolicited-extension');
  });

  it.each([
    ['empty', new Uint8Array(0), 'malformed-extension'],
    ['cut off', Uint8Array.of(1, 0, 0, 0), 'malformed-extension'],
    ['with a byte more', Uint8Array.of(1, 0, 0, 0, 0, 0), 'malformed-extension'],
    ['of a type that we do not know', Uint8Array.of(2, 9), null],
    ['for one responder', encode(statusRequestCodec, request([der(0xa2, Uint8Array.of(4, 0))])), null],
  ])('in a ClientHello %s', (_what, data, expected) => {
    const client = new ScriptedClient(toyServer({ credentials: [TOY_SERVER] }));
    client.clientHello({
      body: (body) => ({ ...body, extensions: [...(body.extensions ?? []), status(data)] }),
    });
    expect(failureOf(client.events)).toBe(expected);
  });

  function request(responderIds: readonly Uint8Array[]) {
    return { statusType: 1, responderIds, requestExtensions: new Uint8Array(0) };
  }
});
