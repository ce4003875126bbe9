/** HandshakeType, RFC 9846 section 4. HelloRetryRequest is a ServerHello on the wire (section 4.2.4). */
export const HANDSHAKE_TYPE_CODES = {
  client_hello: 1,
  server_hello: 2,
  hello_retry_request: 2,
  new_session_ticket: 4,
  end_of_early_data: 5,
  encrypted_extensions: 8,
  certificate: 11,
  certificate_request: 13,
  certificate_verify: 15,
  finished: 20,
  key_update: 24,
} as const;

export type HandshakeType = keyof typeof HANDSHAKE_TYPE_CODES;

/** message_hash, which stands for the first ClientHello after a HelloRetryRequest and is never sent (section 4.1). */
export const MESSAGE_HASH_CODE = 254;

/** Type and length in front of every handshake message. */
export const HANDSHAKE_HEADER_LENGTH = 4;

const NAMES = new Map<number, HandshakeType>(
  (Object.keys(HANDSHAKE_TYPE_CODES) as HandshakeType[])
    .filter((name) => name !== 'hello_retry_request')
    .map((name) => [HANDSHAKE_TYPE_CODES[name], name]),
);

/** The name for a code, or undefined for one that TLS 1.3 does not define. */
export function handshakeTypeName(code: number): HandshakeType | undefined {
  return NAMES.get(code);
}
