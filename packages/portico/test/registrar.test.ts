import { parseUri } from '@portico/sip-codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Registrar, type ContactUpdate, type Registration } from '../src/sip/registrar.js';
import { comparableUri } from '@portico/sip-codec/uri-equality';

function contact(uri: string, expires: number | null = null): ContactUpdate {
  return { uri: comparableUri(parseUri(uri)), parameters: '', expires };
}

function registration(changes: Partial<Registration> = {}): Registration {
  return { address: 'sip:a@x', callId: 'c', cseq: 1, contacts: [contact('sip:a@h1')], path: [], ...changes };
}

function shown(registrar: Registrar, now: number, address = 'sip:a@x'): [string, number][] {
  return registrar.lookUp(address, now).map(({ uri, expiresAt }) => [uri.text, (expiresAt - now) / 1000]);
}

describe('a registrar', () => {
  test.each([
    [null, 3600],
    [60, 60],
    [7200, 7200],
    [7201, 7200],
    [4_294_967_295, 7200],
  ])('an expiry of %s is granted %s seconds', (asked, granted) => {
    const registrar = new Registrar();
    registrar.register(registration({ contacts: [contact('sip:a@h1', asked)] }), 0);
    expect(shown(registrar, 0)).toEqual([['sip:a@h1', granted]]);
  });

  test('an expiry between 1 and the minimum is too brief, and nothing is changed', () => {
    const registrar = new Registrar();
    const contacts = [contact('sip:a@h1', 600), contact('sip:a@h2', 59)];
    expect(registrar.register(registration({ contacts }), 0)).toEqual({ type: 'interval-too-brief', minExpires: 60 });
    expect(shown(registrar, 0)).toEqual([]);
  });

  test('an hour is never too brief, whatever the minimum', () => {
    const registrar = new Registrar({ expiry: { min: 7000 } });
    expect(registrar.register(registration({ contacts: [contact('sip:a@h1', 3599)] }), 0).type).toBe(
      'interval-too-brief',
    );
    expect(registrar.register(registration({ contacts: [contact('sip:a@h1', 3600)] }), 0).type).toBe('registered');
  });

  test('a binding ends when its time is over', () => {
    const registrar = new Registrar();
    registrar.register(registration({ contacts: [contact('sip:a@h1', 60)] }), 1000);
    expect(shown(registrar, 60_999)).toHaveLength(1);
    expect(shown(registrar, 61_000)).toHaveLength(0);
  });

  test('the same contact by section 19.1.4 replaces the binding', () => {
    const registrar = new Registrar();
    registrar.register(registration({ contacts: [contact('sip:a@HOST;transport=tcp')] }), 0);
    registrar.register(registration({ cseq: 2, contacts: [contact('sip:%61@host;transport=TCP', 60)] }), 0);
    expect(shown(registrar, 0)).toEqual([['sip:%61@host;transport=TCP', 60]]);
  });

  test.each([
    ['the same Call-ID and a lower CSeq', { callId: 'c', cseq: 4 }, 'out-of-order'],
    ['the same Call-ID and CSeq', { callId: 'c', cseq: 5 }, 'out-of-order'],
    ['the same Call-ID and a higher CSeq', { callId: 'c', cseq: 6 }, 'registered'],
    ['another Call-ID', { callId: 'd', cseq: 1 }, 'registered'],
  ])('%s: a known contact is %j', (_, order, expected) => {
    for (const contacts of [[contact('sip:a@h1', 60)], [contact('sip:a@h1', 0)], 'remove-all'] as const) {
      const registrar = new Registrar();
      registrar.register(registration({ cseq: 5 }), 0);
      expect(registrar.register(registration({ ...order, contacts }), 0).type).toBe(expected);
      if (expected === 'out-of-order') expect(shown(registrar, 0)).toEqual([['sip:a@h1', 3600]]);
    }
  });

  test('an update that fails at its second contact leaves the first alone', () => {
    const registrar = new Registrar();
    registrar.register(registration({ cseq: 5, contacts: [contact('sip:a@h2')] }), 0);
    expect(
      registrar.register(registration({ cseq: 3, contacts: [contact('sip:a@h1'), contact('sip:a@h2')] }), 0).type,
    ).toBe('out-of-order');
    expect(shown(registrar, 0)).toEqual([['sip:a@h2', 3600]]);
  });

  test('addresses do not see each other', () => {
    const registrar = new Registrar();
    registrar.register(registration({ address: 'sip:b@x' }), 0);
    expect(registrar.register(registration({ contacts: 'remove-all' }), 0)).toEqual({
      type: 'registered',
      bindings: [],
    });
    expect(shown(registrar, 0, 'sip:b@x')).toHaveLength(1);
  });

  test('the bindings of an address are bounded; room comes back with removal and with time', () => {
    const registrar = new Registrar({ limits: { maxBindingsPerAddress: 2 } });
    const contacts = [contact('sip:a@h1', 60), contact('sip:a@h2', 600)];
    registrar.register(registration({ contacts }), 0);
    const third = registration({ cseq: 2, contacts: [contact('sip:a@h3')] });
    expect(registrar.register(third, 0).type).toBe('too-many-bindings');
    expect(registrar.register(third, 60_000).type).toBe('registered');
  });

  test('the addresses are bounded; ended ones make room', () => {
    const registrar = new Registrar({ limits: { maxAddresses: 2 } });
    registrar.register(registration({ address: 'sip:1@x', contacts: [contact('sip:a@h1', 60)] }), 0);
    registrar.register(registration({ address: 'sip:2@x', contacts: [contact('sip:a@h1', 600)] }), 0);
    const third = registration({ address: 'sip:3@x' });
    expect(registrar.register(third, 30_000)).toEqual({ type: 'full', retryAfter: 30 });
    expect(registrar.register({ ...third, contacts: 'query' }, 30_000).type).toBe('registered');
    expect(registrar.register(third, 60_000).type).toBe('registered');
    expect(registrar.size).toBe(2);
  });

  test('a binding is bounded in length, a removal is not', () => {
    const registrar = new Registrar({ limits: { maxBindingLength: 40 } });
    const long = `sip:a@${'h'.repeat(40)}`;
    expect(registrar.register(registration({ contacts: [contact(long)] }), 0).type).toBe('binding-too-long');
    expect(registrar.register(registration({ contacts: [contact(long, 0)] }), 0).type).toBe('registered');
    expect(registrar.register(registration({ path: ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>'] }), 0).type).toBe(
      'binding-too-long',
    );
  });
});

describe('the bounds of a registrar', () => {
  /** A contact that makes a binding of this many characters with the address `sip:a@x` and the Call-ID `c`. */
  function contactOfLength(length: number, user = 'a'): ContactUpdate {
    return contact(`sip:${user}@${'h'.repeat(length - `sip:a@xc`.length - `sip:${user}@`.length)}`);
  }

  test('a binding has 1024 characters at most', () => {
    const registrar = new Registrar();
    expect(registrar.register(registration({ contacts: [contactOfLength(1025)] }), 0).type).toBe('binding-too-long');
    expect(registrar.register(registration({ contacts: [contactOfLength(1024)] }), 0).type).toBe('registered');
  });

  test('the bindings of an address have 4096 characters at most, together', () => {
    const registrar = new Registrar();
    const four = ['1', '2', '3', '4'].map((user) => contactOfLength(1024, user));
    expect(registrar.register(registration({ contacts: four }), 0).type).toBe('registered');
    const fifth = registration({ cseq: 2, contacts: [contact('sip:5@h')] });
    expect(registrar.register(fifth, 0).type).toBe('too-many-bindings');
    const refreshed = registration({ cseq: 3, contacts: four });
    expect(registrar.register(refreshed, 0).type, 'a refresh of what is there').toBe('registered');
    const one = registration({ cseq: 4, contacts: [{ ...contactOfLength(1024, '1'), expires: 0 }] });
    expect(registrar.register(one, 0).type).toBe('registered');
    expect(registrar.register({ ...fifth, cseq: 5 }, 0).type).toBe('registered');
  });

  test('all bindings have one bound in memory: full beyond it, and room comes back with removal and with time', () => {
    // 1024 of overhead, 5 + 8 + 1 characters of address, URI and Call-ID, and the URI twice more.
    const cost = 1024 + 'sip:1@x'.length + 'sip:a@h1'.length + 'c'.length + 2 * 'sip:a@h1'.length;
    const registrar = new Registrar({ limits: { maxTotalCost: 2 * cost } });
    const at = (address: string, expires: number | null, cseq = 1): Registration =>
      registration({ address, cseq, contacts: [contact('sip:a@h1', expires)] });
    expect(registrar.register(at('sip:1@x', 60), 0).type).toBe('registered');
    expect(registrar.register(at('sip:2@x', 600), 0).type, 'at the limit').toBe('registered');
    expect(registrar.register(at('sip:3@x', 600), 0)).toEqual({ type: 'full', retryAfter: 60 });
    expect(registrar.register(at('sip:2@x', 600, 2), 0).type, 'a refresh').toBe('registered');
    expect(registrar.register(at('sip:3@x', 600), 60_000).type, 'after the first has ended').toBe('registered');
    expect(registrar.register(at('sip:4@x', 600), 60_000).type).toBe('full');
    expect(registrar.register(at('sip:2@x', 0, 3), 60_000).type, 'a removal').toBe('registered');
    expect(registrar.register(at('sip:4@x', 600), 60_000).type).toBe('registered');

    const short = new Registrar({ limits: { maxTotalCost: 2 * cost - 1 } });
    short.register(at('sip:1@x', 60), 0);
    expect(short.register(at('sip:2@x', 60), 0).type, 'one byte beyond').toBe('full');
  });

  test('what can never fit is told to come back after the longest time, not never', () => {
    const registrar = new Registrar({ limits: { maxTotalCost: 1 } });
    expect(registrar.register(registration(), 0)).toEqual({ type: 'full', retryAfter: 7200 });
  });

  test('URI parameters and paths count for more than their text', () => {
    const cost = 1024 + 'sip:1@x'.length + 'c'.length + 3 * 'sip:a@h;p;q'.length + 2 * 64 + '<sip:p>'.length + 64;
    const request = registration({ address: 'sip:1@x', contacts: [contact('sip:a@h;p;q')], path: ['<sip:p>'] });
    expect(new Registrar({ limits: { maxTotalCost: cost } }).register(request, 0).type).toBe('registered');
    expect(new Registrar({ limits: { maxTotalCost: cost - 1 } }).register(request, 0).type).toBe('full');
  });

  test('together they are 32 MiB at most by default', () => {
    const registrar = new Registrar();
    const contacts = ['1', '2', '3', '4'].map((user) => contactOfLength(1000, user));
    let stored = 0;
    while (registrar.register(registration({ address: `sip:${stored}`, contacts }), 0).type === 'registered') stored++;
    expect(stored).toBeGreaterThan(1000);
    expect(stored).toBeLessThan(0x200_0000 / (4 * (1024 + 3 * 980)));
  });
});

/** The registrar as one flat list, each rule said in the plainest way. */
class Model {
  list: { address: string; uri: string; callId: string; cseq: number; ends: number }[] = [];

  apply(request: Registration, now: number): string {
    const live = this.list.filter((entry) => entry.address === request.address && entry.ends > now);
    const named = typeof request.contacts === 'string' ? [] : request.contacts.map(({ uri }) => uri.text);
    const touched = request.contacts === 'remove-all' ? live : live.filter((entry) => named.includes(entry.uri));
    const brief = typeof request.contacts !== 'string' && request.contacts.findIndex((c) => c.expires === 5);
    const late = touched.filter((entry) => entry.callId === request.callId && entry.cseq >= request.cseq);
    const firstLate = late.length === 0 ? -1 : Math.min(...late.map((entry) => named.indexOf(entry.uri)));
    if (typeof brief === 'number' && brief >= 0 && (late.length === 0 || brief <= firstLate))
      return 'interval-too-brief';
    if (late.length > 0) return 'out-of-order';
    let after = request.contacts === 'remove-all' ? [] : live;
    for (const { uri, expires } of typeof request.contacts === 'string' ? [] : request.contacts) {
      after = after.filter((entry) => entry.uri !== uri.text);
      if (expires === 0) continue;
      const ends = now + (expires ?? 3600) * 1000;
      after.push({ address: request.address, uri: uri.text, callId: request.callId, cseq: request.cseq, ends });
    }
    this.list = [...this.list.filter((entry) => entry.address !== request.address), ...after];
    return 'registered';
  }
}

describe('the registrar as a whole', () => {
  const uris = ['sip:a@h1', 'sip:a@h2', 'sips:a@h1'];
  const contacts = fc.uniqueArray(
    fc.record(
      { uri: fc.constantFrom(...uris), expires: fc.constantFrom(null, 0, 5, 60, 120) },
      { noNullPrototype: true },
    ),
    { selector: ({ uri }) => uri, minLength: 1, maxLength: 3 },
  );
  const step = fc.record(
    {
      address: fc.constantFrom('sip:a@x', 'sip:b@x'),
      callId: fc.constantFrom('c', 'd'),
      cseq: fc.integer({ min: 1, max: 6 }),
      contacts: fc.oneof(
        { arbitrary: contacts.map((list) => list.map(({ uri, expires }) => contact(uri, expires))), weight: 6 },
        { arbitrary: fc.constantFrom('query' as const, 'remove-all' as const), weight: 2 },
      ),
      path: fc.constant([]),
      wait: fc.constantFrom(0, 1000, 61_000),
    },
    { noNullPrototype: true },
  );

  test('does what a plain list does, whatever the requests', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const registrar = new Registrar();
        const model = new Model();
        let now = 0;
        for (const { wait, ...request } of steps) {
          now += wait;
          expect(registrar.register(request, now).type).toBe(model.apply(request, now));
          const expected = model.list
            .filter((entry) => entry.address === request.address && entry.ends > now)
            .map(({ uri, ends }) => [uri, ends]);
          const got = registrar.lookUp(request.address, now).map(({ uri, expiresAt }) => [uri.text, expiresAt]);
          expect(got.sort()).toEqual(expected.sort());
        }
      }),
      { numRuns: 500 },
    );
  });

  test('never holds more than its limits say', () => {
    const limits = { maxAddresses: 3, maxBindingsPerAddress: 2 };
    const many = step.map((request) => ({ ...request, address: `sip:${request.cseq}@x` }));
    fc.assert(
      fc.property(fc.array(many, { maxLength: 30 }), (steps) => {
        const registrar = new Registrar({ limits });
        let now = 0;
        for (const { wait, ...request } of steps) {
          now += wait;
          registrar.register(request, now);
          expect(registrar.size).toBeLessThanOrEqual(limits.maxAddresses);
          expect(registrar.lookUp(request.address, now).length).toBeLessThanOrEqual(limits.maxBindingsPerAddress);
        }
      }),
    );
  });
});
