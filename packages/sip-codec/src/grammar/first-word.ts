import { TOKEN } from './characters.js';

/**
 * Whether the first word is the version, with which a response begins (RFC 3261 section 7.2): it is never answered. White
 * space and whatever else is in no word is passed over, so that nothing in front of a response makes a request of it.
 */
export function looksLikeResponse(bytes: Uint8Array, start: number, end: number): boolean {
  return beginsWith(bytes, firstWord(bytes, start, end), end, 'sip/');
}

/** Whether the first word is ACK, in any case: it is never answered either (section 17). */
export function looksLikeAck(bytes: Uint8Array, start: number, end: number): boolean {
  const word = firstWord(bytes, start, end);
  return beginsWith(bytes, word, end, 'ack') && TOKEN[bytes[word + 3] as number] !== 1;
}

function firstWord(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && TOKEN[bytes[i] as number] === 0) i++;
  return i;
}

/** `word` is in small letters. */
function beginsWith(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start < word.length) return false;
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[start + i] as number;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word.charCodeAt(i)) return false;
  }
  return true;
}
