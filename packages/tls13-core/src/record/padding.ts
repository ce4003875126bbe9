import { MAX_PLAINTEXT_LENGTH } from '../limits.js';
import type { ContentTypeName } from './content-type.js';

/** A record that is about to be protected. */
export interface RecordToPad {
  readonly type: ContentTypeName;
  /** Bytes of content. */
  readonly contentLength: number;
  /** Bytes of padding that still fit. */
  readonly room: number;
}

/**
 * How many zero bytes go behind the content of a protected record (RFC 9846 section 5.4): 0 or more, of which as many
 * are used as there is room for.
 */
export type PaddingPolicy = (record: RecordToPad) => number;

/**
 * Pads content to a multiple of so many bytes, so that only that multiple can be seen from outside.
 * @throws RangeError for anything but an integer from 1 to 16384
 */
export function padToMultipleOf(blockLength: number): PaddingPolicy {
  if (!Number.isInteger(blockLength) || blockLength < 1 || blockLength > MAX_PLAINTEXT_LENGTH) {
    throw new RangeError(`a block length is an integer from 1 to ${MAX_PLAINTEXT_LENGTH}, got ${blockLength}`);
  }
  return ({ contentLength }) => (blockLength - (contentLength % blockLength)) % blockLength;
}

/** Makes all records of the largest length: nothing but their number can be seen, at the price of 16 KiB each. */
export const padToFullRecords: PaddingPolicy = ({ room }) => room;
