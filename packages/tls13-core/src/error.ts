import type { Alert, AlertName } from './alert.js';

/**
 * Who can fix it: `decode` is malformed input, `peer-misbehaved` breaks the protocol, `peer-incompatible` is a peer
 * that keeps to the protocol but shares nothing with us or does not trust us, `api-misuse` is the caller's mistake.
 */
export type TlsErrorKind = 'decode' | 'peer-misbehaved' | 'peer-incompatible' | 'api-misuse';

/** What is sent for an error: an alert, or nothing. */
export type AlertToSend = AlertName | 'none';

/** Every reason with its family and its alert. The one place where an error becomes an alert (RFC 9846 section 6.2). */
const REASONS = {
  // Malformed input.
  'malformed-message': ['decode', 'decode_error'],
  'malformed-extension': ['decode', 'decode_error'],
  'malformed-alert': ['decode', 'decode_error'],
  'malformed-protocol-name-list': ['decode', 'decode_error'],
  'duplicate-extension': ['decode', 'decode_error'],
  'malformed-certificate': ['decode', 'decode_error'],
  'empty-certificate-list': ['decode', 'decode_error'],
  'message-too-long': ['decode', 'illegal_parameter'],
  'too-many-extensions': ['decode', 'decode_error'],
  'certificate-chain-too-long': ['decode', 'bad_certificate'],
  'record-too-long': ['decode', 'record_overflow'],
  'not-tls': ['decode', 'unexpected_message'],

  // A peer that breaks the protocol.
  'unexpected-message': ['peer-misbehaved', 'unexpected_message'],
  'unexpected-record-type': ['peer-misbehaved', 'unexpected_message'],
  'unprotected-record': ['peer-misbehaved', 'unexpected_message'],
  'empty-record': ['peer-misbehaved', 'unexpected_message'],
  'inner-content-type-missing': ['peer-misbehaved', 'unexpected_message'],
  'interleaved-record': ['peer-misbehaved', 'unexpected_message'],
  'data-across-key-change': ['peer-misbehaved', 'unexpected_message'],
  'unexpected-change-cipher-spec': ['peer-misbehaved', 'unexpected_message'],
  'too-many-change-cipher-specs': ['peer-misbehaved', 'unexpected_message'],
  'too-many-empty-records': ['peer-misbehaved', 'unexpected_message'],
  'too-many-warning-alerts': ['peer-misbehaved', 'unexpected_message'],
  'too-many-key-updates': ['peer-misbehaved', 'unexpected_message'],
  'too-many-session-tickets': ['peer-misbehaved', 'unexpected_message'],
  'application-data-before-finished': ['peer-misbehaved', 'unexpected_message'],
  'bad-record-mac': ['peer-misbehaved', 'bad_record_mac'],
  'bad-finished': ['peer-misbehaved', 'decrypt_error'],
  'bad-certificate-verify': ['peer-misbehaved', 'decrypt_error'],
  'bad-binder': ['peer-misbehaved', 'decrypt_error'],
  'illegal-version-field': ['peer-misbehaved', 'protocol_version'],
  'illegal-compression-method': ['peer-misbehaved', 'illegal_parameter'],
  'session-id-not-echoed': ['peer-misbehaved', 'illegal_parameter'],
  'cipher-suite-not-offered': ['peer-misbehaved', 'illegal_parameter'],
  'cipher-suite-changed': ['peer-misbehaved', 'illegal_parameter'],
  'version-not-offered': ['peer-misbehaved', 'illegal_parameter'],
  'downgrade-detected': ['peer-misbehaved', 'illegal_parameter'],
  'group-not-offered': ['peer-misbehaved', 'illegal_parameter'],
  'group-not-requested': ['peer-misbehaved', 'illegal_parameter'],
  'key-share-for-unoffered-group': ['peer-misbehaved', 'illegal_parameter'],
  'key-shares-in-wrong-order': ['peer-misbehaved', 'illegal_parameter'],
  'duplicate-key-share': ['peer-misbehaved', 'illegal_parameter'],
  'invalid-key-share': ['peer-misbehaved', 'illegal_parameter'],
  'useless-hello-retry-request': ['peer-misbehaved', 'illegal_parameter'],
  'duplicate-extension-in-hello-retry-request': ['peer-misbehaved', 'illegal_parameter'],
  'client-hello-changed': ['peer-misbehaved', 'illegal_parameter'],
  'invalid-cookie': ['peer-misbehaved', 'illegal_parameter'],
  'expired-cookie': ['peer-incompatible', 'illegal_parameter'],
  'cookie-too-long': ['decode', 'illegal_parameter'],
  'extension-in-wrong-message': ['peer-misbehaved', 'illegal_parameter'],
  'unsolicited-extension': ['peer-misbehaved', 'unsupported_extension'],
  'missing-extension': ['peer-misbehaved', 'missing_extension'],
  'pre-shared-key-not-last': ['peer-misbehaved', 'illegal_parameter'],
  'binder-count-mismatch': ['peer-misbehaved', 'illegal_parameter'],
  'selected-identity-out-of-range': ['peer-misbehaved', 'illegal_parameter'],
  'psk-hash-mismatch': ['peer-misbehaved', 'illegal_parameter'],
  'early-data-without-psk': ['peer-misbehaved', 'illegal_parameter'],
  'early-data-suite-changed': ['peer-misbehaved', 'illegal_parameter'],
  'early-data-alpn-changed': ['peer-misbehaved', 'illegal_parameter'],
  'too-much-early-data': ['peer-misbehaved', 'unexpected_message'],
  'flags-not-minimal': ['peer-misbehaved', 'illegal_parameter'],
  'psk-with-key-share': ['peer-misbehaved', 'illegal_parameter'],
  'psk-without-key-share': ['peer-misbehaved', 'illegal_parameter'],
  'unexpected-request-context': ['peer-misbehaved', 'illegal_parameter'],
  'signature-scheme-not-offered': ['peer-misbehaved', 'illegal_parameter'],
  'signature-scheme-does-not-fit-key': ['peer-misbehaved', 'illegal_parameter'],
  'illegal-key-update-request': ['peer-misbehaved', 'illegal_parameter'],
  'illegal-oid-filter': ['peer-misbehaved', 'illegal_parameter'],
  'illegal-record-size-limit': ['peer-misbehaved', 'illegal_parameter'],
  'illegal-server-name': ['peer-misbehaved', 'illegal_parameter'],
  'alpn-not-offered': ['peer-misbehaved', 'illegal_parameter'],

  // A peer that keeps to the rules and cannot be talked to.
  'no-common-version': ['peer-incompatible', 'protocol_version'],
  'no-common-cipher-suite': ['peer-incompatible', 'handshake_failure'],
  'no-common-group': ['peer-incompatible', 'handshake_failure'],
  'no-common-signature-scheme': ['peer-incompatible', 'handshake_failure'],
  'no-application-protocol': ['peer-incompatible', 'no_application_protocol'],
  'unknown-psk-identity': ['peer-incompatible', 'unknown_psk_identity'],
  'no-credential': ['peer-incompatible', 'handshake_failure'],
  'credential-does-not-match': ['peer-incompatible', 'handshake_failure'],
  'unrecognized-name': ['peer-incompatible', 'unrecognized_name'],
  'certificate-required': ['peer-incompatible', 'certificate_required'],
  'certificate-untrusted': ['peer-incompatible', 'bad_certificate'],
  'certificate-unknown-ca': ['peer-incompatible', 'unknown_ca'],
  'certificate-expired': ['peer-incompatible', 'certificate_expired'],
  'certificate-revoked': ['peer-incompatible', 'certificate_revoked'],
  'certificate-status-unacceptable': ['peer-incompatible', 'bad_certificate_status_response'],
  'certificate-unsupported': ['peer-incompatible', 'unsupported_certificate'],
  'certificate-name-mismatch': ['peer-incompatible', 'bad_certificate'],
  'certificate-unknown': ['peer-incompatible', 'certificate_unknown'],
  'alert-received': ['peer-incompatible', 'none'],
  'end-of-input': ['peer-misbehaved', 'none'],

  // Our side.
  'callback-failed': ['api-misuse', 'internal_error'],
  'internal-error': ['api-misuse', 'internal_error'],
  'selected-alpn-not-offered': ['api-misuse', 'internal_error'],
  'signer-unfit': ['api-misuse', 'internal_error'],
  'too-much-parked-input': ['api-misuse', 'internal_error'],
  'key-usage-limit': ['api-misuse', 'internal_error'],
  'invalid-configuration': ['api-misuse', 'none'],
  'invalid-argument': ['api-misuse', 'none'],
  'wrong-state': ['api-misuse', 'none'],
  'reentrant-call': ['api-misuse', 'none'],
  'early-data-too-long': ['api-misuse', 'none'],
  'too-much-pending-output': ['api-misuse', 'none'],
  aborted: ['api-misuse', 'user_canceled'],
} as const;

