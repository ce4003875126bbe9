import type { Duplex } from 'node:stream';
import type { SipEndpoint, SipOutput } from './endpoint.js';

/**
 * Connects an endpoint to a stream: what it answers is written, reading stops while the peer does not take the answers,
 * and a timer watches the message in progress.
 */
export function serveSipStream(stream: Duplex, endpoint: SipEndpoint, onClose: (reason: string) => void): void {
  let timer: NodeJS.Timeout | null = null;

  function apply(output: SipOutput): void {
    let flowing = true;
    for (const message of output.messages) flowing = stream.write(message) && flowing;
    if (output.close !== null) {
      onClose(output.close);
      stream.end();
      // What still comes is not read: the answer has to arrive, then the connection ends.
      stream.removeAllListeners('data').resume();
    } else if (!flowing) {
      stream.pause();
      stream.once('drain', () => stream.resume());
    }
    watch();
  }

  function watch(): void {
    const { deadline } = endpoint;
    if (timer !== null) clearTimeout(timer);
    timer =
      deadline === null
        ? null
        : setTimeout(() => apply(endpoint.timeout(Date.now())), Math.max(0, deadline - Date.now()));
  }

  stream.on('data', (chunk: Uint8Array) => apply(endpoint.receive(chunk, Date.now())));
  stream.on('end', () => {
    apply(endpoint.end(Date.now()));
    stream.end();
  });
  stream.on('error', () => {});
  stream.on('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
}
