import { copyBytes, utf8ToBytes } from '@portico/bytes';
import type { ProtocolName } from '../config.js';
import { TlsError } from '../error.js';
import { MAX_PROTOCOL_NAME_LENGTH } from '../limits.js';

/** Registered protocol names that this project routes, as text; on the wire they are UTF-8 bytes (RFC 7301 section 6). */
export const ALPN_NAMES = {
  /** SIP/2.0 of RFC 3261: 73 69 70 2f 32. */
  sip2: 'sip/2',
  http11: 'http/1.1',
  http2: 'h2',
  acmeTls1: 'acme-tls/1',
  webRtc: 'webrtc',
  confidentialWebRtc: 'c-webrtc',
} as const;

/**
 * A checked protocol name as bytes; a string means its UTF-8 encoding.
 * @throws TlsError `invalid-configuration` for an empty name, one over 255 bytes, or a GREASE value
 */
export function protocolNameToBytes(name: ProtocolName): Uint8Array {
  const bytes = typeof name === 'string' ? utf8ToBytes(name) : copyBytes(name);
  if (bytes.length === 0 || bytes.length > MAX_PROTOCOL_NAME_LENGTH) {
    throw new TlsError('invalid-configuration', {
      subject: 'protocol name',
      expected: `1 to ${MAX_PROTOCOL_NAME_LENGTH} bytes`,
      got: bytes.length,
    });
  }
  if (isGreaseProtocolName(bytes)) {
    throw new TlsError('invalid-configuration', {
      subject: 'protocol name',
      expected: 'a real protocol',
      got: 'a GREASE value',
    });
  }
  return bytes;
}

/** A name reserved to test that peers ignore what they do not know: two equal bytes of the form 0x?a (RFC 8701 section 2). */
export function isGreaseProtocolName(name: Uint8Array): boolean {
  const [first, second] = name;
  return name.length === 2 && first === second && ((first as number) & 0x0f) === 0x0a;
}
