import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { certificatesToPem } from '@portico/x509/issue';
import { describe, expect, it } from 'vitest';
import {
  connect,
  createSecureContext,
  createServer,
  TICKET_KEYS_LENGTH,
  type ConnectOptions,
  type Server,
  type ServerOptions,
  type TLSSocket,
} from '../src/index.js';
import { ca, clientCredential, issue, localhost, strangeAuthority, strangeCredential } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, eventually, listen } from './support/servers.js';

const strangeCa = certificatesToPem([strangeAuthority.certificate]);

/** What one connection was, on both sides. */
interface Connection {
  readonly resumed: boolean;
  readonly client: TLSSocket;
  readonly server: TLSSocket;
  readonly session: Buffer;
}

/** A server with one certificate that counts its connections. */
async function serve(options: ServerOptions = {}): Promise<{ server: Server; port: number; sockets: TLSSocket[] }> {
  const sockets: TLSSocket[] = [];
  const server = createServer({ ...localhost, ...options }, (socket) => {
    sockets.push(socket);
    socket.on('data', () => socket.write('pong'));
  });
  return { server, port: await listen(server), sockets };
}

/** Connects, waits for a ticket, and leaves the connection open until the end of the test. */
async function visit(
  { port, sockets }: { port: number; sockets: TLSSocket[] },
  options: ConnectOptions = {},
): Promise<Connection> {
  const client = connectTo(port, [], options);
  const session = once(client, 'session') as Promise<[Buffer]>;
  await once(client, 'secureConnect');
  await eventually(() => sockets.length > 0);
  const server = sockets.pop() as TLSSocket;
  expect(client.isSessionReused()).toBe(server.isSessionReused());
  return { resumed: client.isSessionReused(), client, server, session: (await session)[0] };
}

