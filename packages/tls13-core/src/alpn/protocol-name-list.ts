import { bytesEqual, BytesError, ByteReader, ByteWriter } from '@portico/bytes';
import type { ProtocolName } from '../config.js';
import { TlsError } from '../error.js';
import { protocolNameToBytes } from './names.js';
import { MAX_PROTOCOL_NAME_LIST_LENGTH } from '../limits.js';

/**
 * ProtocolNameList of RFC 7301 section 3.1, as it stands in extension_data.
 * @throws TlsError `invalid-configuration` for no name, a bad name, a duplicate, or over 65,533 bytes in all
 */
export function encodeProtocolNameList(names: readonly ProtocolName[]): Uint8Array {
  const encoded = checkedProtocolNames(names);
  if (encoded.length === 0) {
    throw new TlsError('invalid-configuration', { subject: 'protocol name list', expected: 'at least one name' });
  }
  const writer = new ByteWriter();
  writer.scope(2, () => {
    for (const name of encoded) writer.prefixed(1, name);
  });
  return writer.toBytes();
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
      got: String(length),
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
  const reader = new ByteReader(extensionData);
  const names: Uint8Array[] = [];
  try {
    const inner = reader.scope(2);
    reader.end();
    do {
      const offset = inner.offset;
      const name = inner.prefixed(1);
      if (name.length === 0) throw malformed('a name of 1 to 255 bytes', 'an empty name', offset);
      names.push(name);
    } while (inner.remaining > 0);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    throw malformed(error.expected ?? 'a ProtocolNameList', error.got ?? error.reason, error.offset);
  }
  return names;
}

/**
 * Reads a server's answer, which holds exactly one name (RFC 7301 section 3.1).
 * @throws TlsError `malformed-protocol-name-list`
 */
export function decodeSelectedProtocol(extensionData: Uint8Array): Uint8Array {
  const names = decodeProtocolNameList(extensionData);
  if (names.length !== 1) throw malformed('exactly one name', String(names.length));
  return names[0] as Uint8Array;
}

function malformed(expected: string, got: string, offset?: number): TlsError {
  return new TlsError('malformed-protocol-name-list', {
    expected,
    got,
    ...(offset === undefined ? {} : { offset }),
  });
}