/** Why a connection failed or a call was refused. Stable: programs may switch on it. */
export type TlsErrorReason = keyof typeof REASONS;

export interface TlsErrorDetails {
  readonly expected?: string;
  readonly got?: string;
  /** Which message, extension or option it was about. */
  readonly subject?: string;
  /** Offset in that message, in bytes. */
  readonly offset?: number;
  /** The alert that the peer sent, for `alert-received`. */
  readonly alert?: Alert;
  readonly cause?: unknown;
}

/** The one error type of this package. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly kind: TlsErrorKind;
  readonly reason: TlsErrorReason;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly subject: string | undefined;
  readonly offset: number | undefined;
  /** The alert that the peer sent, for `alert-received`. */
  readonly alert: Alert | undefined;

  constructor(reason: TlsErrorReason, details: TlsErrorDetails = {}) {
    super(describe(reason, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.kind = REASONS[reason][0];
    this.expected = details.expected;
    this.got = details.got;
    this.subject = details.subject;
    this.offset = details.offset;
    this.alert = details.alert;
  }
}

/** The alert for a reason, RFC 9846 section 6.2; `none` for an alert received and for a caller's mistake. */
export function alertForReason(reason: TlsErrorReason): AlertToSend {
  return REASONS[reason][1];
}

/** Every reason there is, for tests and documents. */
export const TLS_ERROR_REASONS: readonly TlsErrorReason[] = Object.keys(REASONS) as TlsErrorReason[];

function describe(reason: TlsErrorReason, { subject, expected, got, offset, alert }: TlsErrorDetails): string {
  let text: string = reason;
  if (subject !== undefined) text += ` in ${subject}`;
  if (offset !== undefined) text += ` at offset ${offset}`;
  if (alert !== undefined) text += `: ${alert.name}(${alert.code})`;
  if (expected !== undefined) text += `: expected ${expected}`;
  if (got !== undefined) text += `${expected === undefined ? ':' : ','} got ${got}`;
  return text;
}
