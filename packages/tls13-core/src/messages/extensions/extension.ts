import { BytesError, decode, encode, list, opaque, struct, u16, type Codec } from '@portico/bytes';
import { TlsError } from '../../error.js';

/** Extension, RFC 9846 section 4.3: the data is not looked at until somebody asks for it. */
export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

export const extensionCodec: Codec<Extension> = /* @__PURE__ */ struct<Extension>({
  type: u16,
  data: /* @__PURE__ */ opaque(0, 0xffff),
});

/** `Extension extensions<0..2^16-1>`. */
export const extensionsCodec: Codec<readonly Extension[]> = /* @__PURE__ */ list(extensionCodec, 0, 0xffff);

/**
 * An extension block that may be absent altogether, as TLS 1.2 allows in ClientHello and ServerHello (section 4.2.2);
 * null then. A TLS 1.3 peer never leaves it out, but must be told protocol_version, not decode_error.
 */
export const optionalExtensionsCodec: Codec<readonly Extension[] | null> = {
  shape: extensionsCodec.shape,
  read: (reader) => (reader.remaining === 0 ? null : extensionsCodec.read(reader)),
  write: (writer, value) => {
    if (value !== null) extensionsCodec.write(writer, value);
  },
};

/**
 * Reads extension_data whole.
 * @throws TlsError `malformed-extension`
 */
export function decodeExtension<T>(codec: Codec<T>, data: Uint8Array, name: ExtensionName): T {
  try {
    return decode(codec, data);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw new TlsError('malformed-extension', {
      subject: name,
      expected: error.expected ?? 'well-formed data',
      got: error.got ?? error.reason,
      ...(error.offset === undefined ? {} : { offset: error.offset }),
    });
  }
}

/** One extension, ready for a message. */
export function extension<T>(name: ExtensionName, codec: Codec<T>, value: T): Extension {
  return { type: EXTENSION_CODES[name], data: encode(codec, value) };
}

/** ExtensionType, RFC 9846 section 4.3: the ones whose place this stack knows. */
export const EXTENSION_CODES = {
  server_name: 0,
  status_request: 5,
  supported_groups: 10,
  signature_algorithms: 13,
  use_srtp: 14,
  heartbeat: 15,
  application_layer_protocol_negotiation: 16,
  client_certificate_type: 19,
  server_certificate_type: 20,
  padding: 21,
  compress_certificate: 27,
  record_size_limit: 28,
  delegated_credential: 34,
  pre_shared_key: 41,
  early_data: 42,
  supported_versions: 43,
  cookie: 44,
  psk_key_exchange_modes: 45,
  certificate_authorities: 47,
  oid_filters: 48,
  post_handshake_auth: 49,
  signature_algorithms_cert: 50,
  key_share: 51,
  quic_transport_parameters: 57,
  ticket_request: 58,
  tls_flags: 62,
} as const;

export type ExtensionName = keyof typeof EXTENSION_CODES;
