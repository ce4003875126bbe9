import { alertFromCode } from './alert.js';
import { TlsError } from './error.js';
import type { TlsLimits } from './limits.js';

/** Judges what records hold beside handshake messages, and counts what a peer could flood us with. */
export class ContentJudge {
  readonly #limits: TlsLimits;
  #emptyRecords = 0;
  #warningAlerts = 0;

  constructor(limits: TlsLimits) {
    this.#limits = limits;
  }

  /**
   * Application data, RFC 9846 section 5.1: none of it is cover traffic, and is dropped.
   * @throws TlsError `too-many-empty-records`
   */
  judgeApplicationData(content: Uint8Array): 'data' | 'dropped' {
    if (content.length > 0) {
      this.#emptyRecords = 0;
      return 'data';
    }
    this.#emptyRecords++;
    if (this.#emptyRecords > this.#limits.emptyRecordsInARow) {
      throw new TlsError('too-many-empty-records', { expected: `at most ${this.#limits.emptyRecordsInARow} in a row` });
    }
    return 'dropped';
  }

  /**
   * An alert, RFC 9846 section 6: all but two are errors, whatever their level says. In a handshake close_notify is the
   * end of it, too.
   * @throws TlsError `alert-received`, `malformed-alert`, `too-many-warning-alerts`
   */
  judgeAlert(content: Uint8Array, state: 'handshaking' | 'open'): 'closed' | 'ignored' {
    if (content.length !== 2) {
      throw new TlsError('malformed-alert', { expected: '2 bytes', got: content.length });
    }
    const alert = alertFromCode(content[1] as number);
    if (alert.name === 'user_canceled') {
      // Section 6.1: ignored, as close_notify follows.
      this.#warningAlerts++;
      if (this.#warningAlerts > this.#limits.warningAlerts) throw new TlsError('too-many-warning-alerts');
      return 'ignored';
    }
    if (alert.name !== 'close_notify' || state === 'handshaking') throw new TlsError('alert-received', { alert });
    return 'closed';
  }
}
