import type { SipHeaderField } from './head.js';
import { valueEndAt } from './value-bounds.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;

/**
 * The bytes of a field's value without any line end: folds and stray CR or LF become SP. A copied value can then never
 * begin a line of its own.
 */
export function oneLine(field: SipHeaderField): Uint8Array {
  const raw = field.rawValue;
  if (!raw.includes(CR) && !raw.includes(LF)) return raw;
  return raw.map((byte) => (byte === CR || byte === LF ? SP : byte));
}

/** Writes `oneLine` of a field into `target` from `at` on, and returns where it ends there. */
export function writeOneLine(field: SipHeaderField, target: Uint8Array, at: number): number {
  const { bytes, valueStart } = field;
  const end = valueEndAt(bytes, valueStart, field.end);
  const shift = at - valueStart;
  for (let i = valueStart; i < end; i++) {
    const byte = bytes[i] as number;
    target[i + shift] = byte <= CR && (byte === CR || byte === LF) ? SP : byte;
  }
  return end + shift;
}
