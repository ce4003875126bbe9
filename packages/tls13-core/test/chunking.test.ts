import { concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.js';
import type { TlsEvent } from '../src/events.js';
import { createPair, runNow, type Carry, type Pair } from './support/pair.js';
import { TOY_CLIENT, toyClient, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const WAYS: readonly (readonly [string, (seed: number) => Carry])[] = [
  ['byte by byte', () => (bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte))],
  [
    'in random cuts, with empty chunks',
    (seed) => {
      const random = seededRandom(seed);
      return (bytes) => {
        const cuts = Array.from({ length: random(12) }, () => random(bytes.length + 1)).sort((a, b) => a - b);
        return [...cuts, bytes.length].map((end, index) => bytes.slice(cuts[index - 1] ?? 0, end));
      };
    },
  ],
];

/** A conversation with everything in it: retry, client certificate, data, key updates, closing. */
function conversation(seed: number, carry: Carry): Pair {
  const pair = createPair(
    toyClient({
      provider: toyProvider(seed),
      selectCredential: () => TOY_CLIENT,
      alpn: { protocols: ['sip/2'] },
      ...(seed % 2 === 0 ? { keyShares: [] } : {}),
    }),
    toyServerWithClientAuthentication('require', { provider: toyProvider(~seed), alpn: { protocols: ['sip/2'] } }),
  );
  runNow(pair, carry);
  pair.client.send(new Uint8Array(700).fill(1));
  pair.client.updateKeys({ requestPeer: true });
  pair.client.send(new Uint8Array(40).fill(2));
  runNow(pair, carry);
  pair.server.send(new Uint8Array(20_000).fill(3));
  pair.server.close();
  pair.client.close();
  return runNow(pair, carry);
}

describe.each(WAYS)('input %s', (_name, way) => {
  it('gives the same events as in one piece', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const whole = conversation(seed, (bytes) => [bytes]);
        const cut = conversation(seed, way(seed));
        expect(cut.client.state).toBe('closed');
        expect(cut.server.state).toBe('closed');
        expect(cut.clientEvents).toEqual(whole.clientEvents);
        expect(cut.serverEvents).toEqual(whole.serverEvents);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a chunk', () => {
  it('belongs to the caller: it may be overwritten after the call', () => {
    const overwrite: Carry = (bytes) => [bytes];
    const expected = conversation(1, overwrite);
    const kept: TlsEvent[] = [];
    const pair = conversation(1, function* carry(bytes: Uint8Array) {
      for (let at = 0; at < bytes.length; at += 100) {
        const chunk = bytes.slice(at, at + 100);
        yield chunk;
        chunk.fill(0xee);
      }
    } as unknown as Carry);
    kept.push(...pair.serverEvents);
    expect(kept).toEqual(expected.serverEvents);
    expect(pair.clientEvents).toEqual(expected.clientEvents);
  });

  it('with trailing bytes gives the events before them, and then the failure as the last', () => {
    const pair = runNow(
      createPair(toyClient({ selectCredential: () => TOY_CLIENT }), toyServerWithClientAuthentication('require')),
    );
    pair.client.send(Uint8Array.of(1));
    pair.client.send(Uint8Array.of(2));
    const events = pair.server.receive(
      concatBytes(pair.client.takeOutput(), Uint8Array.of(0x47, 0x45, 0x54, 0x20, 0x2f)),
    );
    expect(events.map(({ type }) => type)).toEqual(['data', 'data', 'failed']);
  });
});
