import type { TlsErrorReason } from '../../src/error.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';

/** One way to break the protocol, and what stands in its way. Tests run them; docs/attacks.md lists them. */
export interface Attack {
  /** What the attacker does. */
  readonly attack: string;
  readonly against: 'client' | 'server';
  /** Section of RFC 9846, or another document by name. */
  readonly section: string;
  /** File in src and the check in it that refuses. */
  readonly excludedIn: string;
  readonly reason: TlsErrorReason;
  /** Plays it. */
  readonly run: () => ScriptedPeer | Promise<ScriptedPeer>;
}

/** A session that must not be resumed, without being a reason to fail: the handshake has to be a full one. */
export interface Declined extends Omit<Attack, 'reason'> {
  /** Plays the whole handshake, as the peer would if it knew that it is a full one. */
  readonly run: () => ScriptedPeer;
}

export interface AttackGroup {
  readonly title: string;
  /** The file that holds the group. */
  readonly file: string;
  readonly attacks: readonly Attack[];
  readonly declined?: readonly Declined[];
  /** Early data that must not be read: the session resumes without it. */
  readonly refusedEarlyData?: readonly Declined[];
}
