import { list, u16, type Codec } from '@portico/bytes';
import { signatureSchemeById, type SignatureScheme } from '@portico/crypto';

/** signature_algorithms and signature_algorithms_cert, RFC 9846 section 4.3.3: `<2..2^16-2>`. */
export const signatureAlgorithmsCodec: Codec<readonly number[]> = /* @__PURE__ */ list(u16, 2, 0xfffe);

/** The schemes that we know, in the peer's order; the others are ignored. */
export function knownSignatureSchemes(ids: readonly number[]): readonly SignatureScheme[] {
  return ids.map(signatureSchemeById).filter((scheme) => scheme !== undefined);
}
