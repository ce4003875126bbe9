import { MsrpError } from './error.js';

/** Byte-Range, RFC 4975 section 7.1.1. The first byte is number 1; null stands for `*`, not known. */
export interface ByteRange {
  readonly start: number;
  readonly end: number | null;
  readonly total: number | null;
}

/**
 * Reads a Byte-Range value.
 * @throws MsrpError `invalid-byte-range`, also for numbers over 2^53 - 1 and for a start of zero
 */
export function parseByteRange(value: string): ByteRange {
  const match = /^([0-9]+)-([0-9]+|\*)\/([0-9]+|\*)$/.exec(value);
  const [, start = '', end = '', total = ''] = match ?? [];
  const range = {
    start: Number(start),
    end: end === '*' ? null : Number(end),
    total: total === '*' ? null : Number(total),
  };
  const numbers = [range.start, range.end ?? 0, range.total ?? 0];
  if (match === null || range.start < 1 || !numbers.every(Number.isSafeInteger)) {
    throw new MsrpError('invalid-byte-range', { expected: 'start-end/total, the first byte being 1' });
  }
  return range;
}

/** Writes a Byte-Range value. */
export function formatByteRange({ start, end, total }: ByteRange): string {
  return `${start}-${end ?? '*'}/${total ?? '*'}`;
}

/** The Status header of a REPORT, RFC 4975 section 7.1.3. */
export interface ReportStatus {
  /** `000` for all codes of RFC 4975. */
  readonly namespace: string;
  readonly status: number;
  readonly comment: string | null;
}

/**
 * Reads a Status value.
 * @throws MsrpError `invalid-status`
 */
export function parseReportStatus(value: string): ReportStatus {
  const match = /^([0-9]{3}) ([0-9]{3})(?: (.*))?$/u.exec(value);
  if (match === null) throw new MsrpError('invalid-status', { expected: 'namespace, status and perhaps a comment' });
  const [, namespace = '', status = '', comment] = match;
  return { namespace, status: Number(status), comment: comment ?? null };
}
