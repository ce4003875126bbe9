import { BytesError } from '@portico/bytes';
import { TlsError, type TlsErrorReason } from './error.js';

/**
 * Reads what a peer sent; what is not of that form is an error with that reason.
 * @throws TlsError `reason`
 */
export function readBytes<T>(reason: TlsErrorReason, subject: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    const { expected = 'the form that it has', got = error.reason, offset } = error;
    throw new TlsError(reason, { subject, expected, got, offset });
  }
}
