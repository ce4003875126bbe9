import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { splitTarget, WEBSOCKET_PATHS } from '../web/handler.js';
import { DEFAULT_MESSAGE_TIMEOUT_MS, type SipEndpoint, type SipOutput } from './endpoint.js';

/** The registered subprotocol, RFC 7118 section 4. */
const SUBPROTOCOL = 'sip';

/** One SIP message: head and body limits of the codec together, so that the codec says what is wrong. */
const MAX_MESSAGE_LENGTH = 0x6_0000;

/** Answers that wait in memory before reading stops. */
const MAX_BUFFERED = 0x1_0000;

/** RFC 6455 section 7.4.1. */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const POLICY_VIOLATION = 1008;

export interface SipWebSocketOptions {
  /** Makes the endpoint (mode `websocket`) of a new connection. */
  readonly open: (request: IncomingMessage) => SipEndpoint;
  readonly onClose?: (request: IncomingMessage, reason: string) => void;
  readonly messageTimeoutMs?: number;
}

/** SIP over WebSocket on a server of `node:http`, RFC 7118. */
export interface SipWebSocket {
  /** Tells every peer to go away (1001) and takes no more. */
  close(): void;
}

/** Takes the upgrades of an HTTP server at `/` and `/ws` for the subprotocol `sip`; any other upgrade is refused. */
export function attachSipWebSocket(server: Server, options: SipWebSocketOptions): SipWebSocket {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_LENGTH,
    // Compressed frames unfold in memory, and SIP messages are small.
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  let closing = false;

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    const refusal = closing ? '503 Service Unavailable' : refusalOf(request);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      serve(webSocket, socket, options.open(request), options, (reason) => options.onClose?.(request, reason));
    });
  });

  return {
    close() {
      closing = true;
      for (const webSocket of sockets.clients) webSocket.close(GOING_AWAY, 'the server is going away');
      sockets.close();
    },
  };
}

function refusalOf(request: IncomingMessage): string | null {
  if (!WEBSOCKET_PATHS.includes(splitTarget(request.url ?? '/').path)) return '404 Not Found';
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  // RFC 7118 section 4: client and server agree on this subprotocol or do not talk.
  return offered.includes(SUBPROTOCOL) ? null : '400 Bad Request';
}

function serve(
  webSocket: WebSocket,
  socket: Duplex,
  endpoint: SipEndpoint,
  options: SipWebSocketOptions,
  onClose: (reason: string) => void,
): void {
  let timer: NodeJS.Timeout | null = null;
  const settle = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };

  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    settle();
    const output: SipOutput = endpoint.receive(data, Date.now());
    for (const message of output.messages) {
      // The answer comes in the kind of frame that the request came in, RFC 7118 section 5.
      webSocket.send(message, { binary: isBinary }, () => {
        if (webSocket.isPaused && webSocket.bufferedAmount < MAX_BUFFERED) webSocket.resume();
      });
    }
    if (output.close !== null) {
      onClose(output.close);
      webSocket.close(PROTOCOL_ERROR);
    } else if (webSocket.bufferedAmount >= MAX_BUFFERED) webSocket.pause();
  });
  webSocket.on('ping', settle).on('pong', settle);
  webSocket.on('error', (error) => onClose(error.message));
  webSocket.on('close', settle);

  // A WebSocket message may come in any number of frames; the library shows it when it is whole. Time runs from its first
  // bytes, seen on the socket below before the library sees them.
  socket.prependListener('data', () => {
    timer ??= setTimeout(() => {
      onClose('a message was not finished in time');
      webSocket.close(POLICY_VIOLATION);
    }, options.messageTimeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS);
  });
}
