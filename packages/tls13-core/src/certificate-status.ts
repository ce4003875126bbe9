import { encode, list, opaque, struct, u8, type Codec } from '@portico/bytes';
import { TlsError } from './error.js';
import { decodeExtension, EXTENSION_CODES, type Extension } from './messages/extensions/extension.js';
import { MAX_STAPLED_LENGTH } from './limits.js';

/** CertificateStatusType, RFC 6066 section 8: the only one that was ever defined for TLS 1.3. */
const OCSP = 1;

interface CertificateStatus {
  readonly statusType: number;
  /** An OCSPResponse in DER, RFC 6960 section 4.2.1. */
  readonly response: Uint8Array;
}

/** CertificateStatus, RFC 6066 section 8: status_request in a CertificateEntry (RFC 9846 section 4.5.1.1). */
export const certificateStatusCodec: Codec<CertificateStatus> = /* @__PURE__ */ struct<CertificateStatus>({
  statusType: u8,
  response: /* @__PURE__ */ opaque(1, 0xffffff),
});

interface OcspStatusRequest {
  readonly statusType: number;
  readonly responderIds: readonly Uint8Array[];
  readonly requestExtensions: Uint8Array;
}

/** CertificateStatusRequest with OCSPStatusRequest in it, RFC 6066 section 8: status_request in a ClientHello. */
export const statusRequestCodec: Codec<OcspStatusRequest> = /* @__PURE__ */ struct<OcspStatusRequest>({
  statusType: u8,
  responderIds: /* @__PURE__ */ list(/* @__PURE__ */ opaque(1, 0xffff), 0, 0xffff),
  requestExtensions: /* @__PURE__ */ opaque(0, 0xffff),
});

/** Asks the peer for OCSP responses beside its certificates, and reads them. */
export interface CertificateStatusRequest {
  /** For a ClientHello. */
  readonly extension: Extension;
  /**
   * The OCSPResponse in a CertificateEntry's status_request. A view.
   * @throws TlsError `malformed-extension`
   */
  readonly read: (data: Uint8Array) => Uint8Array;
}

/**
 * Asks for OCSP responses by status_request (RFC 6066 section 8, RFC 9846 section 4.5.1.1): from any responder, without
 * extensions. What comes is for `verifyPeer` to judge.
 */
export const ocspStatus: CertificateStatusRequest = {
  extension: { type: EXTENSION_CODES.status_request, data: /* @__PURE__ */ Uint8Array.of(OCSP, 0, 0, 0, 0) },
  read: (data) => {
    const { statusType, response } = decodeExtension(certificateStatusCodec, data, 'status_request');
    if (statusType !== OCSP) {
      throw new TlsError('malformed-extension', {
        subject: 'status_request',
        expected: 'an OCSP response',
        got: `a certificate status of type ${statusType}`,
      });
    }
    return response;
  },
};

/**
 * An OCSPResponse in DER to be stapled to a credential's leaf (`certificateStatus`), for peers that ask for it. It is
 * sent as it is; whoever fetches responses makes a new credential of each.
 * @throws TlsError `invalid-configuration` for one that is empty or does not fit into an extension
 */
export function stapledOcsp(response: Uint8Array): Extension {
  if (response.length === 0 || response.length > MAX_STAPLED_LENGTH) {
    throw new TlsError('invalid-configuration', {
      subject: 'certificateStatus',
      expected: `an OCSP response of 1 to ${MAX_STAPLED_LENGTH} bytes`,
      got: response.length,
    });
  }
  const data = encode(certificateStatusCodec, { statusType: OCSP, response });
  return { type: EXTENSION_CODES.status_request, data };
}

/**
 * Whether a ClientHello's status_request asks for OCSP; other types of status are not known.
 * @throws TlsError `malformed-extension`
 */
export function asksForOcsp(data: Uint8Array | undefined): boolean {
  if (data === undefined || (data.length > 0 && data[0] !== OCSP)) return false;
  decodeExtension(statusRequestCodec, data, 'status_request');
  return true;
}
