import { bytesEqual, constantTimeEqual, copyBytes } from '@portico/bytes';
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
  /** Null for a peer that is known by an external PSK. */
  readonly leaf: Uint8Array | null;

  constructor(leaf: Uint8Array | null) {
    this.leaf = leaf;
  }

  get made(): boolean {
    return this.#made;
  }
}

/**
 * Who the peer is has been shown: by a trusted certificate and possession of its key, now or before a resumption, or by
 * an external PSK.
 */
export type PeerAuthenticated = AuthenticatedPeer;

/** Joins the two proofs, which must speak of the same certificate. */
export function peerAuthenticated(trusted: CertificateTrusted, possession: PossessionProved): PeerAuthenticated {
  if (!trusted.made || !possession.made || !bytesEqual(trusted.leaf, possession.leaf)) {
    throw new TlsError('internal-error', { expected: 'both proofs about one certificate' });
  }
  return new AuthenticatedPeer(trusted.leaf);
}

class BinderProof {
  readonly #made = true;
  readonly transcriptHash: Uint8Array;
  /** The binder itself: nobody without the PSK can make another one for this hello. */
  readonly binder: Uint8Array;

  constructor(transcriptHash: Uint8Array, binder: Uint8Array) {
    this.transcriptHash = transcriptHash;
    this.binder = binder;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** The client holds the PSK, and made this very hello with it. */
export type BinderVerified = BinderProof;

/**
 * Checks a PSK's binder, RFC 9846 section 4.3.11.2, in constant time.
 * @throws TlsError `bad-binder`
 */
export function verifyBinder(check: {
  readonly hash: Hash;
  readonly binderKey: Uint8Array;
  /** Everything before the ClientHello, and the ClientHello up to its binders. */
  readonly transcriptHash: Uint8Array;
  readonly received: Uint8Array;
}): BinderVerified {
  const expected = finishedVerifyData(check.hash, check.binderKey, check.transcriptHash);
  if (!constantTimeEqual(expected, check.received)) throw new TlsError('bad-binder');
  return new BinderProof(check.transcriptHash, expected);
}

/** The binder itself, once it was verified: what a replay store may be asked about (RFC 9846 section 8.2). */
export function verifiedBinder(proof: BinderVerified): Uint8Array {
  if (!proof.made) throw new TlsError('internal-error', { expected: 'proof of a binder' });
  return copyBytes(proof.binder);
}

/** The client is the one that showed this leaf certificate when its ticket was made. */
export function clientOfTicket(binder: BinderVerified, leaf: Uint8Array): PeerAuthenticated {
  if (!binder.made) throw new TlsError('internal-error', { expected: 'proof of a binder' });
  return new AuthenticatedPeer(leaf);
}

/** The client is one of those that have this external PSK. */
export function clientOfExternalPsk(binder: BinderVerified): PeerAuthenticated {
  if (!binder.made) throw new TlsError('internal-error', { expected: 'proof of a binder' });
  return new AuthenticatedPeer(null);
}

class SelectedPskProof {
  readonly #made = true;
  readonly leaf: Uint8Array | null;

  constructor(leaf: Uint8Array | null) {
    this.leaf = leaf;
  }

  get made(): boolean {
    return this.#made;
  }
}

/** The server chose a PSK that was offered and that fits; that it also holds it, its Finished will show. */
export type PskSelected = SelectedPskProof;

/**
 * Checks what the server says of the PSK, RFC 9846 section 4.3.11. `leaf` is the server's certificate from when the
 * session was made, null for an external PSK.
 * @throws TlsError `selected-identity-out-of-range`, `psk-hash-mismatch`
 */
export function pskSelected(check: {
  readonly selectedIdentity: number;
  readonly offeredIdentities: number;
  /** Of the suite that the server chose. */
  readonly hash: Hash;
  readonly pskHash: Hash;
  readonly leaf: Uint8Array | null;
}): PskSelected {
  const { selectedIdentity, offeredIdentities, hash, pskHash, leaf } = check;
  if (selectedIdentity >= offeredIdentities) {
    throw new TlsError('selected-identity-out-of-range', {
      expected: `less than ${offeredIdentities}`,
      got: selectedIdentity,
    });
  }
  if (hash.name !== pskHash.name) throw new TlsError('psk-hash-mismatch', { expected: pskHash.name, got: hash.name });
  return new SelectedPskProof(leaf);
}

/** The server is the one that showed its certificate when the session was made: it chose the PSK, and its Finished fits. */
export function serverOfSession(selected: PskSelected, finished: FinishedVerified): PeerAuthenticated {
  if (!selected.made || !finished.made || finished.sender !== 'server') {
    throw new TlsError('internal-error', { expected: "proofs of the PSK and of the server's Finished" });
  }
  return new AuthenticatedPeer(selected.leaf);
}
