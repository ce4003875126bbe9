import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientConfig, Credential } from '../src/config.js';
import type { TlsConnection } from '../src/connection.js';
import { TlsError } from '../src/error.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { TOY_SERVER, toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** Runs `act` inside the client's verifyPeer and completes the handshake as far as it goes. */
function insideVerifyPeer(act: (connection: TlsConnection) => void): ReturnType<typeof createPair> {
  const pair = createPair(
    toyClient({
      verifyPeer: () => {
        act(pair.client);
        return { trusted: true };
      },
    }),
    toyServer(),
  );
  return runNow(pair);
}

function reasonOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof TlsError ? `${error.kind}: ${error.reason}` : String(error);
  }
  return 'nothing was thrown';
}

describe('calls from inside a callback', () => {
  it('closes after the callback is done', () => {
    const pair = insideVerifyPeer((connection) => connection.close());
    expect(pair.clientEvents.map(({ type }) => type)).toEqual(['handshake-complete']);
    expect(reasonOf(() => pair.client.send(Uint8Array.of(1)))).toBe('api-misuse: wrong-state');
    expect(pair.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
  });

  it('aborts after the callback is done, and sends nothing more', () => {
    const pair = insideVerifyPeer((connection) => connection.abort());
    expect(pair.client.state).toBe('closed');
    expect(pair.client.pendingOutputLength).toBe(0);
    expect(pair.serverEvents).toEqual([]);
  });

  it('aborts even where a close was asked for first', () => {
    const pair = insideVerifyPeer((connection) => {
      connection.close();
      connection.abort();
      connection.close();
    });
    expect(pair.client.state).toBe('closed');
    expect(pair.serverEvents).toEqual([]);
  });

  it.each<[string, (connection: TlsConnection) => unknown]>([
    ['receive', (connection) => connection.receive(Uint8Array.of(22))],
    ['endOfInput', (connection) => connection.endOfInput()],
    ['send', (connection) => connection.send(Uint8Array.of(1))],
    ['updateKeys', (connection) => connection.updateKeys()],
  ])('refuses %s', (_name, call) => {
    const reasons: string[] = [];
    const pair = insideVerifyPeer((connection) => reasons.push(reasonOf(() => call(connection))));
    expect(reasons).toEqual(['api-misuse: reentrant-call']);
    expect(pair.client.state).toBe('open');
  });
});

describe('a caller that asks for what cannot be', () => {
  it.each<[string, (connection: TlsConnection) => unknown]>([
    ['send', (connection) => connection.send(Uint8Array.of(1))],
    ['updateKeys', (connection) => connection.updateKeys()],
    ['exportKeyingMaterial', (connection) => connection.exportKeyingMaterial('label', null, 32)],
  ])('may not call %s before the handshake is complete, after our close, or after the end', (name, call) => {
    const { client } = createPair(toyClient(), toyServer());
    expect(reasonOf(() => call(client))).toBe('api-misuse: wrong-state');
    const pair = runNow(createPair(toyClient(), toyServer()));
    pair.client.close();
    if (name !== 'exportKeyingMaterial') expect(reasonOf(() => call(pair.client))).toBe('api-misuse: wrong-state');
    pair.client.abort();
    expect(reasonOf(() => call(pair.client))).toBe('api-misuse: wrong-state');
  });

  it.each<[string, string, number]>([
    ['an empty label', '', 32],
    ['a label of 250 characters', 'x'.repeat(250), 32],
    ['a label outside ASCII', 'schlüssel', 32],
    ['more than 255 hashes', 'label', 255 * 32 + 1],
    ['less than nothing', 'label', -1],
    ['half a byte', 'label', 0.5],
  ])('gets invalid-argument for %s in an exporter', (_name, label, length) => {
    const { client } = runNow(createPair(toyClient(), toyServer()));
    expect(reasonOf(() => client.exportKeyingMaterial(label, null, length))).toBe('api-misuse: invalid-argument');
    expect(client.exportKeyingMaterial('x'.repeat(249), null, 255 * 32)).toHaveLength(255 * 32);
  });

  it('may send nothing at all, which sends nothing', () => {
    const { client } = runNow(createPair(toyClient(), toyServer()));
    client.send(new Uint8Array(0));
    expect(client.pendingOutputLength).toBe(0);
  });
});

describe('callbacks that fail are our failure, not the peer’s', () => {
  const throws = (): never => {
    throw new Error('no');
  };

  it.each<[string, Partial<ClientConfig>]>([
    ['verifyPeer', { verifyPeer: throws }],
    ['keyLog', { keyLog: throws }],
    ['selectCredential', { selectCredential: throws }],
  ])('%s of a client', (subject, config) => {
    const pair = runNow(createPair(toyClient(config), toyServerWithClientAuthentication('request')));
    expect(pair.clientEvents.at(-1)).toMatchObject({
      type: 'failed',
      error: { kind: 'api-misuse', reason: 'callback-failed', subject },
    });
    expect(pair.serverEvents.at(-1)).toMatchObject({ error: { alert: { name: 'internal_error' } } });
  });

  it.each<[string, Parameters<typeof toyServer>[0]]>([
    ['credentials', { credentials: throws }],
    ['alpn.preference', { alpn: { protocols: [], preference: throws } }],
    ['sign', { credentials: [{ ...TOY_SERVER, signer: { schemes: ['ed25519'], sign: throws } }] }],
    ['keyLog', { keyLog: throws }],
  ])('%s of a server', (subject, config) => {
    const pair = runNow(createPair(toyClient({ alpn: { protocols: ['sip/2'] } }), toyServer(config)));
    expect(pair.serverEvents.at(-1)).toMatchObject({
      type: 'failed',
      error: { kind: 'api-misuse', reason: 'callback-failed', subject },
    });
    expect(failureOf(pair.clientEvents)).not.toBeNull();
  });

  it('a signature of the largest length goes out', () => {
    const signer = { ...TOY_SERVER.signer, sign: () => new Uint8Array(65_535) };
    const pair = createPair(
      toyClient({ limits: { handshakeMessageLength: 70_000 } }),
      toyServer({ credentials: () => ({ ...TOY_SERVER, signer }) }),
    );
    // It is no right one, which the client finds out.
    expect(failureOf(runNow(pair).clientEvents)).toBe('bad-certificate-verify');
  });

  it.each<[string, Credential]>([
    ['no certificate', { ...TOY_SERVER, certificateChain: [] }],
    ['an empty signature', { ...TOY_SERVER, signer: { schemes: ['ed25519'], sign: () => new Uint8Array(0) } }],
    [
      'a signature too long for its field',
      { ...TOY_SERVER, signer: { schemes: ['ed25519'], sign: () => new Uint8Array(65_536) } },
    ],
    ['no signature at all', { ...TOY_SERVER, signer: { schemes: ['ed25519'], sign: () => null as never } }],
  ])('a credential with %s', (_name, credential) => {
    const pair = runNow(createPair(toyClient(), toyServer({ credentials: () => credential })));
    expect(failureOf(pair.serverEvents)).toBe('signer-unfit');
  });

  it('a provider without randomness fails the connection at once, and the first call says so', () => {
    const provider = { ...toyProvider(1), random: throws };
    const connection = createTlsClient(toyClient({ provider }));
    expect(connection.state).toBe('failed');
    expect(connection.receive(new Uint8Array(0))).toMatchObject([
      { type: 'failed', error: { reason: 'internal-error' } },
    ]);
    expect(connection.endOfInput()).toEqual([]);
  });
});
