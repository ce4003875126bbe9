import { maySignCertificateVerify, type SignatureScheme } from '@portico/crypto';
import { bestChain, leafAllows } from '../chain-signatures.js';
import type { Credential } from '../config.js';
import { TlsError } from '../error.js';
import { MAX_SIGNATURE_LENGTH } from '../limits.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { certificateVerifyContent } from '../messages/certificate-verify.js';
import type { ClientSettings, ServerSettings } from '../settings.js';
import { send, type FlowContext } from './context.js';
import { ask, type Flow } from './flow.js';

/** A credential with the scheme that both sides can use. */
export interface ChosenCredential {
  readonly credential: Credential;
  readonly scheme: SignatureScheme;
}

/** What the peer can verify. */
export interface PeerSchemes {
  /** In CertificateVerify. */
  readonly signatures: readonly SignatureScheme[];
  /** In certificates. */
  readonly certificates: readonly SignatureScheme[];
}

/**
 * The first credential, and its first scheme, that the peer can verify; one whose whole chain it can verify before any
 * other, and never one with SHA-1 in its chain (RFC 9846 section 4.5.1.2). Null where there is none.
 * @throws TlsError `signer-unfit` for a credential without a certificate
 */
export function chooseCredential(
  credentials: readonly Credential[],
  peer: PeerSchemes,
  side: 'server' | 'client',
): ChosenCredential | null {
  const usable = usableCredentials(credentials, peer.signatures, side);
  return bestChain(usable, ({ credential }) => credential.certificateChain, peer.certificates);
}

/** Each is looked at only where none before it was taken. */
function* usableCredentials(
  credentials: readonly Credential[],
  peerSchemes: readonly SignatureScheme[],
  side: 'server' | 'client',
): Iterable<ChosenCredential> {
  for (const credential of credentials) {
    if (credential.certificateChain.length === 0) {
      // An empty Certificate would mean that there is none (section 4.5.1.3).
      throw new TlsError('signer-unfit', {
        subject: 'credential',
        expected: 'a certificate chain with at least the leaf',
      });
    }
    const scheme = chooseScheme(credential, peerSchemes, side);
    if (scheme !== null) yield { credential, scheme };
  }
}

function chooseScheme(
  { certificateChain, signer }: Credential,
  peerSchemes: readonly SignatureScheme[],
  side: 'server' | 'client',
): SignatureScheme | null {
  for (const name of signer.schemes) {
    const scheme = peerSchemes.find(
      (candidate) =>
        candidate.name === name && maySignCertificateVerify(candidate, side) && leafAllows(certificateChain, candidate),
    );
    if (scheme !== undefined) return scheme;
  }
  return null;
}

/** Sends Certificate, with the leaf's status where the peer wants it, and CertificateVerify, RFC 9846 sections 4.5.1 and 4.5.2. */
export function* sendCertificate(
  context: FlowContext<ClientSettings | ServerSettings>,
  transcript: Transcript,
  side: 'server' | 'client',
  { credential, scheme }: ChosenCredential,
  asksForStatus: 'asks-for-status' | 'asks-for-none',
): Flow<void> {
  const status = asksForStatus === 'asks-for-status' ? credential.certificateStatus : undefined;
  send(context.sink, transcript, 'certificate', {
    certificateRequestContext: new Uint8Array(0),
    certificateList: credential.certificateChain.map((certificateData, index) => ({
      certificateData,
      extensions: index === 0 && status !== undefined ? [status] : [],
    })),
  });
  const content = certificateVerifyContent(side, transcript.current());
  const signature = yield* ask(context.guard, 'sign', () => credential.signer.sign(scheme.name, content));
  if (!(signature instanceof Uint8Array) || signature.length === 0 || signature.length > MAX_SIGNATURE_LENGTH) {
    throw new TlsError('signer-unfit', {
      subject: scheme.name,
      expected: `a signature of 1 to ${MAX_SIGNATURE_LENGTH} bytes`,
    });
  }
  send(context.sink, transcript, 'certificate_verify', { algorithm: scheme.id, signature });
}
