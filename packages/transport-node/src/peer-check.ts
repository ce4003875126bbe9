import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import type { PeerCertificates, PeerVerdict, VerifyPeer } from '@portico/tls13-core';
import type { MaybePromise } from '@portico/crypto';
import { authorizationCode } from './errors.js';

/** What verifying the peer's certificates came to, for `authorized` and `authorizationError`. */
export interface PeerCheck {
  authorized: boolean;
  /** A code as in `node:tls`, or null. */
  error: string | null;
}

export interface PeerCheckOptions {
  /** The judgement proper. */
  readonly verify: VerifyPeer;
  /** `refuse` fails the handshake for certificates that are not trusted, `report` only says so. */
  readonly untrusted: 'refuse' | 'report';
  /** A caller's own check of the name, in the shape of `node:tls`; runs after the path was found good. */
  readonly checkServerIdentity?: {
    readonly hostname: string;
    readonly check: (hostname: string, certificate: PeerCertificate) => Error | undefined;
  };
}

/** A verifier for one connection, with a record of its verdict. */
export function createPeerCheck(options: PeerCheckOptions): {
  check: PeerCheck;
  verifyPeer: VerifyPeer;
  /**
   * Takes over what a resumed session's check came to, for the peer of then. The program's own check of the name is
   * made again: nothing tells whether it is the function that it was.
   */
  resume: (error: string | null, peer: PeerCertificates) => PeerVerdict;
} {
  const check: PeerCheck = { authorized: false, error: null };
  const conclude = (peer: PeerCertificates, pathVerdict: PeerVerdict): PeerVerdict => {
    const verdict = pathVerdict.trusted ? identityVerdict(options, peer) : pathVerdict;
    check.authorized = verdict.trusted;
    if (verdict.trusted) {
      check.error = null;
      return verdict;
    }
    check.error = authorizationCode(verdict.refusal, peer.certificates.length > 1 ? 'several' : 'one');
    return options.untrusted === 'refuse' ? verdict : { trusted: true };
  };
  return {
    check,
    resume: (error, peer) => {
      if (error === null) return conclude(peer, { trusted: true });
      check.error = error;
      return { trusted: true };
    },
    verifyPeer: (peer) => andThen(options.verify(peer), (verdict) => conclude(peer, verdict)),
  };
}

function identityVerdict({ checkServerIdentity }: PeerCheckOptions, peer: PeerCertificates): PeerVerdict {
  const leaf = peer.certificates[0];
  if (checkServerIdentity === undefined || leaf === undefined) return { trusted: true };
  const { hostname, check } = checkServerIdentity;
  const error = check(hostname, new X509Certificate(leaf).toLegacyObject());
  return error === undefined ? { trusted: true } : { trusted: false, refusal: 'name-mismatch', message: error.message };
}

/** Synchronous answers stay synchronous: then the whole handshake completes in the call that received its last byte. */
function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => U): MaybePromise<U> {
  return isPromiseLike(value) ? value.then(next) : next(value);
}

function isPromiseLike<T>(value: MaybePromise<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T>).then === 'function';
}
