import type { Duplex } from 'node:stream';
import type { MsrpEndpoint, MsrpOutput } from './endpoint.js';

/**
 * Connects an endpoint to a stream; reading stops while the peer does not take the answers, and a timer watches the
 * message in progress.
 */
export function serveMsrpStream(stream: Duplex, endpoint: MsrpEndpoint, onClose: (reason: string) => void): void {
  let timer: NodeJS.Timeout | null = null;

  function apply({ bytes, close }: MsrpOutput): void {
    const flowing = bytes.length === 0 || stream.write(bytes);
    if (close !== null) {
      onClose(close);
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
    apply(endpoint.end());
    stream.end();
  });
  stream.on('error', () => {});
  stream.on('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
}
