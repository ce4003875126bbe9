import { bytesToHex, decode, list, opaque, u16, u8 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { permutedExtensions } from '../src/extension-order.js';
import { grease } from '../src/grease.js';
import type { ClientHello } from '../src/messages/client-hello.js';
import { EXTENSION_CODES, type ExtensionName } from '../src/messages/extensions/extension.js';
import { greasePskMode, greaseValue, isGreaseValue } from '../src/messages/extensions/grease-values.js';
import { clientKeySharesCodec } from '../src/messages/extensions/key-share.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { resumingClient, sessionsOf, toyTickets } from './support/sessions.js';
import { TOY_CLIENT, toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const everything = { alpn: { protocols: ['sip/2'] }, resumption: { now: () => 0 } } as const;

function hellosOf(config: Parameters<typeof toyClient>[0]): readonly [ClientHello, ClientHello] {
  const peer = new ScriptedServer(toyClient(config)).helloRetryRequest();
  const [first, second] = peer.heard.flatMap((message) => (message.type === 'client_hello' ? [message.body] : []));
  return [first as ClientHello, second as ClientHello];
}

function dataOf({ extensions }: ClientHello, name: ExtensionName): Uint8Array {
  return extensions?.find(({ type }) => type === EXTENSION_CODES[name])?.data as Uint8Array;
}

function typesOf({ extensions }: ClientHello): number[] {
  return (extensions ?? []).map(({ type }) => type);
}

describe('reserved values, RFC 8701 section 2', () => {
  it('are these sixteen, and eight for PSK modes', () => {
    const values = Array.from({ length: 16 }, (_, bits) => greaseValue(bits).toString(16).padStart(4, '0'));
    expect(values.join(' ')).toBe('0a0a 1a1a 2a2a 3a3a 4a4a 5a5a 6a6a 7a7a 8a8a 9a9a aaaa baba caca dada eaea fafa');
    expect(Array.from({ length: 0x10000 }, (_, code) => code).filter(isGreaseValue)).toHaveLength(16);
    expect(Array.from({ length: 16 }, (_, bits) => greaseValue(bits)).every(isGreaseValue)).toBe(true);
    const modes = Array.from({ length: 8 }, (_, bits) => greasePskMode(bits));
    expect(bytesToHex(Uint8Array.from(modes))).toBe('0b2a496887a6c5e4');
  });
});

describe('a client with grease', () => {
  it('has a reserved value wherever one may be, in front of what it means', () => {
    const [hello] = hellosOf({ grease, ...everything });
    const first = (name: ExtensionName): number => decode(list(u16, 0, 0xffff), dataOf(hello, name))[0] as number;
    const versions = decode(list(u16, 2, 254), dataOf(hello, 'supported_versions'));
    const [share] = decode(clientKeySharesCodec, dataOf(hello, 'key_share'));
    const values = [hello.cipherSuites[0], first('supported_groups'), first('signature_algorithms'), versions[0]];
    for (const value of values) expect(isGreaseValue(value as number)).toBe(true);
    expect(share).toEqual({ group: first('supported_groups'), keyExchange: Uint8Array.of(0) });
    const [alpn] = decode(list(opaque(1, 0xff), 2, 0xffff), dataOf(hello, 'application_layer_protocol_negotiation'));
    expect(alpn).toHaveLength(2);
    const modes = decode(list(u8, 1, 0xff), dataOf(hello, 'psk_key_exchange_modes'));
    expect([modes.length, ((modes[0] as number) - 0x0b) % 0x1f]).toEqual([2, 0]);
    const types = typesOf(hello);
    expect([types[0], types.at(-1)].every((type) => isGreaseValue(type as number))).toBe(true);
    expect(types[0]).not.toBe(types.at(-1));
  });

  it('never has one extension twice, whatever it draws', () => {
    for (let seed = 0; seed < 300; seed++) {
      const peer = new ScriptedServer(toyClient({ grease, provider: toyProvider(seed) }));
      const types = typesOf(peer.last('client_hello'));
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it('repeats its values in a second hello, without the share that means nothing', () => {
    const [first, second] = hellosOf({ grease, ...everything });
    expect(second.cipherSuites).toEqual(first.cipherSuites);
    expect(typesOf(second)).toEqual(typesOf(first));
    for (const name of ['supported_groups', 'signature_algorithms', 'supported_versions'] as const) {
      expect(dataOf(second, name)).toEqual(dataOf(first, name));
    }
    expect(decode(clientKeySharesCodec, dataOf(second, 'key_share'))).toHaveLength(1);
  });

  it.each([
    [
      'a suite',
      (peer: ScriptedServer, value: number) => peer.serverHello({ body: (sh) => ({ ...sh, cipherSuite: value }) }),
    ],
    [
      'an extension of ServerHello',
      (peer: ScriptedServer, value: number) =>
        peer.serverHello({
          body: (sh) => ({ ...sh, extensions: [...(sh.extensions ?? []), { type: value, data: new Uint8Array(0) }] }),
        }),
    ],
    [
      'an extension of EncryptedExtensions',
      (peer: ScriptedServer, value: number) =>
        peer.serverHello().encryptedExtensions([{ type: value, data: new Uint8Array(0) }]),
    ],
    ['a group', (peer: ScriptedServer, value: number) => peer.helloRetryRequest(value)],
  ])('refuses %s that a server took from it, section 3.1', (what, take) => {
    const peer = new ScriptedServer(toyClient({ grease }));
    const hello = peer.last('client_hello');
    const groups = decode(list(u16, 2, 0xffff), dataOf(hello, 'supported_groups'));
    const values = { 'a suite': hello.cipherSuites[0], 'a group': groups[0] } as Record<string, number | undefined>;
    take(peer, values[what] ?? (typesOf(hello)[0] as number));
    expect(peer.failure).toMatch(/^(cipher-suite-not-offered|group-not-offered|unsolicited-extension)$/);
  });
});

describe('a server with grease', () => {
  it('has reserved values in CertificateRequest and NewSessionTicket', () => {
    const verifyPeer = (): { trusted: true } => ({ trusted: true });
    const peer = new ScriptedClient(
      toyServer({
        grease,
        clientAuthentication: { mode: 'request', verifyPeer, policy: 'any' },
        tickets: toyTickets(),
      }),
    );
    peer.offersModes = true;
    peer.clientHello();
    const { extensions } = peer.last('certificate_request');
    expect(isGreaseValue(extensions[0]?.type as number)).toBe(true);
    const schemes = decode(list(u16, 2, 0xffff), extensions.find(({ type }) => type === 13)?.data as Uint8Array);
    expect(isGreaseValue(schemes[0] as number)).toBe(true);
    peer.certificate({ body: (honest) => ({ ...honest, certificateList: [] }) }).finished();
    expect(isGreaseValue(peer.last('new_session_ticket').extensions.at(-1)?.type as number)).toBe(true);
  });
});

describe('both sides with everything that means nothing', () => {
  it.each(['x25519', 'secp256r1'] as const)('agree all the same (%s)', (group) => {
    const client = toyClient({
      grease,
      extensionOrder: permutedExtensions,
      selectCredential: () => TOY_CLIENT,
      ...everything,
    });
    const server = toyServerWithClientAuthentication('require', {
      grease,
      groups: [group],
      alpn: { protocols: ['sip/2'] },
      clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }), policy: 'any' },
      tickets: toyTickets(),
    });
    const pair = runNow(createPair(client, server));
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    expect(pair.client.info?.alpnText).toBe('sip/2');
    expect(sessionsOf(pair.clientEvents).length).toBeGreaterThan(0);
  });
});

describe('extensions in another order each time', () => {
  const orderOf = (seed: number): number[] =>
    typesOf(
      new ScriptedServer(
        resumingClient({ extensionOrder: permutedExtensions, provider: toyProvider(seed), alpn: { protocols: ['a'] } }),
      ).last('client_hello'),
    );

  it('are the same ones, with pre_shared_key last', () => {
    const plain = typesOf(new ScriptedServer(resumingClient({ alpn: { protocols: ['a'] } })).last('client_hello'));
    const orders = Array.from({ length: 40 }, (_, seed) => orderOf(seed));
    for (const order of orders) {
      expect([...order].sort()).toEqual([...plain].sort());
      expect(order.at(-1)).toBe(EXTENSION_CODES.pre_shared_key);
    }
    expect(new Set(orders.map(String)).size).toBeGreaterThan(35);
    // Whatever stands first somewhere: every extension does, sooner or later.
    expect(new Set(orders.map(([type]) => type)).size).toBeGreaterThan(4);
  });

  it('have the same order in a second hello, to which a cookie comes', () => {
    for (let seed = 0; seed < 20; seed++) {
      const config = { extensionOrder: permutedExtensions, provider: toyProvider(seed), ...everything };
      const peer = new ScriptedServer(toyClient(config));
      peer.helloRetryRequest(0x0017, {
        body: (retry) => ({
          ...retry,
          extensions: [...(retry.extensions ?? []), { type: EXTENSION_CODES.cookie, data: Uint8Array.of(0, 1, 9) }],
        }),
      });
      const [first, second] = peer.heard.map((message) => typesOf(message.body as ClientHello));
      expect(second).toContain(EXTENSION_CODES.cookie);
      expect(second?.filter((type) => type !== EXTENSION_CODES.cookie)).toEqual(first);
    }
  });
});

describe('a ClientHello with much that nobody knows', () => {
  it.each([2_000, 20_000, 60_000])('of %i bytes is answered', (bytes) => {
    const peer = new ScriptedClient(toyServer());
    peer.extraExtensions = [
      { type: 0x4242, data: new Uint8Array(bytes) },
      { type: EXTENSION_CODES.padding, data: new Uint8Array(100) },
    ];
    const message = peer.forge('client_hello', peer.honestHello());
    for (let at = 0; at < message.length; at += 16_384) peer.send('handshake', message.subarray(at, at + 16_384));
    expect(peer.failure).toBeNull();
    expect(peer.last('finished')).toBeDefined();
  });
});
