import { bytesEqual, constantTimeEqual } from '@portico/bytes';
import type { Hash } from '@portico/crypto';
import { TlsError } from '../error.js';
import { finishedVerifyData } from '../key-schedule/key-schedule.js';

/*
 * Success of a check is a value that the next step demands. The classes are not exported, so that nobody else can make
 * one, and each has a private field, so that nothing else passes for one.
 */

type Side = 'client' | 'server';

class FinishedProof {
  readonly #made = true;
  readonly sender: Side;
  readonly transcriptHash: Uint8Array;

  constructor(sender: Side, transcriptHash: Uint8Array) {
    this.sender = sender;
    this.transcriptHash = transcriptHash;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** The peer's Finished fitted the transcript: everything before it came from the holder of the handshake keys. */
export type FinishedVerified = FinishedProof;

/**
 * Checks a Finished, RFC 9846 section 4.5.3, in constant time.
 * @throws TlsError `bad-finished`
 */
export function verifyFinished(check: {
  readonly hash: Hash;
  readonly sender: Side;
  /** The sender's handshake traffic secret. */
  readonly trafficSecret: Uint8Array;
  /** Everything before the Finished. */
  readonly transcriptHash: Uint8Array;
  readonly received: Uint8Array;
}): FinishedVerified {
  // A wrong length is wrong contents, for which section 4.5.3 wants decrypt_error.
  const expected = finishedVerifyData(check.hash, check.trafficSecret, check.transcriptHash);
  if (!constantTimeEqual(expected, check.received)) throw new TlsError('bad-finished', { subject: check.sender });
  return new FinishedProof(check.sender, check.transcriptHash);
}

class TrustedCertificateProof {
  readonly #made = true;
  readonly leaf: Uint8Array;

  constructor(leaf: Uint8Array) {
    this.leaf = leaf;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** The application's verifier trusts this leaf certificate for this peer. */
export type CertificateTrusted = TrustedCertificateProof;

/** Made only by `judgeCertificates` in peer-authentication.ts, from a verdict. */
export function certificateTrusted(leaf: Uint8Array, verdict: { readonly trusted: true }): CertificateTrusted {
  if (!verdict.trusted) throw new TlsError('certificate-untrusted');
  return new TrustedCertificateProof(leaf);
}

class PossessionProof {
  readonly #made = true;
  readonly leaf: Uint8Array;
  readonly transcriptHash: Uint8Array;

  constructor(leaf: Uint8Array, transcriptHash: Uint8Array) {
    this.leaf = leaf;
    this.transcriptHash = transcriptHash;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** The peer signed this handshake with the leaf certificate's key. */
export type PossessionProved = PossessionProof;

/**
 * Takes the outcome of a CertificateVerify check.
 * @throws TlsError `bad-certificate-verify`
 */
export function possessionProved(
  leaf: Uint8Array,
  transcriptHash: Uint8Array,
  signature: 'valid' | 'invalid',
): PossessionProved {
  if (signature !== 'valid') throw new TlsError('bad-certificate-verify');
  return new PossessionProof(leaf, transcriptHash);
}

class AuthenticatedPeer {
  readonly #made = true;
  readonly leaf: Uint8Array;

  constructor(leaf: Uint8Array) {
    this.leaf = leaf;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** Who the peer is has been shown: a trusted certificate, and possession of its key. */
export type PeerAuthenticated = AuthenticatedPeer;

/** Joins the two proofs, which must speak of the same certificate. */
export function peerAuthenticated(trusted: CertificateTrusted, possession: PossessionProved): PeerAuthenticated {
  if (!bytesEqual(trusted.leaf, possession.leaf)) {
    throw new TlsError('internal-error', { expected: 'both proofs about one certificate' });
  }
  return new AuthenticatedPeer(trusted.leaf);
}
