import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** In bytes. What is shorter goes with the objects that it belongs to, at less than a call would cost. */
const LEAST_LENGTH = 4096;

/** How many arrays wait to be given back in one call. */
const AT_ONCE = 4;

let waiting: ArrayBuffer[] = [];

/** A port whose other end is closed: what is transferred to it is gone. */
let nowhere: MessagePort | null = null;

/**
 * Gives back the memory of an array that nobody looks at any more. The array is detached, at once or with one of the next:
 * it has no bytes after that.
 *
 * Each call of a cipher makes memory of its own outside the heap. Left to the collector it comes together by the tens of
 * MiB before the collector runs for its sake, and walks through all of the heap each time; every record then has memory
 * that no cache holds. Given back at once, the next record has the same again.
 *
 * Nothing is detached but arrays that have all of their memory to themselves; short ones stay as they are.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < LEAST_LENGTH || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  waiting.push(buffer);
  if (waiting.length < AT_ONCE) return;
  const buffers = waiting;
  waiting = [];
  // `ArrayBuffer.prototype.transfer` would do the same where there is one; Node 20 has none.
  nowhere ??= portToNowhere();
  nowhere.postMessage(null, buffers);
}

function portToNowhere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}
