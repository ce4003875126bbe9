import { asciiBytes } from './text.js';

/** With so many places and the factors of `place`, no two of the words share one. */
const PLACES = 128;

interface Word {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/**
 * Methods of the RFCs, transports, and the parameters of Via, addresses and SIP-URIs that most messages have. Of Via all that
 * have rules of their own: `headers/plain.ts` counts on that.
 */
const TEXTS =
  'ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE TLS TCP UDP WS WSS ' +
  'alias branch expires lr maddr received reg-id rport tag transport ttl +sip.instance';

/** Each at its place. */
const WORDS: readonly (Word | undefined)[] = /* @__PURE__ */ wordsInPlace();

function wordsInPlace(): readonly (Word | undefined)[] {
  const words = new Array<Word | undefined>(PLACES).fill(undefined);
  for (const text of TEXTS.split(' ')) {
    const bytes = asciiBytes(text);
    words[place(bytes, 0, bytes.length)] = { text, bytes };
  }
  return words;
}

/**
 * The word that is `start`..`end` of the bytes, if it is one of those that come again and again, so that it is not made
 * anew for each message; undefined for any other. Case matters.
 */
export function commonWordAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const word = WORDS[place(bytes, start, end)];
  return word !== undefined && isWordAt(word.bytes, bytes, start, end) ? word.text : undefined;
}

/** Whether `start`..`end` of the bytes is this word. */
export function isWordAt(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = word;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

function place(bytes: Uint8Array, start: number, end: number): number {
  return (end - start + (bytes[start] as number) + (bytes[end - 1] as number) * 14) & (PLACES - 1);
}
