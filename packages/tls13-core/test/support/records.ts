/** Outer type and payload length of each record in a stretch of output. */
export function recordsOf(bytes: Uint8Array): [type: number, length: number][] {
  const records: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    records.push([bytes[at] as number, length]);
    at += 5 + length;
  }
  return records;
}
