import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { PrivateKey } from '@portico/crypto';
import { privateKeyToPem } from '@portico/x509';
import { describe, expect, it, vi } from 'vitest';
import { rsaPrivateValues } from '../../crypto/test/rsa-values.js';
import hexValues from '../../crypto/test/vectors/rsa-2048.json' with { type: 'json' };
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  createServer,
  getCiphers,
  rootCertificates,
  type ConnectOptions,
  type ServerOptions,
  type SocketError,
  type TLSSocket,
} from '../src/index.js';
import {
  ca,
  certify,
  clientCredential,
  expiredCredential,
  issue,
  localhost,
  strangeCredential,
  type PemCredential,
} from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, eventually, listen, textOf } from './support/servers.js';

const echo = (socket: TLSSocket | tls.TLSSocket): void => void socket.on('error', () => {}).pipe(socket);

async function outcome(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(socket.authorized ? 'authorized' : `not: ${socket.authorizationError}`));
    socket.once('error', (error: SocketError) => resolve(error.code));
  });
}

describe('our server', () => {
  it('talks to the client of node:tls', async () => {
    const server = createServer({ ...localhost, ALPNProtocols: ['sip/2'] }, echo);
    const port = await listen(server);
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
    cleanUp(() => void client.destroy());
    await once(client, 'secureConnect');
    expect([client.alpnProtocol, client.authorized, client.getProtocol()]).toEqual(['sip/2', true, 'TLSv1.3']);
    client.end('hello');
    expect(await textOf(client)).toBe('hello');
  });

  it('sends no_application_protocol where no name is known', async () => {
    const server = createServer({ ...localhost, ALPNProtocols: ['sip/2'] }, echo);
    const failed = once(server, 'tlsClientError');
    const client = tls.connect({ port: await listen(server), host: '127.0.0.1', ca, ALPNProtocols: ['h2'] });
    const [told] = (await once(client, 'error')) as [SocketError];
    expect(told.message).toContain('alert number 120');
    expect(((await failed)[0] as SocketError).code).toBe('ERR_SSL_NO_APPLICATION_PROTOCOL');
  });

  it('goes on when a client resets a connection whose program does not listen for errors', async () => {
    const server = createServer(localhost, (socket) => void socket.write('connected'));
    const port = await listen(server);
    const raw = net.connect(port, '127.0.0.1');
    const client = connectTo(port, [], { socket: raw });
    client.on('error', () => {});
    const [accepted] = (await once(server, 'secureConnection')) as [TLSSocket];
    await once(client, 'data');
    const handshakeFailed = vi.fn();
    server.on('tlsClientError', handshakeFailed);
    raw.resetAndDestroy();
    await eventually(() => accepted.destroyed);
    expect(accepted.errored).toMatchObject({ code: 'ECONNRESET' });
    expect(await outcome(connectTo(port, []))).toBe('authorized');
    expect(handshakeFailed).not.toHaveBeenCalled();
  });

  it('refuses TLS 1.2 with a protocol_version alert and a code that says so', async () => {
    const server = createServer(localhost, echo);
    const failed = once(server, 'tlsClientError');
    const client = tls.connect({ port: await listen(server), host: '127.0.0.1', ca, maxVersion: 'TLSv1.2' });
    const [told] = (await once(client, 'error')) as [SocketError];
    expect(told.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect(((await failed)[0] as SocketError).code).toBe('ERR_SSL_UNSUPPORTED_PROTOCOL');
  });

  it('lets ALPNCallback choose, and refuse', async () => {
    const offers: (readonly string[])[] = [];
    const ALPNCallback = ({ protocols }: { protocols: readonly string[] }): string | undefined => {
      offers.push(protocols);
      return protocols.includes('b') ? 'b' : undefined;
    };
    const port = await listen(createServer({ ...localhost, ALPNCallback }, echo));
    const chosen = connectTo(port, ['a', 'b']);
    await once(chosen, 'secureConnect');
    expect(chosen.alpnProtocol).toBe('b');
    expect(await outcome(connectTo(port, ['a']))).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
    expect(offers).toEqual([['a', 'b'], ['a']]);
    expect(() => createServer({ ALPNCallback, ALPNProtocols: ['a'] })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS' }),
    );
  });

  it('takes ALPNProtocols with length bytes, as node:tls does', async () => {
    const port = await listen(createServer({ ...localhost, ALPNProtocols: Buffer.from('\x05sip/2') }, echo));
    const client = connectTo(port, [], { ALPNProtocols: Buffer.from('\x02h2\x05sip/2') });
    await once(client, 'secureConnect');
    expect(client.alpnProtocol).toBe('sip/2');
  });

  it.each([
    ['a.example', 'a.example'],
    ['A.EXAMPLE', 'a.example'],
    ['x.wild.example', '*.wild.example'],
    ['later.example', 'later.example'],
    ['none.example', 'localhost'],
  ])('shows %s the certificate of %s', async (servername, expected) => {
    const later = createSecureContext(issue(['later.example']));
    const server = createServer(
      {
        ...localhost,
        SNICallback: (name, callback) => {
          setImmediate(() => callback(null, name === 'later.example' ? later : null));
        },
      },
      echo,
    );
    server.addContext('a.example', issue(['a.example']));
    server.addContext('*.wild.example', createSecureContext(issue(['*.wild.example'])));
    const client = connectTo(await listen(server), [], { servername, rejectUnauthorized: false });
    await once(client, 'secureConnect');
    expect(client.getPeerX509Certificate()?.subjectAltName).toContain(`DNS:${expected}`);
  });

  it('signs as an RSASSA-PSS certificate says, whose key is written as plain RSA', async () => {
    const key: PrivateKey = { type: 'rsa', ...rsaPrivateValues(hexValues) };
    const restriction = { hash: 'sha384', minimumSaltLength: 48 } as const;
    const cert = certify({ type: 'rsa-pss', modulus: key.modulus, exponent: key.publicExponent, restriction });
    const port = await listen(createServer({ cert, key: privateKeyToPem(key) }, echo));
    for (const [sigalgs, outcomeOf] of [
      ['ecdsa_secp256r1_sha256:rsa_pss_pss_sha256:rsa_pss_pss_sha384', 'secureConnect'],
      ['ecdsa_secp256r1_sha256:rsa_pss_pss_sha256:rsa_pss_rsae_sha384', 'error'],
    ] as const) {
      const client = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', sigalgs });
      cleanUp(() => void client.destroy());
      await once(client, outcomeOf);
    }
  });

  it('fails the handshake when SNICallback fails', async () => {
    const server = createServer({ ...localhost, SNICallback: (_name, callback) => callback(new Error('no')) }, echo);
    const failed = once(server, 'tlsClientError');
    expect(await outcome(connectTo(await listen(server), []))).toBe('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR');
    expect(((await failed)[0] as SocketError).code).toBe('ERR_TLS_CALLBACK_FAILED');
  });

  it('gives keylog lines of both sides, which are the same', async () => {
    const server = createServer(localhost, echo);
    const lines: string[] = [];
    server.on('keylog', (line: Buffer) => lines.push(line.toString()));
    const client = connectTo(await listen(server), []);
    const own: string[] = [];
    client.on('keylog', (line: Buffer) => own.push(line.toString()));
    await once(client, 'secureConnect');
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.every((line) => /^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]+\n$/.test(line))).toBe(true);
    expect([...own].sort()).toEqual([...lines].sort());
  });
});

