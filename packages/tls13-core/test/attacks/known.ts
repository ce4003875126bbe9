/** An attack by the name under which it is known, and what plays it here. */
export interface KnownAttack {
  readonly known: string;
  /** Rows of the tables, by their exact words. */
  readonly rows?: readonly string[];
  /** Other tests: the file, from the root of the repository, and a part of a test's or a table's name in it. */
  readonly tests?: readonly (readonly [file: string, name: string])[];
}

const LIMITS = 'packages/tls13-core/test/limits.test.ts';
const PROOF = 'packages/tls13-core/test/proof.test.ts';
const KEY_SHARES = 'packages/tls13-core/test/key-share-reuse.test.ts';

/** Whoever reads docs/attacks.md looks for these first. */
export const KNOWN_ATTACKS: readonly KnownAttack[] = [
  {
    known: 'missing or foreign CertificateVerify',
    rows: [
      'no CertificateVerify: whoever has the public certificate poses as the server',
      'CertificateVerify taken from another connection',
      'CertificateVerify by another key',
      'a client Certificate without CertificateVerify',
      'a CertificateVerify by another key than the certificate’s',
    ],
  },
  {
    known: 'signature over the wrong transcript or context string',
    rows: [
      'CertificateVerify over the transcript before Certificate',
      'a CertificateVerify over the transcript before Certificate',
      'a client’s CertificateVerify, reflected to the client',
      'the server’s own CertificateVerify content, reflected',
      'a signature over the bare transcript hash, without padding and context string',
    ],
  },
  {
    known: 'SHA-1 or PKCS#1 in CertificateVerify',
    rows: [
      'CertificateVerify with rsa_pkcs1_sha256',
      'CertificateVerify with rsa_pkcs1_sha1',
      'CertificateVerify with ecdsa_sha1',
      'a CertificateVerify with rsa_pkcs1_sha256',
      'a CertificateVerify with rsa_pkcs1_sha1',
      'a CertificateVerify with ecdsa_sha1',
    ],
  },
  {
    known: 'wrong or early Finished',
    rows: [
      'Finished with one bit changed',
      'Finished before CertificateVerify',
      'no client Certificate at all where one is required',
    ],
  },
  { known: 'a leaf acting as CA', rows: ['a leaf acting as CA'] },
  { known: 'certificate for another name', rows: ['a certificate for another name'] },
  {
    known: 'application data before Finished',
    rows: [
      'application data before Finished',
      'application data under handshake keys',
      'application data under application keys, before Finished',
    ],
  },
  {
    known: 'downgrade',
    rows: [
      'a downgrade to TLS 1.2 by a server that could do 1.3',
      'a downgrade to TLS 1.1 by a server that could do 1.3',
      'supported_versions without TLS 1.3',
    ],
  },
  {
    known: 'HelloRetryRequest loops and changed hellos',
    rows: [
      'a second HelloRetryRequest: a loop',
      'a HelloRetryRequest that changes nothing',
      'after HelloRetryRequest: another random',
      'after HelloRetryRequest: extensions in another order',
      'to a server that kept nothing: another random',
    ],
  },
  {
    known: 'ServerHello with another suite than HelloRetryRequest',
    rows: ['a ServerHello with another suite than the HelloRetryRequest’s'],
  },
  {
    known: 'PSK without a key exchange where that is not allowed',
    rows: [
      'a PSK without a key exchange, which was not offered',
      'psk_ke where only psk_dhe_ke was offered',
      'a good ticket for psk_ke only, which has no forward secrecy',
    ],
  },
  { known: 'PSK not last', rows: ['pre_shared_key before the end'] },
  {
    known: 'binder over another hello',
    rows: [
      'a binder over another hello: another random',
      'after HelloRetryRequest: a binder over the second hello alone',
    ],
  },
  { known: 'selected_identity out of range', rows: ['selected_identity 1 of one identity'] },
  {
    known: 'CertificateRequest under a PSK',
    rows: ['a CertificateRequest under a PSK', 'a CertificateRequest under an external PSK'],
  },
  {
    known: 'ticket for another name or of a weaker policy',
    rows: [
      'a ticket for another name',
      'a ticket made without a certificate, where one is required now',
      'a session with another server',
      'a session made under another policy, such as one that checks nothing',
    ],
  },
  {
    known: 'floods of KeyUpdate, tickets and empty records',
    rows: ['a ticket flood'],
    tests: [
      [LIMITS, 'KeyUpdates without data between them'],
      [LIMITS, 'tickets'],
      [LIMITS, 'empty application data records'],
    ],
  },
  {
    known: 'oversized and endless handshake messages',
    tests: [
      [LIMITS, 'a Certificate message'],
      [LIMITS, 'an endless message is refused by its header'],
    ],
  },
  {
    known: 'other content types inside a split handshake message',
    rows: [
      'an alert between two parts of a handshake message',
      'application data between two parts of a handshake message',
      'change_cipher_spec between two parts of a handshake message',
      'early data inside a split handshake message',
    ],
  },
  { known: 'alert floods', rows: ['an error alert under level warning'], tests: [[LIMITS, 'user_canceled alerts']] },
  {
    known: 'zero-length records',
    rows: ['an empty handshake record in the clear', 'an empty protected handshake record', 'an empty alert record'],
  },
  {
    known: 'plaintext alerts after keys',
    rows: ['an alert in the clear once there are keys', 'an alert in the clear after the handshake'],
  },
  { known: 'records under the old key after KeyUpdate', rows: ['a record under the old key after KeyUpdate'] },
  {
    known: 'truncation without close_notify, of a parked connection, too',
    rows: [
      'the end of input without close_notify: truncation',
      'the end of input of a connection that waits for its application',
    ],
  },
  {
    known: 'timing of MAC comparison',
    tests: [
      [PROOF, 'without a look at every byte'],
      ['packages/bytes/test/plain.test.ts', 'constantTimeEqual'],
    ],
  },
  {
    known: 'cross-protocol by ALPN',
    rows: ['in EncryptedExtensions: a protocol in another case', 'early data that was meant for another protocol'],
    tests: [
      ['packages/tls13-core/test/alpn-negotiation.test.ts', 'no_application_protocol'],
      ['packages/transport-node/test/port-routes.test.ts', 'another protocol than the one negotiated'],
    ],
  },
  {
    known: 'renegotiation messages',
    rows: [
      'renegotiation: a ClientHello after the handshake',
      'renegotiation: a HelloRequest of TLS 1.2',
      'renegotiation: a second ServerHello',
    ],
  },
  {
    known: 'change_cipher_spec at a wrong moment',
    rows: [
      'change_cipher_spec before ClientHello',
      'change_cipher_spec after Finished',
      'change_cipher_spec in a protected record',
    ],
  },
  { known: 'ALPN changed after HelloRetryRequest', rows: ['after HelloRetryRequest: another ALPN list'] },
  { known: 'ALPN answer that was not offered', rows: ['in EncryptedExtensions: a protocol that was not offered'] },
  {
    known: 'reuse of key shares',
    tests: [
      [KEY_SHARES, 'is another one in each connection of one configuration'],
      [KEY_SHARES, 'is finished at most once'],
    ],
  },
];
