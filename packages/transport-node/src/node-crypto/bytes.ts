/**
 * A Buffer's bytes as a plain Uint8Array over the same memory. What leaves this folder is never a Buffer: its `slice`
 * shares memory where a Uint8Array's copies, and callers wipe what they have cut off.
 */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Base64url without padding, as JSON Web Keys have it (RFC 7515 section 2). */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
