/** Bits of the first two bytes of a frame, RFC 6455 section 5.2. */
const FIN = 0x80;
const CONTROL = 0x08;
const MASK = 0x80;
const LENGTH = 0x7f;

/** Length values that announce a longer length field, and bytes of that field. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Bytes of the masking key. */
const MASK_LENGTH = 4;

/**
 * Follows the frames of a WebSocket connection without looking into them, RFC 6455 section 5.2: the library shows a
 * message when it is whole, and a time limit has to know that one was begun.
 */
export class WebSocketProgress {
  /** The head of the frame in progress, as much of it as there is: never more than 14 bytes. */
  #head: number[] = [];
  /** Bytes of the payload that are still to come, once the head is complete. */
  #payload = 0;
  #insideFrame = false;
  /** A data frame without FIN was the last one; control frames may come between. */
  #fragmented = false;

  /** Bytes of a frame, or frames of a message, are still to come. */
  get unfinished(): boolean {
    return this.#insideFrame || this.#fragmented;
  }

  /** Takes the next bytes; tells whether there was a moment within them, or at their end, with nothing unfinished. */
  push(chunk: Uint8Array): 'finished-one' | 'nothing-finished' {
    let finished: 'finished-one' | 'nothing-finished' = 'nothing-finished';
    let at = 0;
    while (at < chunk.length) {
      this.#insideFrame = true;
      if (this.#head.length < headLength(this.#head)) {
        this.#head.push(chunk[at++] as number);
        if (this.#head.length < headLength(this.#head)) continue;
        this.#payload = payloadLength(this.#head);
      }
      const taken = Math.min(this.#payload, chunk.length - at);
      at += taken;
      this.#payload -= taken;
      if (this.#payload > 0) continue;
      this.#endFrame();
      if (!this.unfinished) finished = 'finished-one';
    }
    return finished;
  }

  #endFrame(): void {
    const [first = 0] = this.#head;
    if ((first & CONTROL) === 0) this.#fragmented = (first & FIN) === 0;
    this.#head = [];
    this.#insideFrame = false;
  }
}

/** Bytes of a frame's head, as far as its beginning tells. */
function headLength([, second]: readonly number[]): number {
  if (second === undefined) return 2;
  return 2 + extendedLength(second) + ((second & MASK) === 0 ? 0 : MASK_LENGTH);
}

function extendedLength(second: number): number {
  const length = second & LENGTH;
  return length === LENGTH_16 ? 2 : length === LENGTH_64 ? 8 : 0;
}

function payloadLength(head: readonly number[]): number {
  const second = head[1] as number;
  const extended = extendedLength(second);
  // The library refuses what is beyond its limit, so that exactness beyond 2^53 does not matter.
  return extended === 0
    ? second & LENGTH
    : head.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
}
