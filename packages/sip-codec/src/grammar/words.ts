import { textToBytes } from './text.js';

/** With so many places and the factors of `place`, no two of the methods share one. */
const PLACES = 32;

interface Word {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** The methods of the RFCs; any other token is a method too. */
const NAMES = 'ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE';

/** Each at its place. */
const METHODS: readonly (Word | undefined)[] = /* @__PURE__ */ methods();

function methods(): readonly (Word | undefined)[] {
  const words = new Array<Word | undefined>(PLACES).fill(undefined);
  for (const text of NAMES.split(' ')) {
    const bytes = textToBytes(text);
    words[place(bytes, 0, bytes.length)] = { text, bytes };
  }
  return words;
}

/**
 * The method of the RFCs that is `start`..`end` of the bytes, so that it is not made anew for each message; undefined for
 * any other. Case matters.
 */
export function methodAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const word = METHODS[place(bytes, start, end)];
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
  return (end - start + (bytes[start] as number) * 3) & (PLACES - 1);
}
