import { asciiToBytes, bytesToLatin1, encode, list, opaque, struct, u8, type Codec } from '@portico/bytes';
import { TlsError } from '../../error.js';
import { decodeExtension, EXTENSION_CODES, type Extension } from './extension.js';
import { MAX_HOST_NAME_LENGTH } from '../../limits.js';

interface ServerName {
  readonly nameType: number;
  readonly name: Uint8Array;
}

const HOST_NAME = 0;

/** ServerNameList, RFC 6066 section 3. Only host_name was ever defined, and all its kin would have this form. */
const serverNameListCodec: Codec<readonly ServerName[]> = /* @__PURE__ */ list(
  /* @__PURE__ */ struct<ServerName>({ nameType: u8, name: /* @__PURE__ */ opaque(1, 0xffff) }),
  1,
  0xffff,
);

/** The server_name extension of a ClientHello. The name is ASCII: an internationalised one stands as its A-labels. */
export function serverNameExtension(hostName: string): Extension {
  const names = [{ nameType: HOST_NAME, name: asciiToBytes(hostName) }];
  return { type: EXTENSION_CODES.server_name, data: encode(serverNameListCodec, names) };
}

/**
 * The host name of a ClientHello's server_name.
 * @throws TlsError `malformed-extension`, or `illegal-server-name` for two names of a type or characters outside a DNS name
 */
export function decodeServerName(data: Uint8Array): string | null {
  const names = decodeExtension(serverNameListCodec, data, 'server_name');
  const hostNames = names.filter(({ nameType }) => nameType === HOST_NAME);
  // RFC 6066 section 3: not more than one name of the same type.
  if (hostNames.length > 1) throw new TlsError('illegal-server-name', { expected: 'one host name' });
  const hostName = hostNames[0]?.name;
  if (hostName === undefined) return null;
  const legal = hostName.length <= MAX_HOST_NAME_LENGTH && hostName.every((byte) => byte > 0x20 && byte < 0x7f);
  if (!legal) throw new TlsError('illegal-server-name', { expected: 'a DNS name in ASCII' });
  return bytesToLatin1(hostName);
}

/**
 * Whether a name belongs into server_name: not an IP address (RFC 6066 section 3). A name whose last label is a number
 * is no host name either.
 */
export function isHostName(name: string): boolean {
  if (name.includes(':') || name.length === 0 || name.length > MAX_HOST_NAME_LENGTH) return false;
  const labels = name.replace(/\.$/, '').split('.');
  return !/^(\d+|0[xX][0-9a-fA-F]*)$/.test(labels[labels.length - 1] as string);
}

/**
 * A server's acknowledgement in EncryptedExtensions holds nothing (RFC 6066 section 3).
 * @throws TlsError `malformed-extension`
 */
export function checkServerNameAcknowledgement(data: Uint8Array): void {
  if (data.length !== 0) {
    throw new TlsError('malformed-extension', {
      subject: 'server_name',
      expected: 'no data',
      got: data.length,
    });
  }
}

/** Test and dissector access to the list's codec. */
export { serverNameListCodec };