describe('a server that asks for certificates', () => {
  async function attempt(
    options: ServerOptions,
    client: Pick<ConnectOptions, 'cert' | 'key'>,
  ): Promise<[string, boolean, unknown]> {
    const server = createServer({ ...localhost, ca, requestCert: true, ...options });
    const port = await listen(server);
    const accepted = new Promise<[string, boolean, unknown]>((resolve) => {
      server.once('secureConnection', (socket: TLSSocket) => {
        socket.on('error', () => {});
        resolve(['accepted', socket.authorized, socket.authorizationError]);
      });
      server.once('tlsClientError', (error: SocketError) => resolve([error.code, false, null]));
    });
    const socket = connectTo(port, [], client);
    socket.on('error', () => {});
    return accepted;
  }

  it('takes one that it trusts', async () => {
    expect(await attempt({}, clientCredential)).toEqual(['accepted', true, null]);
  });
  it('is shown the one that its authority issued, whichever the client names first', async () => {
    const inOrder = [strangeCredential, clientCredential];
    for (const credentials of [inOrder, inOrder.toReversed()]) {
      const both = { cert: credentials.map(({ cert }) => cert), key: credentials.map(({ key }) => key) };
      expect(await attempt({}, both)).toEqual(['accepted', true, null]);
    }
  });
  it('refuses a client without one', async () => {
    expect((await attempt({}, {}))[0]).toBe('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
  });
  it('refuses one that it does not trust', async () => {
    expect((await attempt({}, strangeCredential))[0]).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
  it('with rejectUnauthorized: false only says so', async () => {
    const reporting = { rejectUnauthorized: false };
    expect(await attempt(reporting, strangeCredential)).toEqual(['accepted', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
    expect(await attempt(reporting, {})).toEqual(['accepted', false, null]);
    expect(await attempt(reporting, clientCredential)).toEqual(['accepted', true, null]);
  });
});

describe('our client', () => {
  it('talks to the server of node:tls', async () => {
    const server = tls.createServer({ ...localhost, ALPNProtocols: ['sip/2'] }, echo);
    const client = connectTo(await listen(server), ['sip/2']);
    client.end('hello');
    expect(await textOf(client)).toBe('hello');
    expect([client.alpnProtocol, client.authorized]).toEqual(['sip/2', true]);
  });

  const cases: readonly (readonly [string, PemCredential, ConnectOptions, string])[] = [
    ['trusts its CA', localhost, {}, 'authorized'],
    ['refuses an unknown CA', strangeCredential, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['refuses another name', localhost, { servername: 'other.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['refuses a certificate that is over', expiredCredential, {}, 'CERT_HAS_EXPIRED'],
    ['trusts nobody with ca: []', localhost, { ca: [] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['compares addresses', localhost, { servername: '127.0.0.1' }, 'authorized'],
    [
      'says so with rejectUnauthorized: false',
      strangeCredential,
      { rejectUnauthorized: false },
      'not: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'compares a SIP domain',
      localhost,
      { servername: '', identity: { type: 'sip-domain', domain: 'localhost' } },
      'authorized',
    ],
    [
      'takes no host name for a SIP domain where there are SIP URIs (RFC 5922 section 7.1)',
      issue(['localhost', 'sip:other.example']),
      { identity: { type: 'sip-domain', domain: 'localhost' } },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'asks checkServerIdentity instead',
      localhost,
      { servername: 'other.example', checkServerIdentity: () => undefined },
      'authorized',
    ],
    [
      'and minds what it says',
      localhost,
      { checkServerIdentity: () => new Error('not you') },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'does not ask it about strangers',
      strangeCredential,
      { checkServerIdentity: () => undefined },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['uses its own clock', localhost, { now: () => Date.now() + 365 * 86_400_000 }, 'CERT_HAS_EXPIRED'],
  ];
  it.each(cases)('%s', async (_what, credential, options, expected) => {
    const port = await listen(tls.createServer(credential, echo));
    expect(await outcome(connectTo(port, [], options))).toBe(expected);
  });

  it('trusts the platform’s roots where no ca is given, and nobody else', async () => {
    const port = await listen(tls.createServer(localhost, echo));
    const client = connect({ port, host: '127.0.0.1', servername: 'localhost' });
    expect(await outcome(client)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('sends the SIP domain as server_name', async () => {
    const server = tls.createServer(issue(['sip:sip.example', 'sip.example']), echo);
    const client = connect({
      port: await listen(server),
      host: '127.0.0.1',
      ca,
      identity: { type: 'sip-domain', domain: 'sip.example' },
    });
    cleanUp(() => void client.destroy());
    const [socket] = (await once(server, 'secureConnection')) as [tls.TLSSocket];
    expect(socket.servername).toBe('sip.example');
  });

  it('shows its certificate when asked', async () => {
    const server = tls.createServer({ ...localhost, ca, requestCert: true }, (socket) => {
      socket.on('error', () => {}).write(`${socket.authorized} ${socket.getPeerCertificate().subject.CN}`);
    });
    const [answer] = (await once(connectTo(await listen(server), [], clientCredential), 'data')) as [Buffer];
    expect(answer.toString()).toBe('true client.example');
  });

  it('reports a refused connection as net does', async () => {
    const server = createServer(localhost);
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await outcome(connectTo(port, []))).toBe('ECONNREFUSED');
  });

  it('takes port, host, options and listener as tls.connect does', async () => {
    const port = await listen(createServer(localhost, (socket) => socket.end('hi')));
    await new Promise<void>((resolve) => {
      const client = connect(port, '127.0.0.1', { ca, servername: 'localhost' }, resolve);
      client.resume();
      cleanUp(() => void client.destroy());
    });
  });

  it('serves https.request', async () => {
    const server = https.createServer(localhost, (request, response) => response.end(`you asked for ${request.url}`));
    const port = await listen(server);
    const request = https.get({
      path: '/x',
      host: 'localhost',
      createConnection: () => connectTo(port, ['http/1.1']) as never,
    });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(await textOf(response)).toBe('you asked for /x');
    expect((response.socket as unknown as TLSSocket).authorized).toBe(true);
  });

  it('serves an https.Agent, which keeps it alive', async () => {
    const server = https.createServer(localhost, (_request, response) => response.end('ok'));
    const port = await listen(server);
    let connections = 0;
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    Reflect.set(agent, 'createConnection', () => {
      connections++;
      return connectTo(port, ['http/1.1']);
    });
    cleanUp(() => agent.destroy());
    for (let i = 0; i < 3; i++) {
      const [response] = (await once(https.get({ host: 'localhost', agent }), 'response')) as [http.IncomingMessage];
      expect(await textOf(response)).toBe('ok');
    }
    expect(connections).toBe(1);
  });

  it('serves http2.connect', async () => {
    const server = http2.createSecureServer(localhost, (request, response) =>
      response.end(`you asked for ${request.url}`),
    );
    const port = await listen(server);
    const session = http2.connect('https://localhost', { createConnection: () => connectTo(port, ['h2']) as never });
    cleanUp(() => session.destroy());
    expect(await textOf(session.request({ ':path': '/x' }))).toBe('you asked for /x');
  });
});

describe('contexts', () => {
  const code = (expected: string): unknown => expect.objectContaining({ code: expected });

  it('refuse what leaves only older versions, and take lower bounds', () => {
    expect(() => createSecureContext({ maxVersion: 'TLSv1.2' })).toThrow(code('ERR_TLS_INVALID_PROTOCOL_VERSION'));
    expect(() => createSecureContext({ secureProtocol: 'TLSv1_2_method' })).toThrow(
      code('ERR_TLS_INVALID_PROTOCOL_VERSION'),
    );
    expect(() => createSecureContext({ minVersion: 'TLSv9' })).toThrow(code('ERR_TLS_INVALID_PROTOCOL_VERSION'));
    createSecureContext({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', secureProtocol: 'TLS_method' });
  });

  it.each(['pfx', 'crl', 'sigalgs', 'pskCallback', 'clientCertEngine'])(
    'refuses %s, which is not built, instead of passing over it',
    (name) => {
      expect(() => createSecureContext({ [name]: 'x' })).toThrow(code('ERR_TLS_OPTION_NOT_SUPPORTED'));
    },
  );

  it('name what is wrong with a certificate, a key, a CA, or both', () => {
    expect(() => createSecureContext({ cert: localhost.cert })).toThrow(code('ERR_TLS_INVALID_KEY'));
    expect(() => createSecureContext({ ...localhost, key: 'no key' })).toThrow(code('ERR_TLS_INVALID_KEY'));
    expect(() => createSecureContext({ ...localhost, cert: 'nothing' })).toThrow(code('ERR_TLS_INVALID_CERTIFICATE'));
    expect(() => createSecureContext({ ca: 'nobody' })).toThrow(code('ERR_TLS_INVALID_CA'));
    expect(() => createSecureContext({ cert: localhost.cert, key: clientCredential.key })).toThrow(
      code('ERR_OSSL_X509_KEY_VALUES_MISMATCH'),
    );
  });

  it('take Buffers, arrays, and several keys', () => {
    const context = createSecureContext({
      cert: [Buffer.from(localhost.cert), clientCredential.cert],
      key: [{ pem: clientCredential.key }, Buffer.from(localhost.key)],
      ca: [Buffer.from(ca)],
      ciphers: 'ECDHE-RSA-AES128-SHA256:TLS_AES_128_GCM_SHA256',
      ecdhCurve: 'X25519MLKEM768:P-384:X25519:X448',
    });
    expect(context.credentials).toHaveLength(2);
    expect(context.cipherSuites).toEqual(['TLS_AES_128_GCM_SHA256']);
    expect(context.groups).toEqual(['X25519MLKEM768', 'secp384r1', 'x25519', 'x448']);
  });

  it('trust the platform’s roots without ca, and nobody with an empty one', () => {
    expect(createSecureContext().trustAnchors.length).toBeGreaterThan(100);
    expect(createSecureContext({ ca }).trustAnchors).toHaveLength(1);
    expect(createSecureContext({ ca: [] }).trustAnchors).toEqual([]);
  });

  it('read encrypted keys', async () => {
    const { createPrivateKey } = await import('node:crypto');
    const encrypted = createPrivateKey(localhost.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString();
    expect(
      createSecureContext({ cert: localhost.cert, key: encrypted, passphrase: 'secret' }).credentials,
    ).toHaveLength(1);
    expect(() => createSecureContext({ cert: localhost.cert, key: encrypted, passphrase: 'wrong' })).toThrow(
      code('ERR_TLS_INVALID_KEY'),
    );
  });

  it('choose cipher suite and group', async () => {
    const server = createServer({ ...localhost, ciphers: 'TLS_AES_256_GCM_SHA384', ecdhCurve: 'P-384' }, echo);
    const client = connectTo(await listen(server), []);
    await once(client, 'secureConnect');
    expect(client.getCipher()?.name).toBe('TLS_AES_256_GCM_SHA384');
    expect(client.getEphemeralKeyInfo()).toMatchObject({ name: 'secp384r1' });
  });

  it('and the rest of the module is there', () => {
    expect(getCiphers()).toContain('tls_chacha20_poly1305_sha256');
    expect(rootCertificates.length).toBeGreaterThan(100);
    expect(
      checkServerIdentity('a', { subject: { CN: 'a' }, subjectaltname: 'DNS:a' } as tls.PeerCertificate),
    ).toBeUndefined();
  });
});
