import { describe, expect, it } from 'vitest';
import { ALERT_CODES, alertFromCode, encodeAlert, type AlertName } from '../src/alert.js';
import { alertForReason, TLS_ERROR_REASONS, TlsError, type TlsErrorReason } from '../src/error.js';

describe('alerts', () => {
  it('have the code points of RFC 9846 section 6, general_error among them', () => {
    expect(ALERT_CODES.general_error).toBe(117);
    expect(ALERT_CODES.no_application_protocol).toBe(120);
    for (const name of Object.keys(ALERT_CODES) as AlertName[]) {
      expect(alertFromCode(ALERT_CODES[name])).toEqual({ code: ALERT_CODES[name], name });
    }
  });

  it('keep their number when the name is not known', () => {
    expect(alertFromCode(199)).toEqual({ code: 199, name: 'unknown' });
  });

  it('are fatal but for the two closure alerts (section 6.1)', () => {
    for (const name of Object.keys(ALERT_CODES) as AlertName[]) {
      const closure = name === 'close_notify' || name === 'user_canceled';
      expect(encodeAlert(name)).toEqual(Uint8Array.of(closure ? 1 : 2, ALERT_CODES[name]));
    }
  });
});

describe('the table from reason to alert', () => {
  it.each(TLS_ERROR_REASONS)('%s has a family, and an alert or none', (reason) => {
    const alert = alertForReason(reason);
    expect(alert === 'none' || alert in ALERT_CODES).toBe(true);
    expect(['decode', 'peer-misbehaved', 'peer-incompatible', 'api-misuse']).toContain(new TlsError(reason).kind);
  });

  it('has each reason once', () => {
    expect(TLS_ERROR_REASONS).toHaveLength(new Set(TLS_ERROR_REASONS).size);
    expect(TLS_ERROR_REASONS.length).toBeGreaterThan(100);
  });

  it('refuses what is no reason', () => {
    expect(() => new TlsError('no-such-reason' as TlsErrorReason)).toThrow(TypeError);
  });

  it('says nothing to a peer that sent an alert, and nothing about a call that was a mistake', () => {
    expect(alertForReason('alert-received')).toBe('none');
    expect(alertForReason('wrong-state')).toBe('none');
    expect(alertForReason('invalid-configuration')).toBe('none');
  });
});
