import { TlsError } from './error.js';

/** AlertDescription, RFC 9846 section 6, with the code points of the registry. */
export const ALERT_CODES = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  general_error: 117,
  no_application_protocol: 120,
} as const;

export type AlertName = keyof typeof ALERT_CODES;

const NAMES = new Map<number, AlertName>(
  (Object.keys(ALERT_CODES) as AlertName[]).map((name) => [ALERT_CODES[name], name]),
);

/** An alert as it was received; codes that this version does not name keep their number. */
export interface Alert {
  readonly code: number;
  readonly name: AlertName | 'unknown';
}

/** Reads an AlertDescription. The level is ignored: in TLS 1.3 it follows from the type (RFC 9846 section 6). */
export function alertFromCode(code: number): Alert {
  return { code, name: NAMES.get(code) ?? 'unknown' };
}

/** An alert that ends a connection for a reason of the application's own: any but the closure alerts, or a code. */
export type ErrorAlert = Exclude<AlertName, 'close_notify' | 'user_canceled'> | number;

/**
 * The two bytes of an error alert (RFC 9846 section 6.2). A number is a code of the registry, 1 to 255.
 * @throws TlsError `invalid-argument` for a closure alert and for what is no code
 */
export function encodeErrorAlert(alert: ErrorAlert): Uint8Array {
  const code = typeof alert === 'number' ? alert : ALERT_CODES[alert];
  const isCode = Number.isInteger(code) && code > ALERT_CODES.close_notify && code <= 0xff;
  if (!isCode || code === ALERT_CODES.user_canceled) {
    throw new TlsError('invalid-argument', { subject: 'alert', expected: 'an error alert', got: alert });
  }
  return Uint8Array.of(FATAL, code);
}

const WARNING = 1;
const FATAL = 2;

/** The two bytes of an Alert. Only the closure alerts carry the level warning (RFC 9846 section 6.1). */
export function encodeAlert(name: AlertName): Uint8Array {
  const level = name === 'close_notify' || name === 'user_canceled' ? WARNING : FATAL;
  return Uint8Array.of(level, ALERT_CODES[name]);
}
