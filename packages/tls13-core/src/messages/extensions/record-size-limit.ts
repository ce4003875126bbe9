import { u16 } from '@portico/bytes';
import { TlsError } from '../../error.js';
import { LARGEST_RECORD_SIZE_LIMIT, SMALLEST_RECORD_SIZE_LIMIT } from '../../limits.js';
import { decodeExtension, extension, type Extension } from './extension.js';

/** record_size_limit, RFC 8449 section 4: content, content type and padding that its sender takes in one record. */
export function recordSizeLimitExtension(limit: number): Extension {
  return extension('record_size_limit', u16, limit);
}

/**
 * The peer's limit. A larger one than TLS 1.3 has is what a later version may mean, and no limit to us.
 * @throws TlsError `malformed-extension`, `illegal-record-size-limit` below 64
 */
export function decodeRecordSizeLimit(data: Uint8Array): number {
  const limit = decodeExtension(u16, data, 'record_size_limit');
  if (limit < SMALLEST_RECORD_SIZE_LIMIT) {
    throw new TlsError('illegal-record-size-limit', {
      expected: `at least ${SMALLEST_RECORD_SIZE_LIMIT}`,
      got: limit,
    });
  }
  return Math.min(limit, LARGEST_RECORD_SIZE_LIMIT);
}
