import { bytesToLatin1 } from '@portico/bytes';

/** The part of the host's decoder that is used, where there is one; declared here because no host is assumed. */
interface Decoder {
  decode(bytes: Uint8Array): string;
}

declare const TextDecoder: (new (label: string, options: { readonly fatal: true }) => Decoder) | undefined;

/** It throws for what is no UTF-8, so that a text of as many characters as there were bytes is known to be ASCII. */
const DECODER: Decoder | undefined =
  typeof TextDecoder === 'undefined' ? undefined : /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true });

/** The part of the host's encoder that is used, where there is one. */
interface Encoder {
  encodeInto(text: string, target: Uint8Array): unknown;
}

declare const TextEncoder: (new () => Encoder) | undefined;

const ENCODER: Encoder | undefined = typeof TextEncoder === 'undefined' ? undefined : /* @__PURE__ */ new TextEncoder();

/** Below this, a loop is quicker than a call of the host. */
const SHORT_TEXT = 64;

/** Writes ASCII text into `target` from `at` on. */
export function writeAscii(text: string, target: Uint8Array, at: number): void {
  if (ENCODER === undefined || text.length < SHORT_TEXT) {
    for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  } else {
    ENCODER.encodeInto(text, at === 0 ? target : target.subarray(at));
  }
}

/**
 * Bytes from which many short texts are cut. Cutting them out of one long text is several times quicker than making
 * each from its bytes, so a head is decoded once, when the first is asked for. Other text than ASCII has no such
 * one-to-one mapping of bytes and characters, and is decoded piece by piece.
 */
export class WireText {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  /** The text of all bytes up to `#end`, or null where they are not ASCII; undefined before the first use. */
  #text: string | null | undefined;

  /** Nothing behind `end` will be asked for. */
  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** The text of all bytes, one character for each; undefined where they are not ASCII. */
  get ascii(): string | undefined {
    if (this.#text === undefined) this.#text = asciiText(this.#bytes, this.#end);
    return this.#text ?? undefined;
  }

  /** Each byte of `start`..`end` as one character. */
  cut(start: number, end: number): string {
    let text = this.#text;
    if (text === undefined) {
      text = asciiText(this.#bytes, this.#end);
      this.#text = text;
    }
    return text === null ? bytesToLatin1(this.#bytes, start, end) : text.substring(start, end);
  }
}

/** The first `end` bytes as text, or null unless they are ASCII. */
function asciiText(bytes: Uint8Array, end: number): string | null {
  if (DECODER === undefined) {
    for (let i = 0; i < end; i++) if ((bytes[i] as number) > 0x7f) return null;
    return bytesToLatin1(bytes, 0, end);
  }
  const head = end === bytes.length ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, end);
  try {
    // Some hosts decode no shared memory: what is in it is then read as if it were not ASCII.
    const text = DECODER.decode(head);
    // A character of several bytes makes the text shorter, and so does a byte order mark.
    return text.length === end ? text : null;
  } catch {
    return null;
  }
}
