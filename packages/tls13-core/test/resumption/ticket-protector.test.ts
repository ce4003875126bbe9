import { bytesToHex } from '@portico/bytes';
import { bytesArbitrary } from '@portico/bytes/arbitraries';
import { createNobleProvider } from '@portico/crypto/noble';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBytes, seededRandom } from '../../../../test/support/random.js';
import { createTicketProtector, type TicketKey } from '../../src/session/ticket-protector.js';
import { seededProvider } from '../support/provider.js';

const provider = seededProvider(0x71c3);
const keys = (...names: readonly string[]): TicketKey[] =>
  names.map((name) => ({ name, key: new Uint8Array(32).fill(name.charCodeAt(0)) }));

interface Protector {
  seal(state: Uint8Array): Uint8Array;
  open(ticket: Uint8Array): Uint8Array | null;
}
const protector = (...names: readonly string[]): Protector =>
  createTicketProtector({ provider, keys: keys(...names) }) as Protector;

describe('a ticket protector', () => {
  it('opens what it sealed, and wipes what it was given', () => {
    fc.assert(
      fc.property(bytesArbitrary(0, 300), (state) => {
        const given = state.slice();
        const ticket = protector('a').seal(given);
        expect(given).toEqual(new Uint8Array(state.length));
        expect(protector('a').open(ticket)).toEqual(state);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses every proper prefix, one byte more, and every bit changed', () => {
    const { seal, open } = protector('a');
    const ticket = seal(Uint8Array.of(1, 2, 3, 4, 5));
    for (let length = 0; length < ticket.length; length++) expect(open(ticket.slice(0, length))).toBeNull();
    expect(open(Uint8Array.of(...ticket, 0))).toBeNull();
    for (let bit = 0; bit < ticket.length * 8; bit++) {
      const changed = ticket.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(open(changed)).toBeNull();
    }
  });

  it('takes random bytes for unknown tickets', () => {
    const random = seededRandom(5);
    const { open } = protector('a');
    for (let i = 0; i < 2000; i++) expect(open(randomBytes(random, random(200)))).toBeNull();
  });

  it('seals with the first key and opens with all: keys can be rotated', () => {
    const before = protector('a').seal(Uint8Array.of(1));
    const during = protector('b', 'a');
    const after = protector('b');
    expect(during.open(before)).toEqual(Uint8Array.of(1));
    expect(after.open(before)).toBeNull();
    expect(after.open(during.seal(Uint8Array.of(2)))).toEqual(Uint8Array.of(2));
    expect(protector('a').open(during.seal(Uint8Array.of(2)))).toBeNull();
  });

  it('binds a ticket to the name of its key, even where two names have one key', () => {
    const [key] = keys('a') as [TicketKey];
    const ticket = protector('a').seal(Uint8Array.of(1));
    const renamed = createTicketProtector({ provider, keys: [{ ...key, name: 'b' }] });
    const claimed = ticket.slice();
    claimed[4] = 'b'.charCodeAt(0);
    expect(ticket[4]).toBe('a'.charCodeAt(0));
    expect(renamed.open(claimed)).toBeNull();
  });

  it('never seals twice under the same key and nonce: the salt is new each time, and so is every byte after it', () => {
    const { seal } = protector('a');
    const tickets = Array.from({ length: 50 }, () => seal(new Uint8Array(64)));
    const parts = tickets.flatMap((ticket) => [bytesToHex(ticket.slice(5, 37)), bytesToHex(ticket.slice(37, 69))]);
    expect(new Set(parts).size).toBe(100);
  });

  it('keeps its own copy of the keys', () => {
    const given = keys('a');
    const own = createTicketProtector({ provider, keys: given }) as Protector;
    const ticket = own.seal(Uint8Array.of(1));
    given[0]?.key.fill(0);
    expect(own.open(ticket)).toEqual(Uint8Array.of(1));
  });

  it('opens tickets of servers with another preference of suites', () => {
    const other = createNobleProvider({ random: (length) => new Uint8Array(length).fill(7) });
    const reversed = { ...other, cipherSuites: [...other.cipherSuites].reverse() };
    const ticket = (createTicketProtector({ provider: reversed, keys: keys('a') }) as Protector).seal(Uint8Array.of(1));
    expect(protector('a').open(ticket)).toEqual(Uint8Array.of(1));
    const without = { ...other, cipherSuites: other.cipherSuites.slice(0, 1) };
    expect(createTicketProtector({ provider: without, keys: keys('a') }).open(ticket)).toBeNull();
  });

  it.each<[string, TicketKey[], string]>([
    ['no key', [], 'at least one'],
    ['a short key', [{ name: 'a', key: new Uint8Array(31).fill(1) }], 'at least 32'],
    ['an all-zero key', [{ name: 'a', key: new Uint8Array(32) }], 'zeros'],
    ['an all-zero key behind a good one', [...keys('a'), { name: 'b', key: new Uint8Array(64) }], 'zeros'],
    ['two keys of one name', keys('a', 'a'), 'a name of its own'],
    ['a key without a name', [{ name: '', key: new Uint8Array(32).fill(1) }], 'names of 1 to 32'],
    ['a long name', [{ name: 'x'.repeat(33), key: new Uint8Array(32).fill(1) }], 'names of 1 to 32'],
  ])('refuses %s', (_name, given, message) => {
    expect(() => createTicketProtector({ provider, keys: given })).toThrow(message);
  });
});
