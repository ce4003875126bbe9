/** ContentType, RFC 9846 section 5.1. */
export const CONTENT_TYPE = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
} as const;

export type ContentTypeName = keyof typeof CONTENT_TYPE;

/** The name of a content type, or undefined for one that TLS 1.3 does not define. */
export function contentTypeName(code: number): ContentTypeName | undefined {
  switch (code) {
    case CONTENT_TYPE.change_cipher_spec:
      return 'change_cipher_spec';
    case CONTENT_TYPE.alert:
      return 'alert';
    case CONTENT_TYPE.handshake:
      return 'handshake';
    case CONTENT_TYPE.application_data:
      return 'application_data';
    default:
      return undefined;
  }
}

/** Type, legacy version and length in front of every record (RFC 9846 section 5.1). */
export const RECORD_HEADER_LENGTH = 5;
/** legacy_record_version of everything but a first ClientHello. */
export const LEGACY_RECORD_VERSION = 0x0303;
/** legacy_record_version of a first ClientHello, for servers that look at it (RFC 9846 section 5.1). */
export const INITIAL_RECORD_VERSION = 0x0301;
