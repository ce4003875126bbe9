import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { createMsrpRequest, createTransactionId, serializeMsrp } from '@portico/msrp-codec';
import { createBranch, createCallId, createRequest, createTag } from '@portico/sip-codec';
import { connect, defaultProvider, type TLSSocket } from '@portico/transport-node';
import { WebSocket } from 'ws';

/** Where to call, and whom to trust. */
export interface CallTarget {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
}

/** One call of one protocol, by our own client. */
export interface DemoCall {
  readonly title: string;
  /** ALPN names offered; empty for none. */
  readonly offer: readonly string[];
  /** What the answer has to look like for the call to count as good. */
  readonly expected: RegExp;
  /** Makes the call over an established connection and gives the answer's first line. */
  readonly make: (socket: TLSSocket) => Promise<string>;
}

/** The name in the certificate; the target itself may be an address. */
const SERVER_NAME = 'localhost';

const CALL_TIMEOUT_MS = 10_000;

/** One call for each way into the port. */
export const DEMO_CALLS: readonly DemoCall[] = [
  { title: 'SIP OPTIONS', offer: ['sip/2'], expected: /^SIP\/2\.0 200 /, make: sipOptions },
  { title: 'SIP REGISTER', offer: ['sip/2'], expected: /^SIP\/2\.0 200 /, make: sipRegister },
  { title: 'SIP by its alias', offer: ['sip'], expected: /^SIP\/2\.0 200 /, make: sipOptions },
  { title: 'SIP without ALPN', offer: [], expected: /^SIP\/2\.0 200 /, make: sipOptions },
  { title: 'HTTP/2', offer: ['h2', 'http/1.1'], expected: /^200 /, make: http2Get },
  { title: 'HTTP/1.1', offer: ['http/1.1'], expected: /^200 /, make: http1Get },
  { title: 'SIP over WebSocket', offer: ['http/1.1'], expected: /^SIP\/2\.0 200 /, make: webSocketOptions },
  { title: 'MSRP SEND', offer: ['msrp'], expected: /^MSRP \S+ 481 /, make: msrpSend },
  { title: 'MSRP without ALPN', offer: [], expected: /^MSRP \S+ 481 /, make: msrpSend },
  { title: 'no common protocol', offer: ['smtp'], expected: /^alert 120 /, make: notReached },
];

/** What came of a call. */
export interface CallResult {
  readonly call: DemoCall;
  /** The protocol that was negotiated; null where none was. */
  readonly alpn: string | null;
  readonly tls: string | null;
  readonly answer: string;
  readonly milliseconds: number;
  readonly good: boolean;
}

/** Connects, calls, and hangs up. Never rejects: what went wrong is the answer. */
export async function runCall(call: DemoCall, target: CallTarget): Promise<CallResult> {
  const began = performance.now();
  const socket = connect({
    host: target.host,
    port: target.port,
    servername: SERVER_NAME,
    ca: target.ca,
    ALPNProtocols: call.offer,
  });
  let tls: string | null = null;
  let answer: string;
  try {
    answer = await withTimeout(
      (async () => {
        await once(socket, 'secureConnect');
        const { cipherSuite, group } = socket.handshakeInfo ?? {};
        tls = `${cipherSuite} ${group}`;
        return await call.make(socket);
      })(),
    );
  } catch (error) {
    answer = describeFailure(error as Error);
  }
  const alpn = typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null;
  socket.on('error', () => {});
  socket.destroy();
  const milliseconds = performance.now() - began;
  return { call, alpn, tls, answer, milliseconds, good: call.expected.test(answer) };
}

function describeFailure(error: Error & { readonly cause?: unknown }): string {
  const { alert } = (error.cause ?? {}) as { readonly alert?: { readonly name: string; readonly code: number } };
  return alert === undefined ? error.message : `alert ${alert.code} ${alert.name}`;
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CALL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function sipMessage(method: 'OPTIONS' | 'REGISTER', transport: 'TLS' | 'WSS'): Uint8Array {
  const { random } = defaultProvider();
  return createRequest({
    method,
    uri: `sip:${SERVER_NAME}`,
    headers: [
      // RFC 7118 section 5: a client that nobody can connect to gives itself a name that does not exist.
      ['Via', `SIP/2.0/${transport} demo.invalid;branch=${createBranch(random)};rport`],
      ['Max-Forwards', '70'],
      ['From', `<sip:demo@${SERVER_NAME}>;tag=${createTag(random)}`],
      ['To', `<sip:demo@${SERVER_NAME}>`],
      ['Call-ID', createCallId(random)],
      ['CSeq', `1 ${method}`],
      ...(method === 'REGISTER' ? [['Contact', '<sip:demo@demo.invalid;transport=tls>;expires=60'] as const] : []),
    ],
  }).bytes;
}

async function sipOptions(socket: TLSSocket): Promise<string> {
  socket.write(sipMessage('OPTIONS', 'TLS'));
  return firstLine(socket);
}

async function sipRegister(socket: TLSSocket): Promise<string> {
  socket.write(sipMessage('REGISTER', 'TLS'));
  return firstLine(socket);
}

async function msrpSend(socket: TLSSocket): Promise<string> {
  const message = createMsrpRequest({
    transactionId: createTransactionId(defaultProvider().random),
    method: 'SEND',
    toPath: [`msrps://${SERVER_NAME}/session;tcp`],
    fromPath: ['msrps://demo.invalid/demo;tcp'],
    headers: [{ name: 'Message-ID', value: '1' }],
    content: { type: 'text/plain', body: asciiToBytes('hello') },
  });
  socket.write(serializeMsrp(message));
  return firstLine(socket);
}

async function http1Get(socket: TLSSocket): Promise<string> {
  const request = httpRequest({ path: '/healthz', host: SERVER_NAME, createConnection: () => socket });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return `${response.statusCode} ${response.statusMessage} (HTTP/${response.httpVersion})`;
}

async function http2Get(socket: TLSSocket): Promise<string> {
  const session = connectHttp2(`https://${SERVER_NAME}`, { createConnection: () => socket });
  const stream = session.request({ ':path': '/healthz' });
  const [headers] = (await once(stream, 'response')) as [{ readonly ':status'?: number }];
  stream.resume();
  await once(stream, 'end');
  session.close();
  return `${headers[':status']} (HTTP/2)`;
}

async function webSocketOptions(socket: TLSSocket): Promise<string> {
  const webSocket = new WebSocket(`ws://${SERVER_NAME}/`, ['sip'], { createConnection: () => socket });
  await once(webSocket, 'open');
  webSocket.send(bytesToLatin1(sipMessage('OPTIONS', 'WSS')));
  const [data] = (await once(webSocket, 'message')) as [Buffer];
  webSocket.close();
  return lineOf(data);
}

async function notReached(): Promise<string> {
  return 'a connection that should not be there';
}

/** Everything up to the first line end, in however many pieces it comes. */
async function firstLine(socket: TLSSocket): Promise<string> {
  let received = Buffer.alloc(0);
  while (!received.includes(0x0a)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
  return lineOf(received);
}

function lineOf(data: Buffer): string {
  return data.toString('latin1').split('\r\n', 1)[0] ?? '';
}
