import { concatBytes, type Codec } from '@portico/bytes';
import { codecArbitrary } from '@portico/bytes/arbitraries';
import { describe, expect, it } from 'vitest';
import { describeCodecProperties } from '../../../test/support/codec-properties.js';
import { decodeProtocolNameList, encodeProtocolNameList } from '../src/alpn/protocol-name-list.js';
import { protocolNamesArbitrary } from '../src/alpn-arbitraries.js';
import { TlsError } from '../src/error.js';
import { certificateAuthoritiesCodec } from '../src/messages/extensions/certificate-authorities.js';
import { cookieCodec } from '../src/messages/extensions/cookie.js';
import {
  decodeExtension,
  extension,
  extensionsCodec,
  type ExtensionName,
} from '../src/messages/extensions/extension.js';
import { clientKeySharesCodec, keyShareEntryCodec, retryKeyShareCodec } from '../src/messages/extensions/key-share.js';
import { offeredPsksCodec, selectedIdentityCodec } from '../src/messages/extensions/pre-shared-key.js';
import { pskKeyExchangeModesCodec } from '../src/messages/extensions/psk-key-exchange-modes.js';
import { serverNameListCodec } from '../src/messages/extensions/server-name.js';
import { signatureAlgorithmsCodec } from '../src/messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../src/messages/extensions/supported-groups.js';
import {
  clientSupportedVersionsCodec,
  serverSupportedVersionsCodec,
} from '../src/messages/extensions/supported-versions.js';
import { clientTicketRequestCodec, serverTicketRequestCodec } from '../src/messages/extensions/ticket-request.js';
import { HANDSHAKE_TYPE_CODES, type HandshakeType } from '../src/messages/handshake-type.js';
import { decodeHandshakeMessage, encodeHandshakeMessage, HANDSHAKE_CODECS } from '../src/messages/message.js';

const isDecodeError = (error: unknown): boolean => error instanceof TlsError && error.kind === 'decode';

/** A message with a header that fits, so that the body alone decides. */
function decodeBody(type: HandshakeType, body: Uint8Array): unknown {
  const { length } = body;
  const header = Uint8Array.of(HANDSHAKE_TYPE_CODES[type], length >> 16, (length >> 8) & 0xff, length & 0xff);
  return decodeHandshakeMessage(type, concatBytes(header, body)).body;
}

/** The hellos of TLS 1.2 may end before their extensions: that prefix is a message of its own. */
function withExtensions(body: unknown): unknown {
  if ((body as { extensions: unknown }).extensions === null) {
    throw new TlsError('malformed-message', { expected: 'extensions' });
  }
  return body;
}

const MESSAGES = (Object.keys(HANDSHAKE_CODECS) as HandshakeType[]).filter((type) => type !== 'hello_retry_request');

for (const type of MESSAGES) {
  const isHello = type === 'client_hello' || type === 'server_hello';
  describeCodecProperties<unknown>(`message ${type}`, {
    decode: (bytes) => (isHello ? withExtensions(decodeBody(type, bytes)) : decodeBody(type, bytes)),
    encode: (body) => encodeHandshakeMessage(type, body as never).slice(4),
    arbitrary: codecArbitrary(HANDSHAKE_CODECS[type] as Codec<unknown>),
    isOurError: isDecodeError,
    extent: type === 'finished' ? 'to-the-end' : 'self-delimiting',
  });
}

const EXTENSIONS: readonly (readonly [string, ExtensionName, Codec<never>])[] = [
  ['server_name', 'server_name', serverNameListCodec as Codec<never>],
  ['supported_groups', 'supported_groups', supportedGroupsCodec as Codec<never>],
  ['signature_algorithms', 'signature_algorithms', signatureAlgorithmsCodec as Codec<never>],
  ['supported_versions of a client', 'supported_versions', clientSupportedVersionsCodec as Codec<never>],
  ['supported_versions of a server', 'supported_versions', serverSupportedVersionsCodec as Codec<never>],
  ['key_share of a client', 'key_share', clientKeySharesCodec as Codec<never>],
  ['key_share of a server', 'key_share', keyShareEntryCodec as Codec<never>],
  ['key_share of a HelloRetryRequest', 'key_share', retryKeyShareCodec as Codec<never>],
  ['cookie', 'cookie', cookieCodec as Codec<never>],
  ['certificate_authorities', 'certificate_authorities', certificateAuthoritiesCodec as Codec<never>],
  ['pre_shared_key of a client', 'pre_shared_key', offeredPsksCodec as Codec<never>],
  ['pre_shared_key of a server', 'pre_shared_key', selectedIdentityCodec as Codec<never>],
  ['psk_key_exchange_modes', 'psk_key_exchange_modes', pskKeyExchangeModesCodec as Codec<never>],
  ['ticket_request of a client', 'ticket_request', clientTicketRequestCodec as Codec<never>],
  ['ticket_request of a server', 'ticket_request', serverTicketRequestCodec as Codec<never>],
  ['an extension block', 'padding', extensionsCodec as Codec<never>],
];

for (const [title, name, codec] of EXTENSIONS) {
  describeCodecProperties<never>(`extension ${title}`, {
    decode: (bytes) => decodeExtension(codec, bytes, name),
    encode: (value) => extension(name, codec, value).data,
    arbitrary: codecArbitrary(codec),
    isOurError: isDecodeError,
  });
}

describeCodecProperties('ProtocolNameList', {
  decode: (bytes) => decodeProtocolNameList(bytes).map((name) => name.slice()),
  encode: encodeProtocolNameList,
  arbitrary: protocolNamesArbitrary(),
  isOurError: isDecodeError,
  // A peer's duplicates and GREASE are read, and would be refused in a configuration.
  encoding: 'tolerant',
});

describe('hellos of older versions', () => {
  it.each(['client_hello', 'server_hello'] as const)(
    '%s without an extension block is told from an empty one',
    (type) => {
      const head =
        type === 'client_hello'
          ? Uint8Array.of(3, 3, ...new Uint8Array(32), 0, 0, 2, 0x13, 1, 1, 0)
          : Uint8Array.of(3, 3, ...new Uint8Array(32), 0, 0x13, 1, 0);
      expect(decodeBody(type, head)).toMatchObject({ extensions: null });
      expect(decodeBody(type, concatBytes(head, Uint8Array.of(0, 0)))).toMatchObject({ extensions: [] });
      const body = decodeBody(type, head) as never;
      expect(encodeHandshakeMessage(type, body).slice(4)).toEqual(head);
    },
  );
});
