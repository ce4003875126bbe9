import type { CipherSuite } from '@portico/crypto';
import type { FinishedVerified } from './proof.js';

/** The epochs whose keys a handshake installs. */
export type ProtectedEpoch = 'handshake' | 'application';

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
   * Nothing of a next message may be there yet: it has to answer what we are about to send.
   * @throws TlsError `data-across-key-change`
   */
  demandRecordBoundary(): void;
  /** The client may have sent early data that we do not take: records that cannot be read are to be passed over. */
  skipEarlyData(): void;
}
