import { opaque, type Codec } from '@portico/bytes';
import { TlsError } from '../../error.js';
import { decodeExtension, extension, type Extension } from './extension.js';

/** tls_flags, draft-ietf-tls-tlsflags section 2: `opaque flags<1..255>`, the lowest bit of the first octet is flag 0. */
export const tlsFlagsCodec: Codec<Uint8Array> = /* @__PURE__ */ opaque(1, 0xff);

/** The flags that this stack knows, by number. */
export const TLS_FLAGS = {
  /** In NewSessionTicket: the ticket may be used with every name of the certificate (draft-ietf-tls-cross-sni-resumption). */
  resumption_across_names: 8,
} as const;

/**
 * Reads tls_flags; unknown flags are kept.
 * @throws TlsError `malformed-extension`; `flags-not-minimal` for octets of zeros at the end (section 2 of the draft)
 */
export function decodeTlsFlags(data: Uint8Array): Uint8Array {
  const flags = decodeExtension(tlsFlagsCodec, data, 'tls_flags');
  if (flags[flags.length - 1] === 0) throw new TlsError('flags-not-minimal');
  return flags;
}

/** Whether a flag is set. */
export function hasTlsFlag(flags: Uint8Array, name: keyof typeof TLS_FLAGS): boolean {
  const flag = TLS_FLAGS[name];
  return (((flags[flag >> 3] ?? 0) >> (flag & 7)) & 1) === 1;
}

/** tls_flags with one flag set. */
export function tlsFlagsExtension(name: keyof typeof TLS_FLAGS): Extension {
  const flag = TLS_FLAGS[name];
  const flags = new Uint8Array((flag >> 3) + 1);
  flags[flag >> 3] = 1 << (flag & 7);
  return extension('tls_flags', tlsFlagsCodec, flags);
}
