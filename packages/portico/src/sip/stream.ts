import type { Duplex } from 'node:stream';
import type { SipEndpoint, SipOutput } from './endpoint.js';

/**
 * Connects an endpoint to a stream: what it answers is written, reading stops while the peer does not take the answers,
 * and a timer watches the message in progress.
 */
export function serveSipStream(stream: Duplex, endpoint: SipEndpoint, onClose: (reason: string) => void): void {
  let timer: NodeJS.Timeout | null = null;
  let waiting = false;
  let ended = false;

  function apply(output: SipOutput): void {
    for (const message of output.messages) stream.write(message);
    if (output.close !== null) {
      onClose(output.close);
      stream.end();
      // What still comes is not read: the answer has to arrive, then the connection ends.
      stream.removeAllListeners('data').resume();
    } else if (output.more || (stream.writableNeedDrain && !ended)) wait();
    else if (ended) stream.end();
    else if (stream.isPaused()) stream.resume();
    watch();
  }

  /** Nothing is read until the answers are sent, and what was held back comes before anything else. */
  function wait(): void {
    stream.pause();
    if (waiting) return;
    waiting = true;
    if (stream.writableNeedDrain) stream.once('drain', goOn);
    // A peer that takes everything must not keep the others waiting.
    else setImmediate(goOn);
  }

  function goOn(): void {
    waiting = false;
    if (!stream.destroyed && !stream.writableEnded) apply(endpoint.resume(Date.now()));
  }

  function watch(): void {
    const { deadline } = endpoint;
    if (timer !== null) clearTimeout(timer);
    timer = deadline === null ? null : setTimeout(expire, Math.max(0, deadline - Date.now()));
  }

  function expire(): void {
    const output = endpoint.timeout(Date.now());
    if (output.close === null) watch();
    else apply(output);
  }

  stream.on('data', (chunk: Uint8Array) => apply(endpoint.receive(chunk, Date.now())));
  stream.on('end', () => {
    ended = true;
    apply(endpoint.end(Date.now()));
  });
  stream.on('error', () => {});
  stream.on('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
}
