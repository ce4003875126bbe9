import { bytesToHex } from '@portico/bytes';
import type { CipherSuite } from '@portico/crypto';
import type { HandshakeInfo } from '../events.js';
import type { HandshakeBodies } from '../messages/message.js';
import { encodeHandshakeMessage } from '../messages/message.js';
import type { HandshakeType } from '../messages/handshake-type.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { KeyMaterial } from '../key-schedule/key-material.js';
import type { TrafficSecrets } from '../key-schedule/key-schedule.js';
import { askNow, type CallbackGuard } from './flow.js';
import type { TicketReceiver } from './connected.js';
import type { FinishedVerified, PeerAuthenticated } from './proof.js';
import type { HandshakeSink } from './sink.js';

/** What a flow works with. */
export interface FlowContext<Settings> {
  readonly settings: Settings;
  readonly sink: HandshakeSink;
  readonly guard: CallbackGuard;
  /** Holds every secret that a failure must wipe. */
  readonly keyMaterial: KeyMaterial;
}

/** What a flow knows of its handshake that is no secret: the rest follows from it. */
export type HandshakeFacts = Omit<HandshakeInfo, 'version' | 'cipherSuite' | 'alpnText'>;

/** What a finished handshake hands over. Data flows only to a holder of these proofs. */
export interface HandshakeResult {
  readonly finished: FinishedVerified;
  /** Null only where the peer is a client that was not asked, or not obliged, to show a certificate. */
  readonly peer: PeerAuthenticated | null;
  readonly suite: CipherSuite;
  /** Generation 0 of the application traffic secrets. */
  readonly trafficSecrets: TrafficSecrets;
  readonly exporterSecret: Uint8Array;
  /** What the application is told of it. */
  readonly facts: HandshakeFacts;
  /** A client's, where it wants tickets. */
  readonly ticketReceiver: TicketReceiver | null;
}

/** Encodes a message, adds it to the transcript, sends it and returns it. */
export function send<T extends HandshakeType>(
  sink: HandshakeSink,
  transcript: Transcript,
  type: T,
  body: HandshakeBodies[T],
): Uint8Array {
  const message = encodeHandshakeMessage(type, body);
  transcript.add(message);
  sink.sendMessage(message);
  return message;
}

type KeyLogLabel =
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'EARLY_EXPORTER_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'
  | 'EXPORTER_SECRET';

/** Writes lines of the NSS key log format, where the application asked for them. */
export function logSecrets(
  context: FlowContext<{ readonly keyLog: ((line: string) => void) | null }>,
  clientRandom: Uint8Array,
  secrets: Partial<Record<KeyLogLabel, Uint8Array>>,
): void {
  const { keyLog } = context.settings;
  if (keyLog === null) return;
  for (const [label, secret] of Object.entries(secrets)) {
    askNow(context.guard, 'keyLog', () => keyLog(`${label} ${bytesToHex(clientRandom)} ${bytesToHex(secret)}`));
  }
}
