import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { splitTarget, WEBSOCKET_PATHS } from '../web/handler.js';
import { DEFAULT_MESSAGE_TIMEOUT_MS, MAX_OUTPUT_AT_ONCE, type SipEndpoint } from './endpoint.js';
import { WebSocketProgress } from './websocket-progress.js';

/** The registered subprotocol, RFC 7118 section 4. */
const SUBPROTOCOL = 'sip';

/** One SIP message: head and body limits of the codec together, so that the codec says what is wrong. */
const MAX_MESSAGE_LENGTH = 0x6_0000;

/** A peer has this long to answer a ping, until the next one is due. */
const DEFAULT_PING_INTERVAL_MS = 30_000;

/** RFC 6455 section 7.4.1. */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const POLICY_VIOLATION = 1008;

export interface SipWebSocketOptions {
  /** Makes the endpoint (mode `websocket`) of a new connection. */
  readonly open: (request: IncomingMessage) => SipEndpoint;
  readonly onClose?: (request: IncomingMessage, reason: string) => void;
  readonly messageTimeoutMs?: number;
  /** Between two pings to an open connection; whoever has not answered one by the next is cut off. */
  readonly pingIntervalMs?: number;
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
      // The HTTP server has let go of this connection: without an end from here it stays as long as the peer wants.
      (socket as Socket).destroySoon();
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
  /** Whole messages that came while answers wait to be sent; the library takes apart all that it has read. */
  const waiting: { readonly data: Buffer; readonly binary: boolean }[] = [];

  function answerWaiting(): void {
    while (webSocket.bufferedAmount < MAX_OUTPUT_AT_ONCE) {
      // On its way out a connection is read for the peer's close frame only.
      const message = webSocket.readyState === WebSocket.OPEN ? waiting.shift() : undefined;
      if (message === undefined) {
        if (webSocket.isPaused) webSocket.resume();
        return;
      }
      answer(message.data, message.binary);
    }
    webSocket.pause();
  }

  function answer(data: Buffer, binary: boolean): void {
    // One message has one answer, so that none is held back by the endpoint.
    const { messages, close } = endpoint.receive(data, Date.now());
    for (const message of messages) {
      // The answer comes in the kind of frame that the request came in, RFC 7118 section 5.
      webSocket.send(message, { binary }, () => {
        if (webSocket.isPaused) answerWaiting();
      });
    }
    if (close === null) return;
    onClose(close);
    webSocket.close(PROTOCOL_ERROR);
  }

  webSocket.on('message', (data: Buffer, binary: boolean) => {
    waiting.push({ data, binary });
    if (!webSocket.isPaused) answerWaiting();
  });
  webSocket.on('error', (error) => onClose(error.message));
  limitMessageTime(webSocket, socket, options, onClose);
  keepAlive(webSocket, options, onClose);
}

/** A WebSocket message may come in any number of frames, with control frames between: time runs from its first byte. */
function limitMessageTime(
  webSocket: WebSocket,
  socket: Duplex,
  { messageTimeoutMs = DEFAULT_MESSAGE_TIMEOUT_MS }: SipWebSocketOptions,
  onClose: (reason: string) => void,
): void {
  const progress = new WebSocketProgress();
  let timer: NodeJS.Timeout | null = null;
  const settle = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const expire = (): void => {
    onClose('a message was not finished in time');
    webSocket.close(POLICY_VIOLATION);
  };
  // Seen on the socket before the library sees it.
  const follow = (chunk: Uint8Array): void => {
    if (progress.push(chunk) === 'finished-one') settle();
    if (progress.unfinished) timer ??= setTimeout(expire, messageTimeoutMs).unref();
  };
  socket.prependListener('data', follow);
  webSocket.on('close', () => {
    socket.off('data', follow);
    settle();
  });
}

/** Pings, RFC 6455 section 5.5.2: a peer that is gone, or that takes nothing, is not kept. */
function keepAlive(
  webSocket: WebSocket,
  { pingIntervalMs = DEFAULT_PING_INTERVAL_MS }: SipWebSocketOptions,
  onClose: (reason: string) => void,
): void {
  let answered = true;
  const timer = setInterval(() => {
    // A closing handshake has a time limit of its own in the library.
    if (webSocket.readyState !== WebSocket.OPEN) return;
    if (!answered) {
      onClose('a ping was not answered in time');
      webSocket.terminate();
      return;
    }
    answered = false;
    webSocket.ping();
  }, pingIntervalMs).unref();
  webSocket.on('pong', () => (answered = true));
  webSocket.on('close', () => clearInterval(timer));
}
