/** A table's size: with the words of one grammar rule in it, hardly two of them share a place. */
const SLOTS = 128;

interface Word {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Another one with the same hash. */
  readonly next: Word | undefined;
}

/**
 * Words that come again and again, found by their bytes, so that none of them is made anew for each message. Case
 * matters: what is found is what stands there.
 */
export class WordTable {
  readonly #slots: readonly (Word | undefined)[];

  constructor(words: readonly string[]) {
    const slots = new Array<Word | undefined>(SLOTS).fill(undefined);
    for (const text of words) {
      // Our own words: ASCII.
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const slot = hash(bytes, 0, bytes.length);
      slots[slot] = { text, bytes, next: slots[slot] };
    }
    this.#slots = slots;
  }

  /** The word that is `start`..`end` of the bytes; undefined if it is not in the table. */
  at(bytes: Uint8Array, start: number, end: number): string | undefined {
    let word = this.#slots[hash(bytes, start, end)];
    while (word !== undefined) {
      if (isWordAt(word.bytes, bytes, start, end)) return word.text;
      word = word.next;
    }
    return undefined;
  }
}

function isWordAt(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = word;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  return ((end - start) * 5 + (bytes[start] as number) * 3 + (bytes[end - 1] as number)) & (SLOTS - 1);
}

/** The one version of SIP. */
export const VERSION_WORDS: WordTable = /* @__PURE__ */ new WordTable(['SIP/2.0']);

/** The methods of the RFCs; any other token is a method too. */
// prettier-ignore
export const METHOD_WORDS: WordTable = /* @__PURE__ */ new WordTable([
  'ACK', 'BYE', 'CANCEL', 'INFO', 'INVITE', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'PRACK', 'PUBLISH', 'REFER', 'REGISTER',
  'SUBSCRIBE', 'UPDATE',
]);
