import { bytesEqual, decode, encode, list, opaque, type Codec } from '@portico/bytes';
import type { RandomBytes } from '@portico/crypto';
import type { HelloShaper } from './handshake/client-hello.js';
import type { ClientHello } from './messages/client-hello.js';
import { EXTENSION_CODES, type Extension, type ExtensionName } from './messages/extensions/extension.js';
import { greasePskMode, greaseValue } from './messages/extensions/grease-values.js';
import { clientKeySharesCodec, type KeyShareEntry } from './messages/extensions/key-share.js';
import { pskKeyExchangeModesCodec } from './messages/extensions/psk-key-exchange-modes.js';
import { signatureAlgorithmsCodec } from './messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from './messages/extensions/supported-groups.js';
import { clientSupportedVersionsCodec } from './messages/extensions/supported-versions.js';

/** Sends reserved values, so that peers that do not ignore what they do not know are found early (RFC 8701). */
export interface Grease {
  /** For one connection's hellos, which have the same values. */
  shaper(random: RandomBytes): HelloShaper;
  /** The extensions of a CertificateRequest, with more that mean nothing. */
  certificateRequest(extensions: readonly Extension[], random: RandomBytes): readonly Extension[];
  /** Extensions for a NewSessionTicket. */
  newSessionTicket(random: RandomBytes): readonly Extension[];
}

/** RFC 8701 sections 3.1 and 4.1: everywhere that a client or a server of TLS 1.3 may send reserved values. */
export const grease: Grease = {
  shaper: (random) => {
    const bits = random(8);
    const value = (index: number): number => greaseValue(bits[index] as number);
    // Two extensions, which must not be the same one.
    const [first, second] = [value(6), greaseValue((bits[6] as number) ^ (1 + ((bits[7] as number) & 0x07)))];
    const share: KeyShareEntry = { group: value(1), keyExchange: Uint8Array.of(0) };
    let firstShares: Uint8Array | null = null;

    return (hello) => {
      const shares = dataOf(hello, 'key_share');
      firstShares ??= shares;
      // A second hello answers a request for a group with that one share, else it keeps those of the first.
      const sharesKept = firstShares !== null && shares !== null && bytesEqual(firstShares, shares);
      let extensions = hello.extensions ?? [];
      extensions = prepend(extensions, 'supported_versions', clientSupportedVersionsCodec, value(2));
      extensions = prepend(extensions, 'supported_groups', supportedGroupsCodec, value(1));
      extensions = prepend(extensions, 'signature_algorithms', signatureAlgorithmsCodec, value(3));
      extensions = prepend(extensions, 'psk_key_exchange_modes', pskKeyExchangeModesCodec, greasePskMode(bits[4] ?? 0));
      extensions = prepend(
        extensions,
        'application_layer_protocol_negotiation',
        protocolNameListCodec,
        twoBytes(value(5)),
      );
      if (sharesKept) extensions = prepend(extensions, 'key_share', clientKeySharesCodec, share);
      return {
        ...hello,
        cipherSuites: [value(0), ...hello.cipherSuites],
        // One that is empty and one that is not, at either end.
        extensions: [{ type: first, data: NONE }, ...extensions, { type: second, data: Uint8Array.of(0) }],
      };
    };
  },

  certificateRequest: (extensions, random) => {
    const [a = 0, b = 0] = random(2);
    const list = prepend(extensions, 'signature_algorithms', signatureAlgorithmsCodec, greaseValue(a));
    return [{ type: greaseValue(b), data: NONE }, ...list];
  },

  newSessionTicket: (random) => [{ type: greaseValue(random(1)[0] ?? 0), data: NONE }],
};

/** ProtocolNameList, RFC 7301 section 3.1. */
const protocolNameListCodec: Codec<readonly Uint8Array[]> = /* @__PURE__ */ list(
  /* @__PURE__ */ opaque(1, 0xff),
  2,
  0xffff,
);

const NONE = new Uint8Array(0);

function twoBytes(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 0xff);
}

function dataOf({ extensions }: ClientHello, name: ExtensionName): Uint8Array | null {
  return extensions?.find(({ type }) => type === EXTENSION_CODES[name])?.data ?? null;
}

/** Puts a value in front of the list that an extension holds, where there is that extension. */
function prepend<T>(
  extensions: readonly Extension[],
  name: ExtensionName,
  codec: Codec<readonly T[]>,
  value: T,
): readonly Extension[] {
  return extensions.map(({ type, data }) =>
    type === EXTENSION_CODES[name] ? { type, data: encode(codec, [value, ...decode(codec, data)]) } : { type, data },
  );
}
