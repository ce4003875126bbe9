import { connect as netConnect, isIP, type TcpNetConnectOpts, type IpcNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import {
  createCertificateVerifier,
  createTlsClient,
  firstFittingCredential,
  ocspStatus,
  type ClientConfig,
  type Credential,
} from '@portico/tls13-core';
import { hostOfUri, type ReferenceIdentity, type RevocationChecker } from '@portico/x509';
import { alpnNames, type AlpnOption } from './alpn-option.js';
import { ClientSessions } from './client-sessions.js';
import { socketError } from './errors.js';
import { createPeerCheck } from './peer-check.js';
import { signatureMemoryOf } from './remembered-signatures.js';
import { createSecureContext, type SecureContext, type SecureContextOptions } from './secure-context.js';
import { TLSSocket } from './tls-socket.js';

/** The options of `tls.connect` that mean something in TLS 1.3, and ours. */
export interface ConnectOptions extends SecureContextOptions {
  readonly host?: string;
  readonly port?: number | string;
  /** A Unix domain socket. */
  readonly path?: string;
  /** A connected (or connecting) transport to use instead: a `net.Socket` or any other Duplex. */
  readonly socket?: Duplex;
  /** For server_name, and for the name check; the host where it is not given. */
  readonly servername?: string;
  /** Whom the server must prove to be, instead of `servername`. A SIP domain also sets server_name (RFC 5922). */
  readonly identity?: ReferenceIdentity;
  readonly ALPNProtocols?: AlpnOption;
  /** False goes on with a server that is not trusted; `authorized` and `authorizationError` say so. */
  readonly rejectUnauthorized?: boolean;
  /** Replaces the check of the name. */
  readonly checkServerIdentity?: (hostname: string, certificate: PeerCertificate) => Error | undefined;
  readonly secureContext?: SecureContext;
  /** Asks for an OCSP response, which comes in an `'OCSPResponse'` event before the handshake ends. Nobody judges it. */
  readonly requestOCSP?: boolean;
  /**
   * Judges revocation by the OCSP responses that the server stapled, which are asked for then: a function that makes the
   * `createRevocationChecker` of `@portico/x509/revocation`. A resumed session is not judged again.
   */
  readonly revocation?: (ocspResponses: readonly Uint8Array[]) => RevocationChecker;
  /** A session to resume, from a `'session'` event of an earlier connection to the same server with the same options. */
  readonly session?: Uint8Array;
  readonly allowHalfOpen?: boolean;
  readonly highWaterMark?: number;
  /** As `socket.setTimeout`. */
  readonly timeout?: number;
  readonly family?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly lookup?: TcpNetConnectOpts['lookup'];
  readonly keepAlive?: boolean;
  readonly keepAliveInitialDelay?: number;
  /** False turns Nagle's algorithm on; it is off by default. */
  readonly noDelay?: boolean;
  /** Milliseconds since 1970; certificates are judged at this time. */
  readonly now?: () => number;
}

/**
 * Connects as `tls.connect` does: the socket is returned at once and emits `'secureConnect'`. Called with options, or
 * with a port, a host and options as in `node:tls`.
 * @throws SocketError as `createSecureContext`; everything later is an `'error'` event
 */
export function connect(options: ConnectOptions, listener?: () => void): TLSSocket;
export function connect(port: number, options?: ConnectOptions, listener?: () => void): TLSSocket;
export function connect(port: number, host?: string, options?: ConnectOptions, listener?: () => void): TLSSocket;
export function connect(...args: unknown[]): TLSSocket {
  const { options, listener } = readArguments(args);
  const context = options.secureContext ?? createSecureContext(options);
  const hostname = options.identity === undefined ? wantedName(options) : identityName(options.identity);
  const peer = serverCheck(options, context, hostname, (response) => socket.emit('OCSPResponse', response));
  const config = clientConfig(options, context, peer.verifyPeer, sniOf(options, hostname), (line) =>
    socket.emit('keylog', Buffer.from(`${line}\n`)),
  );
  const sessions = new ClientSessions({
    policy: {
      context,
      untrusted: untrusted(options),
      identity: options.checkServerIdentity === undefined ? (options.identity ?? identityOf(hostname)) : null,
      revocation: options.revocation === undefined ? 'not-judged' : 'judged',
    },
    peer,
    now: options.now ?? Date.now,
    start: (resumption) => createTlsClient({ ...config, ...resumption }),
  });
  const socket: TLSSocket = new TLSSocket(options.socket ?? openTransport(options), {
    engine: sessions.start(options.session),
    role: 'client',
    peerCheck: peer.check,
    sessions,
    ...(options.allowHalfOpen === undefined ? {} : { allowHalfOpen: options.allowHalfOpen }),
    ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
  });
  if (options.timeout !== undefined) socket.setTimeout(options.timeout);
  if (options.noDelay === false) socket.setNoDelay(false);
  if (listener !== undefined) socket.once('secureConnect', listener);
  return socket;
}

function readArguments(args: unknown[]): { options: ConnectOptions; listener: (() => void) | undefined } {
  let options: ConnectOptions = {};
  let listener: (() => void) | undefined;
  for (const argument of args) {
    if (typeof argument === 'number') options = { ...options, port: argument };
    else if (typeof argument === 'string') options = { ...options, host: argument };
    else if (typeof argument === 'function') listener = argument as () => void;
    else if (typeof argument === 'object' && argument !== null) options = { ...options, ...argument };
  }
  return { options, listener };
}

/** The server's certificate, judged by path and name; the system's clock unless another is given. */
function serverCheck(
  options: ConnectOptions,
  context: SecureContext,
  hostname: string,
  onOcspResponse: (response: Buffer) => void,
): ReturnType<typeof createPeerCheck> {
  const { checkServerIdentity: custom, revocation } = options;
  return createPeerCheck({
    verify: (peer) => {
      const [response] = peer.ocspResponses ?? [];
      if (options.requestOCSP === true && response !== undefined) onOcspResponse(Buffer.from(response));
      // Not before it is needed: reading the platform's roots takes a while.
      return createCertificateVerifier({
        provider: context.provider,
        trustAnchors: context.trustAnchors,
        now: options.now ?? Date.now,
        identity: custom === undefined ? (options.identity ?? identityOf(hostname)) : null,
        path: {
          memory: signatureMemoryOf(context.provider),
          ...(revocation === undefined ? {} : { revocation }),
        },
      })(peer);
    },
    untrusted: untrusted(options),
    ...(custom === undefined ? {} : { checkServerIdentity: { hostname, check: custom } }),
  });
}

/** What happens with a server that is not trusted. */
function untrusted({ rejectUnauthorized }: ConnectOptions): 'refuse' | 'report' {
  return rejectUnauthorized === false ? 'report' : 'refuse';
}

function clientConfig(
  options: ConnectOptions,
  { provider, cipherSuites, groups, limits, credentials }: SecureContext,
  verifyPeer: ClientConfig['verifyPeer'],
  serverName: string | null,
  keyLog: (line: string) => void,
): ClientConfig {
  const protocols = options.ALPNProtocols === undefined ? [] : alpnNames(options.ALPNProtocols);
  return {
    provider,
    verifyPeer,
    keyLog,
    ...(serverName === null ? {} : { serverName }),
    ...(options.requestOCSP === true || options.revocation !== undefined ? { certificateStatus: ocspStatus } : {}),
    ...(protocols.length === 0 ? {} : { alpn: { protocols } }),
    ...(cipherSuites === undefined ? {} : { cipherSuites }),
    ...(groups === undefined ? {} : { groups }),
    ...(limits === undefined ? {} : { limits }),
    selectCredential: credentialFor(credentials),
  };
}

/**
 * The credential that fits best what the server asks for. Where none does, the first whose key it can verify, as
 * `node:tls` has it: a server may name authorities and take others too.
 */
function credentialFor(credentials: readonly Credential[]): NonNullable<ClientConfig['selectCredential']> {
  const fitting = firstFittingCredential(credentials);
  return (request) =>
    fitting(request) ??
    credentials.find(({ signer }) => signer.schemes.some((scheme) => request.signatureSchemes.includes(scheme))) ??
    null;
}

function openTransport(options: ConnectOptions): Duplex {
  const { path, port, ...rest } = options;
  if (path !== undefined) return netConnect({ path, allowHalfOpen: true } satisfies IpcNetConnectOpts);
  if (port === undefined) throw socketError('ERR_MISSING_ARGS', 'connect needs a port, a path or a socket');
  return netConnect({
    host: rest.host ?? 'localhost',
    port: Number(port),
    allowHalfOpen: true,
    noDelay: true,
    ...(rest.family === undefined ? {} : { family: rest.family }),
    ...(rest.localAddress === undefined ? {} : { localAddress: rest.localAddress }),
    ...(rest.localPort === undefined ? {} : { localPort: rest.localPort }),
    ...(rest.lookup === undefined ? {} : { lookup: rest.lookup }),
    ...(rest.keepAlive === undefined ? {} : { keepAlive: rest.keepAlive }),
    ...(rest.keepAliveInitialDelay === undefined ? {} : { keepAliveInitialDelay: rest.keepAliveInitialDelay }),
  });
}

function wantedName({ servername, host }: ConnectOptions): string {
  // An empty servername means "send no server_name", as in node:tls; the name check still needs one.
  return servername === undefined || servername === '' ? (host ?? 'localhost') : servername;
}

function identityName(identity: ReferenceIdentity): string {
  switch (identity.type) {
    case 'dns':
    case 'srv':
      return identity.name;
    case 'uri':
      return hostOfUri(identity.uri)?.host ?? '';
    case 'ip':
      return identity.address;
    case 'sip-domain':
      return identity.domain;
  }
}

function identityOf(name: string): ReferenceIdentity {
  return isIP(name) === 0 ? { type: 'dns', name } : { type: 'ip', address: name };
}

/** server_name is for host names (RFC 6066 section 3). */
function sniOf({ servername }: ConnectOptions, hostname: string): string | null {
  if (servername === '') return null;
  const name = servername ?? hostname;
  return isIP(name) === 0 ? name : null;
}
