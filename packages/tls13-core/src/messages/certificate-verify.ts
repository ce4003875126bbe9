import { asciiToBytes, concatBytes, opaque, struct, u16, type Codec } from '@portico/bytes';

/** CertificateVerify, RFC 9846 section 4.5.2. */
export interface CertificateVerify {
  readonly algorithm: number;
  readonly signature: Uint8Array;
}

export const certificateVerifyCodec: Codec<CertificateVerify> = /* @__PURE__ */ struct<CertificateVerify>({
  algorithm: u16,
  signature: /* @__PURE__ */ opaque(0, 0xffff),
});

const CONTEXT_STRINGS = {
  server: 'TLS 1.3, server CertificateVerify',
  client: 'TLS 1.3, client CertificateVerify',
} as const;

/** What is signed: 64 spaces, the context string, a zero byte, the transcript hash (RFC 9846 section 4.5.2). */
export function certificateVerifyContent(signer: 'server' | 'client', transcriptHash: Uint8Array): Uint8Array {
  return concatBytes(
    new Uint8Array(64).fill(0x20),
    asciiToBytes(CONTEXT_STRINGS[signer]),
    Uint8Array.of(0),
    transcriptHash,
  );
}
