import type { CipherSuite } from '@portico/crypto';

/** The epochs whose keys a handshake installs. */
export type ProtectedEpoch = 'handshake' | 'application';

/** Where a handshake puts what it makes: the record layer, or QUIC's CRYPTO frames. Calls come in wire order. */
export interface HandshakeSink {
  /** One whole handshake message, under the current sending keys. */
  sendMessage(message: Uint8Array): void;
  /** The dummy change_cipher_spec of RFC 9846 appendix E.4. */
  sendChangeCipherSpec(): void;
  /** @throws TlsError `data-across-key-change` where bytes under the old keys are left over */
  useReadSecret(epoch: ProtectedEpoch, suite: CipherSuite, secret: Uint8Array): void;
  useWriteSecret(epoch: ProtectedEpoch, suite: CipherSuite, secret: Uint8Array): void;
  /** The client may have sent early data that we do not take: records that cannot be read are to be passed over. */
  skipEarlyData(): void;
}
