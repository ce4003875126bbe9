import { ByteWriter, decode, type Codec } from '@portico/bytes';
import { certificateRequestCodec, type CertificateRequest } from './certificate-request.js';
import { certificateVerifyCodec, type CertificateVerify } from './certificate-verify.js';
import { certificateCodec, type Certificate } from './certificate.js';
import { clientHelloCodec, type ClientHello } from './client-hello.js';
import { encryptedExtensionsCodec, type EncryptedExtensions } from './encrypted-extensions.js';
import { finishedCodec, type Finished } from './finished.js';
import { HANDSHAKE_HEADER_LENGTH, HANDSHAKE_TYPE_CODES, type HandshakeType } from './handshake-type.js';
import { keyUpdateCodec, type KeyUpdate } from './key-update.js';
import { newSessionTicketCodec, type NewSessionTicket } from './new-session-ticket.js';
import { readBytes } from '../read-bytes.js';
import { isHelloRetryRequest, serverHelloCodec, type ServerHello } from './server-hello.js';

/** The body of each handshake message. */
export interface HandshakeBodies {
  readonly client_hello: ClientHello;
  readonly server_hello: ServerHello;
  readonly hello_retry_request: ServerHello;
  readonly new_session_ticket: NewSessionTicket;
  readonly end_of_early_data: Readonly<Record<never, never>>;
  readonly encrypted_extensions: EncryptedExtensions;
  readonly certificate: Certificate;
  readonly certificate_request: CertificateRequest;
  readonly certificate_verify: CertificateVerify;
  readonly finished: Finished;
  readonly key_update: KeyUpdate;
}

/** A handshake message as it came. */
export interface Received<T extends HandshakeType> {
  readonly type: T;
  readonly body: HandshakeBodies[T];
  /** Header and body, as the transcript takes them. The body's byte strings are views of it. */
  readonly raw: Uint8Array;
}

/** Any handshake message, told apart by `type`. */
export type ReceivedMessage = { [T in HandshakeType]: Received<T> }[HandshakeType];

/** The codec of each message. */
export const HANDSHAKE_CODECS: { readonly [T in HandshakeType]: Codec<HandshakeBodies[T]> } = {
  client_hello: clientHelloCodec,
  server_hello: serverHelloCodec,
  hello_retry_request: serverHelloCodec,
  new_session_ticket: newSessionTicketCodec,
  end_of_early_data: { shape: { kind: 'struct', fields: [] }, read: () => ({}), write: () => undefined },
  encrypted_extensions: encryptedExtensionsCodec,
  certificate: certificateCodec,
  certificate_request: certificateRequestCodec,
  certificate_verify: certificateVerifyCodec,
  finished: finishedCodec,
  key_update: keyUpdateCodec,
};

/**
 * Decodes one whole handshake message, header included.
 * @throws TlsError `malformed-message`
 */
export function decodeHandshakeMessage(type: HandshakeType, raw: Uint8Array): ReceivedMessage {
  const body = readBytes('malformed-message', type, () =>
    decode<unknown>(HANDSHAKE_CODECS[type], raw.subarray(HANDSHAKE_HEADER_LENGTH)),
  );
  const told = type === 'server_hello' && isHelloRetryRequest(body as ServerHello) ? 'hello_retry_request' : type;
  return { type: told, body, raw } as ReceivedMessage;
}

/** Bytes. A ClientHello with one share and a name, and all that is shorter, is written without growing. */
const USUAL_MESSAGE_LENGTH = 512;

/** Encodes one handshake message with its header. */
export function encodeHandshakeMessage<T extends HandshakeType>(type: T, body: HandshakeBodies[T]): Uint8Array {
  const codec: Codec<HandshakeBodies[T]> = HANDSHAKE_CODECS[type];
  const writer = new ByteWriter(USUAL_MESSAGE_LENGTH);
  writer.u8(HANDSHAKE_TYPE_CODES[type]);
  writer.scope(3, () => codec.write(writer, body));
  return writer.toBytes();
}
