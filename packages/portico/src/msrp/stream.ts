import type { Duplex } from 'node:stream';
import type { MsrpEndpoint, MsrpOutput } from './endpoint.js';

/** Connects an endpoint to a stream; reading stops while the peer does not take the answers. */
export function serveMsrpStream(stream: Duplex, endpoint: MsrpEndpoint, onClose: (reason: string) => void): void {
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
  }

  stream.on('data', (chunk: Uint8Array) => apply(endpoint.receive(chunk)));
  stream.on('end', () => {
    apply(endpoint.end());
    stream.end();
  });
  stream.on('error', () => {});
}