describe('a session', () => {
  it('is resumed by the next connection, whose peer is who it was', async () => {
    const place = await serve();
    const first = await visit(place);
    expect(first.resumed).toBe(false);
    const second = await visit(place, { session: first.session });
    expect(second.resumed).toBe(true);
    expect([second.client.authorized, second.client.authorizationError]).toEqual([true, null]);
    expect(second.client.getPeerX509Certificate()?.raw).toEqual(first.client.getPeerX509Certificate()?.raw);
    expect(second.client.getSession()).toBeInstanceOf(Buffer);
    expect(second.client.getSession()).not.toEqual(first.session);
    second.client.write('ping');
    expect(String((await once(second.client, 'data'))[0])).toBe('pong');
    const third = await visit(place, { session: second.session });
    expect(third.resumed).toBe(true);
  });

  it('comes after the handshake, as often as the server sends tickets', async () => {
    const { port } = await serve({ ticketCount: 3 });
    const client = connectTo(port, []);
    const sessions: Buffer[] = [];
    client.on('session', (session: Buffer) => sessions.push(session));
    expect(client.getSession()).toBeUndefined();
    await eventually(() => sessions.length === 3);
    expect(client.getSession()).toEqual(sessions[2]);
  });

  it('is of no use under another name, other CAs, other demands, or with a certificate to show', async () => {
    const place = await serve();
    const { session } = await visit(place);
    const other: [string, ConnectOptions][] = [
      ['name', { servername: '127.0.0.1' }],
      ['identity', { identity: { type: 'sip-domain', domain: 'localhost' } }],
      ['CAs', { ca: [ca, strangeCa] }],
      ['demands', { rejectUnauthorized: false }],
      ['check', { checkServerIdentity: () => undefined }],
      ['certificate', clientCredential],
    ];
    for (const [what, options] of other) {
      expect((await visit(place, { session, ...options })).resumed, what).toBe(false);
    }
    expect((await visit(place, { session })).resumed).toBe(true);
  });

  it('made with a server that nobody vouches for says so again, and is refused by who insists', async () => {
    const place = await serve(strangeCredential);
    const first = await visit(place, { rejectUnauthorized: false });
    expect(first.client.authorizationError).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const second = await visit(place, { rejectUnauthorized: false, session: first.session });
    expect(second.resumed).toBe(true);
    expect([second.client.authorized, second.client.authorizationError]).toEqual([
      false,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ]);
    const strict = connectTo(place.port, [], { session: second.session });
    expect(((await once(strict, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('asks the program’s own check of the name again', async () => {
    const place = await serve();
    const seen: string[] = [];
    const check = (hostname: string): undefined => void seen.push(hostname);
    const { session } = await visit(place, { checkServerIdentity: check });
    expect((await visit(place, { checkServerIdentity: check, session })).resumed).toBe(true);
    expect(seen).toEqual(['localhost', 'localhost']);
    const refused = connectTo(place.port, [], { checkServerIdentity: () => new Error('not mine'), session });
    const secured = once(refused, 'secureConnect').then(() => 'secured');
    const failed = new Promise((resolve) => refused.once('error', (error) => resolve(error.message)));
    expect(await Promise.race([secured.catch(() => 'failed'), failed])).toBe('not mine');
    expect(refused.destroyed).toBe(true);
  });

  it.each([
    ['of another program', randomBytes(100)],
    ['cut short', Buffer.of(1)],
    ['empty', Buffer.alloc(0)],
  ])('%s is passed over', async (_, session) => {
    expect((await visit(await serve(), { session })).resumed).toBe(false);
  });

  it('can be set until the transport is connected', async () => {
    const place = await serve();
    const { session, client } = await visit(place);
    const next = connectTo(place.port, []);
    next.setSession(session);
    await once(next, 'secureConnect');
    expect(next.isSessionReused()).toBe(true);
    expect(() => next.setSession(session)).toThrow(expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' }));
    expect(() => client.setSession(session)).toThrow(expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' }));
    await eventually(() => place.sockets.length > 0);
    expect(() => (place.sockets[0] as TLSSocket).setSession(session)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' }),
    );
  });
});

describe('tickets', () => {
  it('are taken by every server with the same keys', async () => {
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    const [one, two, three] = [await serve({ ticketKeys }), await serve({ ticketKeys }), await serve()];
    const { session } = await visit(one);
    expect((await visit(two, { session })).resumed).toBe(true);
    expect((await visit(three, { session })).resumed).toBe(false);
    three.server.setTicketKeys(two.server.getTicketKeys());
    expect((await visit(three, { session })).resumed).toBe(true);
    expect(two.server.getTicketKeys()).toEqual(ticketKeys);
  });

  it('outlive their key while it stands behind the new one, and no longer', async () => {
    const [old, current] = [randomBytes(TICKET_KEYS_LENGTH), randomBytes(TICKET_KEYS_LENGTH)];
    const place = await serve({ ticketKeys: old });
    const before = await visit(place);
    place.server.setTicketKeys([current, old]);
    const after = await visit(place, { session: before.session });
    expect(after.resumed).toBe(true);
    place.server.updateCredentials({ ticketKeys: current });
    expect((await visit(place, { session: before.session })).resumed).toBe(false);
    expect((await visit(place, { session: after.session })).resumed).toBe(true);
  });

  it('of another context, or after their time, are unknown', async () => {
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    let clock = Date.now();
    const now = (): number => clock;
    const place = await serve({ ticketKeys, sessionTimeout: 60, now });
    const other = await serve({ ticketKeys, sessionIdContext: 'other' });
    const { session } = await visit(place);
    expect((await visit(other, { session })).resumed).toBe(false);
    clock += 59_000;
    expect((await visit(place, { session, now })).resumed).toBe(true);
    clock += 1_000;
    // The client's clock stands still: the server is the one to judge.
    expect((await visit(place, { session, now: () => clock - 30_000 })).resumed).toBe(false);
  });

  it('are not sent where their number is 0', async () => {
    const { port } = await serve({ ticketCount: 0 });
    const client = connectTo(port, []);
    client.on('session', () => expect.unreachable());
    client.write('ping');
    await once(client, 'data');
    expect(client.getSession()).toBeUndefined();
  });

  it.each([
    ['ERR_INVALID_ARG_VALUE', { ticketKeys: randomBytes(47) }],
    ['ERR_INVALID_ARG_VALUE', { ticketKeys: [] }],
    ['ERR_INVALID_ARG_VALUE', { ticketKeys: Buffer.alloc(48) }],
    ['ERR_OUT_OF_RANGE', { sessionTimeout: 0 }],
    ['ERR_OUT_OF_RANGE', { sessionTimeout: 604_801 }],
    ['ERR_OUT_OF_RANGE', { ticketCount: 17 }],
  ])('%s for %j', (code, options) => {
    expect(() => createServer({ ...localhost, ...options })).toThrow(expect.objectContaining({ code }));
  });
});

describe('a client’s certificate', () => {
  it('is known again in a resumed session, with what was found of it', async () => {
    const place = await serve({ requestCert: true, rejectUnauthorized: false, ca });
    for (const [credential, authorized, error] of [
      [clientCredential, true, null],
      [strangeCredential, false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [{}, false, null],
    ] as const) {
      const first = await visit(place, credential);
      const second = await visit(place, { ...credential, session: first.session });
      expect([first.resumed, second.resumed]).toEqual([false, true]);
      for (const { server } of [first, second]) {
        expect([server.authorized, server.authorizationError]).toEqual([authorized, error]);
      }
      expect(second.server.getPeerX509Certificate()?.raw).toEqual(first.server.getPeerX509Certificate()?.raw);
    }
  });

  it('does not carry over to a server that demands more, or trusts others', async () => {
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    const lenient = await serve({ requestCert: true, rejectUnauthorized: false, ca, ticketKeys });
    const strict = await serve({ requestCert: true, ca, ticketKeys });
    const others = await serve({ requestCert: true, rejectUnauthorized: false, ca: [ca, strangeCa], ticketKeys });
    const none = await serve({ ticketKeys });
    const { session } = await visit(lenient, clientCredential);
    for (const place of [strict, others, none]) {
      expect((await visit(place, { ...clientCredential, session })).resumed).toBe(false);
    }
    expect((await visit(lenient, { ...clientCredential, session })).resumed).toBe(true);
  });

  it('of a ticket that is not resumed is not believed', async () => {
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    let clock = Date.now();
    const place = await serve({ requestCert: true, rejectUnauthorized: false, ca, ticketKeys, now: () => clock });
    const { session } = await visit(place, clientCredential);
    clock += 301_000;
    const late = await visit(place, { ...clientCredential, session });
    expect([late.resumed, late.server.authorized]).toEqual([false, true]);
    clock += 400 * 86_400_000;
    // No ticket comes of a certificate that has expired.
    const client = connectTo(place.port, [], { ...clientCredential, session: late.session });
    await once(client, 'secureConnect');
    await eventually(() => place.sockets.length > 0);
    const [expired] = place.sockets as [TLSSocket];
    expect([expired.isSessionReused(), expired.authorized, expired.authorizationError]).toEqual([
      false,
      false,
      'CERT_HAS_EXPIRED',
    ]);
  });
});

describe('node:tls', () => {
  it('resumes at our server', async () => {
    const { port, sockets } = await serve();
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca };
    const first = tls.connect(options);
    cleanUp(() => void first.destroy());
    const [session] = (await once(first, 'session')) as [Buffer];
    const second = tls.connect({ ...options, session });
    cleanUp(() => void second.destroy());
    await once(second, 'secureConnect');
    expect([first.isSessionReused(), second.isSessionReused()]).toEqual([false, true]);
    second.write('ping');
    expect(String((await once(second, 'data'))[0])).toBe('pong');
    expect(sockets.map((socket) => socket.isSessionReused())).toEqual([false, true]);
  });

  it('is resumed at by our client', async () => {
    const server = tls.createServer(localhost, (socket) => void socket.on('error', () => {}).write('hello'));
    const port = await listen(server);
    const first = connectTo(port, []);
    const [session] = (await once(first, 'session')) as [Buffer];
    const second = connectTo(port, [], { session });
    await once(second, 'secureConnect');
    expect([first.isSessionReused(), second.isSessionReused(), second.authorized]).toEqual([false, true, true]);
    expect(String((await once(second, 'data'))[0])).toBe('hello');
  });

  it('resumes on a port with routes, whose ports share keys', async () => {
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    const reused: boolean[] = [];
    const routes = [
      {
        name: 'sip',
        alpn: ['sip/2'],
        handle: (_: unknown, info: { tls: { resumed: boolean } }) => void reused.push(info.tls.resumed),
      },
    ];
    const [one, two] = [
      await openPort({ routes, tls: { ...localhost, ticketKeys } }),
      await openPort({ routes, tls: { ...localhost, ticketKeys } }),
    ];
    const options = { host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['sip/2'] };
    const first = tls.connect({ ...options, port: one.port });
    const [session] = (await once(first, 'session')) as [Buffer];
    const second = tls.connect({ ...options, port: two.port, session });
    cleanUp(() => [first, second].forEach((socket) => socket.destroy()));
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(true);
    await eventually(() => reused.length === 2);
    expect(reused).toEqual([false, true]);
    two.server.setTicketKeys(randomBytes(TICKET_KEYS_LENGTH));
    expect(one.server.getTicketKeys()).toEqual(ticketKeys);
  });
});

describe('Buffers that are wiped once they were given', () => {
  it('stay what they were to a server: keys, certificates and CAs, also when some of them are changed', async () => {
    const given = {
      cert: Buffer.from(localhost.cert),
      key: Buffer.from(localhost.key),
      ca: [Buffer.from(ca)],
      ticketKeys: randomBytes(TICKET_KEYS_LENGTH),
    };
    const ticketKeys = Buffer.from(given.ticketKeys);
    const place = await serve({ ...given, requestCert: true, ALPNProtocols: [Buffer.from('sip/2')] });
    for (const bytes of [given.cert, given.key, ...given.ca, given.ticketKeys]) bytes.fill(0);
    expect((await visit(place, clientCredential)).server.authorized).toBe(true);
    place.server.updateCredentials({ ca: [Buffer.from(ca), Buffer.from(strangeCa)] });
    expect((await visit(place, strangeCredential)).server.authorized).toBe(true);
    expect(place.server.getTicketKeys()).toEqual(ticketKeys);
  });

  it('stay what they were to a client: its session, and the CAs under which that was made', async () => {
    const place = await serve();
    const { session } = await visit(place, { ca: [Buffer.from(ca)] });
    const context = createSecureContext({ ca: [Buffer.from(ca)] });
    const own = Buffer.from(ca);
    const wiped = createSecureContext({ ca: own });
    own.fill(0);
    expect(wiped.trustFingerprint).toBe(context.trustFingerprint);
    const options = { ca: [Buffer.from(ca)], session: Buffer.from(session) };
    const visited = visit(place, options);
    options.session.fill(0);
    options.ca[0]?.fill(0);
    expect((await visited).resumed).toBe(true);
  });
});

describe('updateCredentials', () => {
  const subject = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.subjectAltName;

  it('changes the certificate for new connections and leaves the old ones open', async () => {
    const place = await serve();
    const before = await visit(place);
    place.server.updateCredentials(issue(['localhost', 'new.example']));
    const after = await visit(place);
    expect(subject(before.client)).not.toContain('new.example');
    expect(subject(after.client)).toContain('new.example');
    before.client.write('ping');
    expect(String((await once(before.client, 'data'))[0])).toBe('pong');
    // Tickets are of the keys, not of the certificate.
    expect((await visit(place, { session: before.session })).resumed).toBe(true);
  });

  it('leaves what is not named as it was, where setSecureContext begins anew', async () => {
    const place = await serve({ requestCert: true, ca });
    place.server.updateCredentials(issue(['localhost']));
    const first = await visit(place, clientCredential);
    expect(first.server.authorized).toBe(true);
    place.server.setSecureContext({ ...issue(['localhost']), ca: strangeCa });
    const refused = connectTo(place.port, [], clientCredential);
    refused.resume();
    expect(((await once(refused, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    // Nor is a session of a client that the new CAs do not vouch for.
    const resumed = connectTo(place.port, [], { ...clientCredential, session: first.session });
    resumed.resume();
    expect(((await once(resumed, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
  });

  it('changes nothing where it throws', async () => {
    const place = await serve();
    const { session } = await visit(place);
    const keys = place.server.getTicketKeys();
    const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
    expect(() => place.server.updateCredentials({ cert: 'nonsense', key: localhost.key, ticketKeys })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_INVALID_CERTIFICATE' }),
    );
    expect(() => place.server.updateCredentials({ ...issue(['x.example']), ticketKeys: Buffer.alloc(3) })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
    expect(place.server.getTicketKeys()).toEqual(keys);
    expect((await visit(place, { session })).resumed).toBe(true);
    expect(subject((await visit(place)).client)).toContain('localhost');
  });

  it('serves a port with routes as well', async () => {
    const { server, port } = await openPort({ routes: [{ name: 'sip', alpn: ['sip/2'], handle: () => {} }] });
    server.updateCredentials(issue(['localhost', 'port.example']));
    const client = connectTo(port, ['sip/2']);
    await once(client, 'secureConnect');
    expect(subject(client)).toContain('port.example');
  });
});

describe('a session over a transport of the program’s own', () => {
  it('is resumed over any Duplex', async () => {
    const place = await serve();
    const { session } = await visit(place);
    const { connect: connectTransport } = await import('node:net');
    const socket = connectTransport(place.port, '127.0.0.1');
    await once(socket, 'connect');
    const client = connect({ socket, servername: 'localhost', ca, session, host: '127.0.0.1' });
    cleanUp(() => void client.destroy());
    await once(client, 'secureConnect');
    expect(client.isSessionReused()).toBe(true);
  });
});
