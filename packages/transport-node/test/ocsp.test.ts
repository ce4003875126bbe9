import { once } from 'node:events';
import tls from 'node:tls';
import { createOcspSource, createRevocationChecker } from '@portico/x509/revocation';
import { describe, expect, it } from 'vitest';
import { connect, createServer, type ConnectOptions, type SocketError, type TLSSocket } from '../src/index.js';
import { ca, issueWithStatus, localhost } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, listen } from './support/servers.js';

const good = issueWithStatus('good');
const revoked = issueWithStatus({ revokedAt: Date.now() - 3_600_000, reason: 'superseded' });

const hardFail: ConnectOptions['revocation'] = (responses) =>
  createRevocationChecker({ mode: 'hard-fail', scope: 'leaf', sources: [createOcspSource({ responses })] });

/** 'secure', or the code of the error. */
function outcome(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('secure'));
    socket.once('error', (error: SocketError) => resolve(error.code));
  });
}

describe('a server with an OCSP response', () => {
  it('gives it to the client of node:tls that asks, and a new one after updateCredentials', async () => {
    const server = createServer(good);
    const port = await listen(server);
    const stapled = async (): Promise<unknown> => {
      // requestOCSP is not in the types of Node's client.
      const options = { port, host: '127.0.0.1', servername: 'localhost', ca, requestOCSP: true };
      const client = tls.connect(options);
      cleanUp(() => void client.destroy());
      const [response] = (await once(client, 'OCSPResponse')) as [Buffer | null];
      return response === null ? null : new Uint8Array(response);
    };
    expect(await stapled()).toEqual(good.ocspResponse);
    server.updateCredentials({ ocspResponse: [revoked.ocspResponse] });
    expect(await stapled()).toEqual(revoked.ocspResponse);
    server.updateCredentials({ ocspResponse: null });
    expect(await stapled()).toBeNull();
  });
});

describe('a client that asks for an OCSP response', () => {
  it('gets it in an event before the handshake ends, from the server of node:tls too', async () => {
    const server = tls.createServer({ ...good, minVersion: 'TLSv1.3' });
    server.on('OCSPRequest', (_certificate, _issuer, callback: (error: null, response: Buffer) => void) => {
      callback(null, Buffer.from(good.ocspResponse));
    });
    const socket = connectTo(await listen(server), [], { requestOCSP: true, revocation: hardFail });
    const order: string[] = [];
    socket.once('OCSPResponse', (response: Buffer) => {
      expect(new Uint8Array(response)).toEqual(good.ocspResponse);
      order.push('response');
    });
    order.push(await outcome(socket));
    expect(order).toEqual(['response', 'secure']);
  });

  it('judges it where it has a checker, by its code in errors', async () => {
    const rows = [
      [good, {}, 'secure'],
      [good, { revocation: hardFail }, 'secure'],
      [revoked, {}, 'secure'],
      [revoked, { revocation: hardFail }, 'CERT_REVOKED'],
      [localhost, { revocation: hardFail }, 'OCSP_VERIFY_NEEDED'],
    ] as const;
    for (const [credential, options, expected] of rows) {
      const port = await listen(createServer(credential));
      expect(await outcome(connectTo(port, [], options))).toBe(expected);
    }
    const port = await listen(createServer(localhost));
    const reporting = connectTo(port, [], { revocation: hardFail, rejectUnauthorized: false });
    expect([await outcome(reporting), reporting.authorizationError]).toEqual(['secure', 'OCSP_VERIFY_NEEDED']);
  });

  it('does not resume a session that nobody judged', async () => {
    const server = createServer(good, (socket) => void socket.end('hello'));
    const port = await listen(server);
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca } as const;
    const resumes = async (made: ConnectOptions, used: ConnectOptions): Promise<boolean> => {
      const first = connect({ ...options, ...made });
      cleanUp(() => void first.destroy());
      const [session] = (await once(first, 'session')) as [Buffer];
      const second = connect({ ...options, ...used, session });
      cleanUp(() => void second.destroy());
      await once(second, 'secureConnect');
      return second.isSessionReused();
    };
    expect(await resumes({}, {})).toBe(true);
    expect(await resumes({ revocation: hardFail }, { revocation: hardFail })).toBe(true);
    expect(await resumes({}, { revocation: hardFail })).toBe(false);
  });
});
