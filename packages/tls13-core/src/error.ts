import { describeFailure } from '@portico/bytes';
import type { Alert, AlertName } from './alert.js';

/**
 * Who can fix it: `decode` is malformed input, `peer-misbehaved` breaks the protocol, `peer-incompatible` is a peer
 * that keeps to the protocol but shares nothing with us or does not trust us, `api-misuse` is the caller's mistake.
 */
export type TlsErrorKind = 'decode' | 'peer-misbehaved' | 'peer-incompatible' | 'api-misuse';

/** What is sent for an error: an alert, or nothing. */
export type AlertToSend = AlertName | 'none';

/** Every reason under its family and its alert. The one place where an error becomes an alert (RFC 9846 section 6.2). */
const REASONS = {
  // Malformed input.
  decode: {
    decode_error: [
      'malformed-message',
      'malformed-extension',
      'malformed-alert',
      'malformed-protocol-name-list',
      'duplicate-extension',
      'malformed-certificate',
      'empty-certificate-list',
      'too-many-extensions',
    ],
    illegal_parameter: ['message-too-long', 'cookie-too-long'],
    bad_certificate: ['certificate-chain-too-long'],
    record_overflow: ['record-too-long'],
    unexpected_message: ['not-tls'],
  },
  // A peer that breaks the protocol.
  'peer-misbehaved': {
    unexpected_message: [
      'unexpected-message',
      'unexpected-record-type',
      'unprotected-record',
      'empty-record',
      'inner-content-type-missing',
      'interleaved-record',
      'data-across-key-change',
      'unexpected-change-cipher-spec',
      'too-many-change-cipher-specs',
      'too-many-empty-records',
      'too-many-warning-alerts',
      'too-many-key-updates',
      'too-many-session-tickets',
      'application-data-before-finished',
      'too-much-early-data',
    ],
    bad_record_mac: ['bad-record-mac'],
    decrypt_error: ['bad-finished', 'bad-certificate-verify', 'bad-binder'],
    protocol_version: ['illegal-version-field'],
    illegal_parameter: [
      'illegal-compression-method',
      'session-id-not-echoed',
      'cipher-suite-not-offered',
      'cipher-suite-changed',
      'version-not-offered',
      'downgrade-detected',
      'group-not-offered',
      'group-not-requested',
      'key-share-for-unoffered-group',
      'key-shares-in-wrong-order',
      'duplicate-key-share',
      'invalid-key-share',
      'useless-hello-retry-request',
      'duplicate-extension-in-hello-retry-request',
      'client-hello-changed',
      'invalid-cookie',
      'extension-in-wrong-message',
      'pre-shared-key-not-last',
      'binder-count-mismatch',
      'selected-identity-out-of-range',
      'psk-hash-mismatch',
      'early-data-without-psk',
      'early-data-suite-changed',
      'early-data-alpn-changed',
      'flags-not-minimal',
      'psk-with-key-share',
      'psk-without-key-share',
      'unexpected-request-context',
      'signature-scheme-not-offered',
      'signature-scheme-does-not-fit-key',
      'illegal-key-update-request',
      'illegal-oid-filter',
      'illegal-record-size-limit',
      'illegal-server-name',
      'alpn-not-offered',
    ],
    unsupported_extension: ['unsolicited-extension'],
    missing_extension: ['missing-extension'],
    none: ['end-of-input'],
  },
  // A peer that keeps to the rules and cannot be talked to.
  'peer-incompatible': {
    illegal_parameter: ['expired-cookie'],
    protocol_version: ['no-common-version'],
    handshake_failure: [
      'no-common-cipher-suite',
      'no-common-group',
      'no-common-signature-scheme',
      'no-credential',
      'credential-does-not-match',
    ],
    no_application_protocol: ['no-application-protocol'],
    unknown_psk_identity: ['unknown-psk-identity'],
    unrecognized_name: ['unrecognized-name'],
    certificate_required: ['certificate-required'],
    bad_certificate: ['certificate-untrusted', 'certificate-name-mismatch'],
    unknown_ca: ['certificate-unknown-ca'],
    certificate_expired: ['certificate-expired'],
    certificate_revoked: ['certificate-revoked'],
    bad_certificate_status_response: ['certificate-status-unacceptable'],
    unsupported_certificate: ['certificate-unsupported'],
    certificate_unknown: ['certificate-unknown'],
    none: ['alert-received'],
  },
  // Our side.
  'api-misuse': {
    internal_error: [
      'callback-failed',
      'internal-error',
      'selected-alpn-not-offered',
      'signer-unfit',
      'too-much-parked-input',
      'key-usage-limit',
    ],
    none: [
      'invalid-configuration',
      'invalid-argument',
      'wrong-state',
      'reentrant-call',
      'early-data-too-long',
      'too-much-pending-output',
    ],
    user_canceled: ['aborted'],
  },
} as const;

type ReasonsOf<Kind> = Kind extends unknown ? Kind[keyof Kind] : never;

/** Why a connection failed or a call was refused. Stable: programs may switch on it. */
export type TlsErrorReason = (ReasonsOf<(typeof REASONS)[TlsErrorKind]> & readonly string[])[number];

export interface TlsErrorDetails {
  readonly expected?: string;
  readonly got?: string | number;
  /** Which message, extension or option it was about. */
  readonly subject?: string;
  /** Offset in that message, in bytes. */
  readonly offset?: number | undefined;
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
    this.kind = verdictOn(reason).kind;
    this.expected = details.expected;
    this.got = details.got?.toString();
    this.subject = details.subject;
    this.offset = details.offset;
    this.alert = details.alert;
  }
}

/** The alert for a reason, RFC 9846 section 6.2; `none` for an alert received and for a caller's mistake. */
export function alertForReason(reason: TlsErrorReason): AlertToSend {
  return verdictOn(reason).alert;
}

const TABLE: { readonly [Kind in TlsErrorKind]: { readonly [Alert in AlertToSend]?: readonly string[] } } = REASONS;

/** Every reason there is, for tests and documents. */
export const TLS_ERROR_REASONS: readonly TlsErrorReason[] = /* @__PURE__ */ Object.values(TABLE).flatMap(
  (alerts) => /* @__PURE__ */ Object.values(alerts).flat() as TlsErrorReason[],
);

/** Where a reason stands in the table: errors are rare, and looked for one by one. */
function verdictOn(reason: TlsErrorReason): { readonly kind: TlsErrorKind; readonly alert: AlertToSend } {
  for (const [kind, alerts] of Object.entries(TABLE)) {
    for (const [alert, reasons] of Object.entries(alerts)) {
      if (reasons.includes(reason)) return { kind: kind as TlsErrorKind, alert: alert as AlertToSend };
    }
  }
  throw new TypeError(`no reason of a TlsError: ${reason}`);
}

function describe(reason: TlsErrorReason, { subject, alert, ...failure }: TlsErrorDetails): string {
  const where = subject === undefined ? '' : ` in ${subject}`;
  const what = alert === undefined ? '' : `: ${alert.name}(${alert.code})`;
  return describeFailure(reason + where + what, failure);
}
