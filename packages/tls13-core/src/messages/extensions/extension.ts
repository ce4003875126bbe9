import { decode, encode, list, opaque, struct, u16, type Codec } from '@portico/bytes';
import { readBytes } from '../../read-bytes.js';

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
  return readBytes('malformed-extension', name, () => decode(codec, data));
}

/** One extension, ready for a message. */
export function extension<T>(name: ExtensionName, codec: Codec<T>, value: T): Extension {
  return { type: EXTENSION_CODES[name], data: encode(codec, value) };
}

/** The messages that carry extensions, by the abbreviations of the table in RFC 9846 section 4.3. */
export type ExtensionPlace = 'CH' | 'SH' | 'HRR' | 'EE' | 'CT' | 'CR' | 'NST';

/** The table of RFC 9846 section 4.3: ExtensionType, and the messages that may hold it, for all that this stack knows. */
const EXTENSIONS = {
  server_name: [0, 'CH', 'EE', 'CR'],
  status_request: [5, 'CH', 'CR', 'CT'],
  supported_groups: [10, 'CH', 'EE'],
  signature_algorithms: [13, 'CH', 'CR'],
  use_srtp: [14, 'CH', 'EE'],
  heartbeat: [15, 'CH', 'EE'],
  application_layer_protocol_negotiation: [16, 'CH', 'EE'],
  client_certificate_type: [19, 'CH', 'EE'],
  server_certificate_type: [20, 'CH', 'EE'],
  padding: [21, 'CH'],
  compress_certificate: [27, 'CH', 'CR'],
  record_size_limit: [28, 'CH', 'EE'],
  delegated_credential: [34, 'CH', 'CR', 'CT'],
  pre_shared_key: [41, 'CH', 'SH'],
  early_data: [42, 'CH', 'EE', 'NST'],
  supported_versions: [43, 'CH', 'SH', 'HRR'],
  cookie: [44, 'CH', 'HRR'],
  psk_key_exchange_modes: [45, 'CH'],
  certificate_authorities: [47, 'CH', 'CR'],
  oid_filters: [48, 'CR'],
  post_handshake_auth: [49, 'CH'],
  signature_algorithms_cert: [50, 'CH', 'CR'],
  key_share: [51, 'CH', 'SH', 'HRR'],
  quic_transport_parameters: [57, 'CH', 'EE'],
  ticket_request: [58, 'CH', 'EE'],
  tls_flags: [62, 'CH', 'SH', 'HRR', 'EE', 'CT', 'CR', 'NST'],
} as const;

export type ExtensionName = keyof typeof EXTENSIONS;

const ROWS = Object.entries<readonly [number, ...ExtensionPlace[]]>(EXTENSIONS);

/** ExtensionType by name. */
export const EXTENSION_CODES: Readonly<Record<ExtensionName, number>> = Object.fromEntries(
  ROWS.map(([name, [code]]) => [name, code]),
) as Record<ExtensionName, number>;

/** The messages that may hold an extension, by its ExtensionType. */
export const PLACES_BY_CODE: ReadonlyMap<number, readonly ExtensionPlace[]> = new Map(
  ROWS.map(([, [code, ...places]]) => [code, places]),
);
