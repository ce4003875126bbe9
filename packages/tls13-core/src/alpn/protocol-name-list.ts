import { bytesEqual, decode, encode, list, opaque, type Codec } from '@portico/bytes';
import type { ProtocolName } from '../config.js';
import { TlsError } from '../error.js';
import { protocolNameToBytes } from './names.js';
import { MAX_PROTOCOL_NAME_LIST_LENGTH } from '../limits.js';
import { readBytes } from '../read-bytes.js';

/** `opaque ProtocolName<1..2^8-1>; ProtocolName protocol_name_list<2..2^16-1>`, RFC 7301 section 3.1. */
const protocolNameListCodec: Codec<readonly Uint8Array[]> = /* @__PURE__ */ list(
  /* @__PURE__ */ opaque(1, 0xff),
  2,
  0xffff,
);

/**
 * ProtocolNameList of RFC 7301 section 3.1, as it stands in extension_data.
 * @throws TlsError `invalid-configuration` for no name, a bad name, a duplicate, or over 65,533 bytes in all
 */
export function encodeProtocolNameList(names: readonly ProtocolName[]): Uint8Array {
  const encoded = checkedProtocolNames(names);
  if (encoded.length === 0) {
    throw new TlsError('invalid-configuration', { subject: 'protocol name list', expected: 'at least one name' });
  }
  return encode(protocolNameListCodec, encoded);
}

/**
 * The names of a configuration as bytes, in order.
 * @throws TlsError `invalid-configuration` for a bad name, a duplicate, or a list too long to send
 */
export function checkedProtocolNames(names: readonly ProtocolName[]): readonly Uint8Array[] {
  const encoded = names.map(protocolNameToBytes);
  encoded.forEach((name, index) => {
    if (encoded.findIndex((other) => bytesEqual(other, name)) !== index) {
      throw new TlsError('invalid-configuration', { subject: 'protocol name list', got: 'a duplicate name' });
    }
  });
  const length = encoded.reduce((sum, name) => sum + 1 + name.length, 0);
  if (length > MAX_PROTOCOL_NAME_LIST_LENGTH) {
    throw new TlsError('invalid-configuration', {
      subject: 'protocol name list',
      expected: `at most ${MAX_PROTOCOL_NAME_LIST_LENGTH} bytes`,
      got: length,
    });
  }
  return encoded;
}

/**
 * Reads extension_data. Names are exact bytes, in the peer's order; GREASE values and duplicates are kept, for a
 * receiver ignores what it does not know. The names are views of the input.
 * @throws TlsError `malformed-protocol-name-list` for a wrong length, an empty list, an empty name or trailing bytes
 */
export function decodeProtocolNameList(extensionData: Uint8Array): readonly Uint8Array[] {
  return readBytes('malformed-protocol-name-list', 'protocol name list', () =>
    decode(protocolNameListCodec, extensionData),
  );
}

/**
 * Reads a server's answer, which holds exactly one name (RFC 7301 section 3.1).
 * @throws TlsError `malformed-protocol-name-list`
 */
export function decodeSelectedProtocol(extensionData: Uint8Array): Uint8Array {
  const names = decodeProtocolNameList(extensionData);
  if (names.length !== 1) {
    throw new TlsError('malformed-protocol-name-list', { expected: 'exactly one name', got: names.length });
  }
  return names[0] as Uint8Array;
}
