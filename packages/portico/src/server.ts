import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RandomBytes } from '@portico/crypto';
import { connectionInfo, createPortServer, type ConnectionInfo, type Route } from '@portico/transport-node';
import { portLogger, type LogLine } from './log.js';
import { createMsrpEndpoint } from './msrp/endpoint.js';
import { serveMsrpStream } from './msrp/stream.js';
import { createSipEndpoint, type SipEndpoint } from './sip/endpoint.js';
import { Registrar } from './sip/registrar.js';
import { sourceAddress } from './sip/source.js';
import { serveSipStream } from './sip/stream.js';
import { attachSipWebSocket } from './sip/websocket.js';
import { connectionFacts } from './web/facts.js';
import { createWebHandler, type WebHandler } from './web/handler.js';

/** What a browser and a curl may send on one stream before they wait: Node's 64 KiB make uploads crawl. */
const HTTP2_WINDOW = 0x10_0000;

export interface DemoServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** PEM, leaf first. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
  readonly random: RandomBytes;
  readonly log?: LogLine;
  /** Receives lines of the SSLKEYLOGFILE format. Whoever reads them can read the connections. */
  readonly keyLog?: (line: Buffer) => void;
}

export interface DemoServer {
  readonly host: string;
  readonly port: number;
  /** Stops accepting and lets what is going on finish for so long. */
  close(graceMs: number): Promise<void>;
}

/**
 * SIP (`sip/2`, the alias `sip`, or recognised by its first line), h2, http/1.1 with SIP over WebSocket, and MSRP on one
 * TLS port.
 * @throws the error of `listen` (`EADDRINUSE` and others), and those of `createPortServer` for bad certificates
 */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const log: LogLine = options.log ?? (() => {});
  const registrar = new Registrar();
  const openSip = (mode: 'stream' | 'websocket', info: ConnectionInfo | null): SipEndpoint =>
    createSipEndpoint({ registrar, random: options.random, mode, source: sourceAddress(info) });
  const ended = (info: ConnectionInfo | null, reason: string): void =>
    log(`${info?.route ?? 'web'}: closed: ${reason}`);

  const handler: WebHandler = createWebHandler((request) =>
    connectionFacts(connectionInfo(request), request.httpVersion),
  );
  const http1 = createHttpServer(handler);
  const http2 = createHttp2Server({ settings: { initialWindowSize: HTTP2_WINDOW } }, handler);
  const sipWebSocket = attachSipWebSocket(http1, {
    open: (request) => openSip('websocket', connectionInfo(request)),
    onClose: (request, reason) => ended(connectionInfo(request), reason),
  });

  const routes: readonly Route[] = [
    {
      name: 'sip',
      alpn: ['sip/2'],
      aliases: ['sip'],
      sniff: 'sip',
      allowHalfOpen: true,
      handle: (connection: Duplex, info) =>
        serveSipStream(connection, openSip('stream', info), (reason) => ended(info, reason)),
    },
    { name: 'h2', alpn: ['h2'], server: http2 },
    { name: 'http', alpn: ['http/1.1'], sniff: 'http', server: http1 },
    {
      name: 'msrp',
      alpn: ['msrp'],
      sniff: 'msrp',
      allowHalfOpen: true,
      handle: (connection: Duplex, info) =>
        serveMsrpStream(connection, createMsrpEndpoint(), (reason) => ended(info, reason)),
    },
  ];
  const port = createPortServer({
    tls: {
      cert: options.certificate,
      key: options.privateKey,
      ...(options.keyLog === undefined ? {} : { keyLog: options.keyLog }),
    },
    routes,
    sniffing: true,
    logger: portLogger(log),
  });
  const address = (await port.listen({ host: options.host, port: options.port })) as AddressInfo;
  return {
    host: options.host,
    port: address.port,
    async close(graceMs) {
      // First, so that browsers are told with a close frame and not with a dead connection.
      sipWebSocket.close();
      await port.close({ graceMs });
    },
  };
}
