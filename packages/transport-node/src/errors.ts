import type { AlertName, CertificateRefusal, TlsError, TlsErrorReason } from '@portico/tls13-core';

/** An error as Node's own sockets throw it: `code` says what happened, `cause` holds our TlsError where there is one. */
export interface SocketError extends Error {
  code: string;
  /** The TLS reason, where the TLS connection failed. */
  reason?: string;
  host?: string;
}

/** Makes an error with a `code`, as `node:net` and `node:tls` do. */
export function socketError(code: string, message: string, cause?: unknown): SocketError {
  const error = new Error(message, cause === undefined ? undefined : { cause }) as SocketError;
  error.code = code;
  return error;
}

/** Names that OpenSSL uses for alerts it received; the prefix tells in which protocol version an alert first appeared. */
const SSLV3_ALERTS: ReadonlySet<AlertName> = new Set<AlertName>([
  'unexpected_message',
  'bad_record_mac',
  'handshake_failure',
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'illegal_parameter',
]);
const TLSV13_ALERTS: ReadonlySet<AlertName> = new Set<AlertName>(['missing_extension', 'certificate_required']);

/** The codes under which programs know these from `node:tls`; every other reason is `ERR_TLS_` and its own name. */
const KNOWN_CODES: Partial<Record<TlsErrorReason, string>> = {
  'end-of-input': 'ECONNRESET',
  'not-tls': 'ERR_SSL_WRONG_VERSION_NUMBER',
  'no-common-version': 'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'no-common-cipher-suite': 'ERR_SSL_NO_SHARED_CIPHER',
  'no-common-group': 'ERR_SSL_NO_SUITABLE_KEY_SHARE',
  'no-common-signature-scheme': 'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM',
  'no-application-protocol': 'ERR_SSL_NO_APPLICATION_PROTOCOL',
  'bad-record-mac': 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  'certificate-required': 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
  'unrecognized-name': 'ERR_SSL_CALLBACK_FAILED',
  'certificate-unknown-ca': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'certificate-untrusted': 'CERT_UNTRUSTED',
  'certificate-expired': 'CERT_HAS_EXPIRED',
  'certificate-revoked': 'CERT_REVOKED',
  'certificate-status-unacceptable': 'OCSP_VERIFY_NEEDED',
  'certificate-unsupported': 'INVALID_PURPOSE',
  'certificate-name-mismatch': 'ERR_TLS_CERT_ALTNAME_INVALID',
  'certificate-unknown': 'UNSPECIFIED',
  'selected-alpn-not-offered': 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT',
};

/** Gives a TlsError the code that programs written for `node:tls` look for. The TlsError is the `cause`. */
export function fromTlsError(error: TlsError, phase: 'handshaking' | 'open'): SocketError {
  const result = socketError(codeOf(error), messageOf(error, phase), error);
  result.reason = error.reason;
  return result;
}

function codeOf(error: TlsError): string {
  if (error.reason === 'alert-received' && error.alert !== undefined) return codeOfAlert(error.alert.name);
  return KNOWN_CODES[error.reason] ?? `ERR_TLS_${screaming(error.reason)}`;
}

function codeOfAlert(name: AlertName | 'unknown'): string {
  if (name === 'unknown') return 'ERR_SSL_UNKNOWN_ALERT_TYPE';
  if (name === 'unrecognized_name') return 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME';
  if (name === 'unsupported_extension') return 'ERR_SSL_TLSV1_UNSUPPORTED_EXTENSION';
  const prefix = SSLV3_ALERTS.has(name) ? 'SSLV3' : TLSV13_ALERTS.has(name) ? 'TLSV13' : 'TLSV1';
  return `ERR_SSL_${prefix}_ALERT_${screaming(name)}`;
}

function messageOf(error: TlsError, phase: 'handshaking' | 'open'): string {
  if (error.reason !== 'end-of-input') return error.message;
  return phase === 'handshaking'
    ? 'Client network socket disconnected before secure TLS connection was established'
    : 'The connection ended without close_notify: what was received may be cut off';
}

function screaming(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** What `authorizationError` says in `node:tls` for a refusal; a lone or self-signed chain has its own names there. */
export function authorizationCode(refusal: CertificateRefusal, chain: 'one' | 'several'): string {
  switch (refusal) {
    case 'unknown-ca':
      return chain === 'one' ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
    case 'untrusted':
      return 'CERT_UNTRUSTED';
    case 'expired':
      return 'CERT_HAS_EXPIRED';
    case 'revoked':
      return 'CERT_REVOKED';
    case 'status-unacceptable':
      return 'OCSP_VERIFY_NEEDED';
    case 'unsupported':
      return 'INVALID_PURPOSE';
    case 'name-mismatch':
      return 'ERR_TLS_CERT_ALTNAME_INVALID';
    case 'malformed':
      return 'CERT_REJECTED';
    case 'unknown':
      return 'UNSPECIFIED';
  }
}
