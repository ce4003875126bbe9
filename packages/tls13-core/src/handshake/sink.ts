import type { CipherSuite } from '@portico/crypto';
import type { BinderVerified, FinishedVerified } from './proof.js';

/** The epochs whose keys a handshake installs. */
export type ProtectedEpoch = 'early' | 'handshake' | 'application';

/** A client's early data: how much of it, and what else its secret gives. */
export interface EarlyDataSender {
  /** Bytes of plaintext that may still be sent. */
  readonly remaining: number;
  /** @throws TlsError `early-data-too-long` for more than may still be sent */
  take(length: number): void;
  readonly exporter: EarlyExporter;
}

/** A server's early data. */
export interface EarlyDataReceiver {
  /** @throws TlsError `too-much-early-data` for more than the ticket allows */
  take(length: number): void;
  readonly exporter: EarlyExporter;
}

/** Exporters of early data, RFC 9846 section 7.5. */
export interface EarlyExporter {
  export(label: string, context: Uint8Array, length: number): Uint8Array;
  destroy(): void;
}

/** Where a handshake puts what it makes: the record layer, or QUIC's CRYPTO frames. Calls come in wire order. */
export interface HandshakeSink {
  /** One whole handshake message, under the current sending keys. */
  sendMessage(message: Uint8Array): void;
  /** The dummy change_cipher_spec of RFC 9846 appendix E.4. */
  sendChangeCipherSpec(): void;
  /**
   * Keys to read the rest of the handshake with.
   * @throws TlsError `data-across-key-change` where bytes under the old keys are left over
   */
  useHandshakeReadSecret(suite: CipherSuite, secret: Uint8Array): void;
  /**
   * Keys to read application data with: only for a peer whose Finished was verified.
   * @throws TlsError `data-across-key-change` where bytes under the old keys are left over
   */
  useApplicationReadSecret(proof: FinishedVerified, suite: CipherSuite, secret: Uint8Array): void;
  useWriteSecret(epoch: ProtectedEpoch, suite: CipherSuite, secret: Uint8Array): void;
  /**
   * The first ClientHello here may be the second of a connection that is gone: what a client may send between the two
   * is passed over, change_cipher_spec (RFC 9846 section 4.3.2) and early data.
   */
  expectSecondClientHello(ciphertextAllowance: number): void;
  /** record_size_limit on both sides (RFC 8449): what may go into a record to the peer, and come in one from it. */
  limitRecords(limits: { readonly toPeer: number; readonly fromPeer: number }): void;
  /**
   * Nothing of a next message may be there yet: it has to answer what we are about to send.
   * @throws TlsError `data-across-key-change`
   */
  demandRecordBoundary(): void;
  /**
   * The client may have sent early data that we do not take: records that cannot be read are to be passed over, up to so
   * many bytes of them.
   */
  skipEarlyData(ciphertextAllowance: number): void;
  /** A client's early data may be sent, under the keys of `useWriteSecret`, until it is closed. */
  openEarlyData(sender: EarlyDataSender): void;
  /** `refused` goes back to sending in the clear, until other keys are used. */
  closeEarlyData(outcome: 'accepted' | 'refused'): void;
  /**
   * Keys to read a client's early data with: only where its binder was verified. The server may answer it as soon as it
   * has keys for application data.
   * @throws TlsError `data-across-key-change` where bytes stand behind the ClientHello in its record
   */
  useEarlyReadSecret(proof: BinderVerified, suite: CipherSuite, secret: Uint8Array, receiver: EarlyDataReceiver): void;
}
