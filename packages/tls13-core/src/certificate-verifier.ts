import type { CryptoProvider, MaybePromise } from '@portico/crypto';
import {
  verifyCertificatePath,
  type PathFailureReason,
  type PathVerdict,
  type ReferenceIdentity,
  type RevocationChecker,
  type TrustAnchor,
  type VerifyOptions,
} from '@portico/x509';
import type { CertificateRefusal, PeerVerdict, VerifyPeer } from './config.js';

export interface CertificateVerifierOptions {
  readonly provider: CryptoProvider;
  /** Whom to trust. None means nobody: every certificate is refused. */
  readonly trustAnchors: readonly TrustAnchor[];
  /** Milliseconds since 1970; a certificate is judged at this time. */
  readonly now: () => number;
  /**
   * Whose certificate it must be. By default a server's must be for the `serverName` that the client asked for, and a
   * client's may be anybody's that the anchors vouch for. Null checks no name.
   */
  readonly identity?: ReferenceIdentity | null;
  /** Profile, certificate policies, revocation, public suffixes, remembered signatures and limits, as x509 takes them. */
  readonly path?: PathOptions;
}

/** What `verifyCertificatePath` may be told beyond what a connection knows. */
export interface PathOptions extends Pick<
  VerifyOptions,
  'profile' | 'policies' | 'isPublicSuffix' | 'memory' | 'limits'
> {
  /** One for all peers, or one for each, made of the OCSP responses that the peer stapled (`certificateStatus`). */
  readonly revocation?: RevocationChecker | ((ocspResponses: readonly Uint8Array[]) => RevocationChecker);
}

/** A verifier by certificate path (RFC 5280) and name (RFC 9525, RFC 5922). */
export function createCertificateVerifier(options: CertificateVerifierOptions): VerifyPeer {
  const { provider, trustAnchors, now } = options;
  const { revocation, ...path } = options.path ?? {};
  return ({ certificates, leaf, peer, serverName, ocspResponses = [] }): MaybePromise<PeerVerdict> => {
    const identity =
      options.identity !== undefined ? options.identity : peer === 'client' ? null : referenceIdentity(serverName);
    if (identity === undefined) {
      return { trusted: false, refusal: 'name-mismatch', message: 'no server name was given to compare with' };
    }
    const verdict = verifyCertificatePath({
      ...path,
      revocation: typeof revocation === 'function' ? revocation(ocspResponses) : revocation,
      provider,
      certificates,
      leaf,
      trustAnchors,
      time: now(),
      purpose: peer === 'server' ? 'server-authentication' : 'client-authentication',
      identity,
    });
    // RFC 9846 section 6.2: bad_certificate_status_response is a client's word about what a server stapled.
    const unknownStatus = peer === 'server' && typeof revocation === 'function' ? 'status-unacceptable' : 'untrusted';
    const conclude = (judged: PathVerdict): PeerVerdict => peerVerdict(judged, unknownStatus);
    return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict);
  };
}

/** A name as a user gives it: an IP address is compared with addresses, anything else with DNS names. */
function referenceIdentity(serverName: string | null): ReferenceIdentity | undefined {
  if (serverName === null) return undefined;
  const isAddress = serverName.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(serverName);
  return isAddress ? { type: 'ip', address: serverName } : { type: 'dns', name: serverName };
}

function peerVerdict(verdict: PathVerdict, unknownStatus: CertificateRefusal): PeerVerdict {
  if (verdict.trusted) return { trusted: true };
  const refusal = verdict.reason === 'revocation-unknown' ? unknownStatus : refusalFor(verdict.reason);
  return { trusted: false, refusal, message: `${verdict.reason}: ${verdict.message}` };
}

function refusalFor(reason: PathFailureReason): CertificateRefusal {
  switch (reason) {
    case 'no-trust-anchors':
    case 'unknown-issuer':
      return 'unknown-ca';
    case 'expired':
    case 'not-yet-valid':
      return 'expired';
    case 'name-mismatch':
      return 'name-mismatch';
    case 'unsupported-key':
    case 'key-usage':
    case 'extended-key-usage':
      return 'unsupported';
    case 'malformed':
      return 'malformed';
    case 'revoked':
      return 'revoked';
    default:
      return 'untrusted';
  }
}
