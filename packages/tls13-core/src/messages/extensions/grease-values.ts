/** The sixteen reserved values for suites, groups, extensions, schemes and versions, RFC 8701 section 2: 0x?A?A. */
export function isGreaseValue(code: number): boolean {
  return (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff);
}

/** One of them, chosen by four bits. */
export function greaseValue(bits: number): number {
  return ((bits & 0x0f) << 4) * 0x0101 + 0x0a0a;
}

/** One of the eight reserved values for PSK modes, RFC 8701 section 2: 0x0B and every 0x1F from there. */
export function greasePskMode(bits: number): number {
  return 0x0b + (bits & 0x07) * 0x1f;
}
