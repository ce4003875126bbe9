/** PEM, as text or as a file's bytes. */
export type PemInput = string | Uint8Array;

/** One text for each input, in order. */
export function pemTexts(input: PemInput | readonly PemInput[]): string[] {
  const inputs = typeof input === 'string' || input instanceof Uint8Array ? [input] : input;
  return inputs.map((pem) =>
    typeof pem === 'string' ? pem : Buffer.from(pem.buffer, pem.byteOffset, pem.length).toString('latin1'),
  );
}
