import { list, u16, type Codec } from '@portico/bytes';
import { signatureSchemeById, type SignatureScheme } from '@portico/crypto';
import { decodeExtension, extension, type Extension } from './extension.js';

/** signature_algorithms and signature_algorithms_cert, RFC 9846 section 4.3.3: `<2..2^16-2>`. */
export const signatureAlgorithmsCodec: Codec<readonly number[]> = /* @__PURE__ */ list(u16, 2, 0xfffe);

/** The schemes that we know, each once, in the peer's order; the others are ignored. A list has room for 32,766. */
export function knownSignatureSchemes(ids: readonly number[]): readonly SignatureScheme[] {
  return [...new Set(ids)].map(signatureSchemeById).filter((scheme) => scheme !== undefined);
}

/** What a peer's signature_algorithms_cert says, or, without one, its signature_algorithms (RFC 9846 section 4.3.3). */
export function schemesForCertificates(
  data: Uint8Array | undefined,
  signatureSchemes: readonly SignatureScheme[],
): readonly SignatureScheme[] {
  return data === undefined
    ? signatureSchemes
    : knownSignatureSchemes(decodeExtension(signatureAlgorithmsCodec, data, 'signature_algorithms_cert'));
}

/** signature_algorithms_cert, RFC 9846 section 4.3.3. */
export function certificateSignaturesExtension(schemes: readonly SignatureScheme[]): Extension {
  return extension(
    'signature_algorithms_cert',
    signatureAlgorithmsCodec,
    schemes.map(({ id }) => id),
  );
}
