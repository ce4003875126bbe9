import {
  keyAlgorithmFor,
  keyFitsScheme,
  maySignCertificateVerify,
  signatureSchemeById,
  type PublicKey,
  type SignatureScheme,
} from '@portico/crypto';
import { parseCertificate, type Certificate as X509Certificate } from '@portico/x509';
import type { CertificateStatusRequest } from '../certificate-status.js';
import type { CertificateRefusal, PeerCertificates, VerifyPeer } from '../config.js';
import { TlsError, type TlsErrorReason } from '../error.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { certificateVerifyContent } from '../messages/certificate-verify.js';
import type { Certificate } from '../messages/certificate.js';
import { readExtensionBlock } from '../messages/extensions/extension-block.js';
import type { ClientSettings, ServerSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import { answer, ask, read, type Flow } from './flow.js';
import {
  certificateTrusted,
  peerAuthenticated,
  possessionProved,
  type CertificateTrusted,
  type PeerAuthenticated,
} from './proof.js';

type Context = FlowContext<ClientSettings | ServerSettings>;

/** What a peer sent to prove who it is, read and not judged. */
export type PeerChain = Pick<PeerCertificates, 'certificates' | 'ocspResponses'>;

/** A peer's certificates after they were judged. */
interface JudgedCertificates {
  readonly leafKey: PublicKey;
  readonly trusted: CertificateTrusted;
}

/** A peer that showed who it is, and how. */
export interface AuthenticatedBy {
  readonly peer: PeerAuthenticated;
  readonly certificates: readonly Uint8Array[];
  /** Null only for a session whose scheme is not known any more. */
  readonly signatureScheme: SignatureScheme | null;
}

/** The certificates of a Certificate message, with its extensions checked (RFC 9846 section 4.5.1). */
export function readCertificateList(
  context: Context,
  message: Certificate,
  requestedExtensions: ReadonlySet<number>,
  statusRequest: CertificateStatusRequest | null,
): PeerChain {
  const { limits } = context.settings;
  if (message.certificateRequestContext.length !== 0) {
    // Section 4.5.1: the handshake's own request has an empty context, and so has its answer.
    throw new TlsError('unexpected-request-context', { subject: 'certificate' });
  }
  if (message.certificateList.length > limits.certificateCount) {
    throw new TlsError('certificate-chain-too-long', {
      expected: `at most ${limits.certificateCount} certificates`,
      got: message.certificateList.length,
    });
  }
  const ocspResponses: Uint8Array[] = [];
  const certificates = message.certificateList.map(({ certificateData, extensions }) => {
    const status = readExtensionBlock('CT', extensions, requestedExtensions, limits).get('status_request');
    if (status !== undefined && statusRequest !== null) ocspResponses.push(statusRequest.read(status));
    return certificateData;
  });
  return statusRequest === null ? { certificates } : { certificates, ocspResponses };
}

/** Receives what follows a non-empty Certificate: the verdict on it, then CertificateVerify (RFC 9846 section 4.5.2). */
export function* authenticatePeer(
  context: Context,
  transcript: Transcript,
  peer: 'server' | 'client',
  chain: PeerChain,
  verifyPeer: VerifyPeer,
  serverName: string | null,
): Flow<AuthenticatedBy> {
  const judged = yield* judgeCertificates(context, peer, chain, verifyPeer, serverName);

  const { body, raw } = yield* read('certificate_verify');
  const scheme = signatureSchemeById(body.algorithm);
  // Section 4.5.2: the scheme must be one of those offered, and PKCS#1 v1.5 is for certificates; RFC 9963 for clients.
  const fits = scheme !== undefined && maySignCertificateVerify(scheme, peer);
  if (!fits || !context.settings.signatureSchemes.includes(scheme)) {
    throw new TlsError('signature-scheme-not-offered', { got: `0x${body.algorithm.toString(16)}` });
  }
  if (!keyFitsScheme(judged.leafKey, scheme)) {
    throw new TlsError('signature-scheme-does-not-fit-key', {
      expected: `a key for ${scheme.name}`,
      got: judged.leafKey.type,
    });
  }
  const algorithm = keyAlgorithmFor(context.settings.provider, judged.leafKey);
  if (algorithm === undefined) throw new TlsError('certificate-unsupported', { got: judged.leafKey.type });
  const transcriptHash = transcript.current();
  const content = certificateVerifyContent(peer, transcriptHash);
  const valid = yield* answer(algorithm.verify(judged.leafKey, scheme.algorithm, content, body.signature));
  const possession = possessionProved(judged.trusted.leaf, transcriptHash, valid === true ? 'valid' : 'invalid');
  transcript.add(raw);
  return {
    peer: peerAuthenticated(judged.trusted, possession),
    certificates: chain.certificates,
    signatureScheme: scheme,
  };
}

/** Reads the leaf's key and asks the verifier (RFC 9846 section 4.5.1.3). */
function* judgeCertificates(
  context: Context,
  peer: 'server' | 'client',
  chain: PeerChain,
  verifyPeer: VerifyPeer,
  serverName: string | null,
): Flow<JudgedCertificates> {
  const leaf = chain.certificates[0] as Uint8Array;
  const certificate = readLeaf(leaf);
  const leafKey = signingKeyOf(certificate);
  const verdict = yield* ask(context.guard, 'verifyPeer', () =>
    verifyPeer({ ...chain, leaf: certificate, peer, serverName }),
  );
  if (verdict.trusted !== true) {
    throw new TlsError(REFUSAL_REASONS[verdict.refusal] ?? 'certificate-unknown', {
      subject: `the ${peer}'s certificate`,
      got: verdict.message,
    });
  }
  return { leafKey, trusted: certificateTrusted(leaf, verdict) };
}

function readLeaf(leaf: Uint8Array): X509Certificate {
  try {
    return parseCertificate(leaf);
  } catch (cause) {
    throw new TlsError('malformed-certificate', { cause, got: cause instanceof Error ? cause.message : String(cause) });
  }
}

function signingKeyOf({ publicKey, keyUsage }: X509Certificate): PublicKey {
  // Section 4.5.1.2: where there is a Key Usage, it must allow signatures. So whatever the verifier says.
  if (keyUsage !== null && !keyUsage.includes('digitalSignature')) {
    throw new TlsError('certificate-unsupported', { expected: 'key usage digitalSignature', got: keyUsage.join() });
  }
  if (publicKey === null) throw new TlsError('certificate-unsupported', { got: 'a key of an unknown kind' });
  return publicKey;
}

const REFUSAL_REASONS: { readonly [R in CertificateRefusal]: TlsErrorReason } = {
  untrusted: 'certificate-untrusted',
  'unknown-ca': 'certificate-unknown-ca',
  expired: 'certificate-expired',
  revoked: 'certificate-revoked',
  'status-unacceptable': 'certificate-status-unacceptable',
  unsupported: 'certificate-unsupported',
  'name-mismatch': 'certificate-name-mismatch',
  malformed: 'certificate-untrusted',
  unknown: 'certificate-unknown',
};
