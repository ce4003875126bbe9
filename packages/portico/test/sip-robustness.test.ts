import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import { chunksArbitrary } from '@portico/bytes/arbitraries';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endpoint, NOW, readAnswer, request } from './sip-support.js';

const REGISTER = request({
  method: 'REGISTER',
  headers: { Contact: '<sip:alice@h1;transport=tls>;expires=60, "A" <sip:a@h2>;q=0.5', Require: 'path' },
  extra: ['v: SIP/2.0/UDP [::1]:5060;branch=z9hG4bK1;rport;received=1.2.3.4', 'Path: <sip:p;lr>', 'k: path, outbound'],
});

/** A message with a few bytes changed, removed or doubled: most of it still makes sense. */
function mutated(text: string): fc.Arbitrary<Uint8Array> {
  const bytes = asciiToBytes(text);
  const at = fc.nat({ max: bytes.length - 1 });
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at, value: fc.nat({ max: 255 }) }),
    fc.record({ kind: fc.constant('cut' as const), at, value: fc.nat({ max: 20 }) }),
    fc.record({ kind: fc.constant('double' as const), at, value: fc.nat({ max: 20 }) }),
  );
  return fc.array(change, { minLength: 1, maxLength: 5 }).map((changes) => {
    let result = bytes.slice();
    for (const { kind, at: from, value } of changes) {
      if (kind === 'set') result[Math.min(from, result.length - 1)] = value;
      else if (kind === 'cut') result = concatBytes(result.subarray(0, from), result.subarray(from + value));
      else result = concatBytes(result.subarray(0, from + value), result.subarray(from));
    }
    return result;
  });
}

const inputs: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  mutated(request({})),
  mutated(REGISTER),
  mutated(request({ method: 'INVITE', headers: { 'Content-Type': 'application/sdp' }, body: 'v=0\r\n' })),
);

describe('whatever comes', () => {
  test('10,000 random and mutated inputs never throw, and each answer is a well-formed final response', () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom('stream' as const, 'websocket' as const), (bytes, mode) => {
        const to = endpoint({ mode });
        const outputs = [to.receive(bytes, NOW), to.timeout(NOW + 60_000), to.end(NOW)];
        for (const message of outputs.flatMap(({ messages }) => messages)) {
          if (bytesToLatin1(message) === '\r\n') continue;
          const { status, headers } = readAnswer(message);
          expect(status).toBeGreaterThanOrEqual(200);
          expect(headers.get('via')?.length).toBeGreaterThan(0);
          expect(headers.get('content-length')).toEqual(['0']);
          for (const to of headers.get('to') ?? []) expect(to).toMatch(/tag/i);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  test('every chunking of a stream gives the same answers', () => {
    const stream = fc
      .array(fc.oneof(inputs, fc.constantFrom(request({}), REGISTER, '\r\n\r\n').map(asciiToBytes)), { maxLength: 4 })
      .map((parts) => concatBytes(...parts));
    fc.assert(
      fc.property(
        stream.chain((bytes) => fc.tuple(fc.constant(bytes), chunksArbitrary(bytes))),
        ([whole, chunks]) => {
          const all = (parts: readonly Uint8Array[]): unknown => {
            const to = endpoint();
            const outputs = parts.map((part) => to.receive(part, NOW));
            return {
              text: outputs.flatMap(({ messages }) => messages.map((bytes) => bytesToLatin1(bytes))),
              closed: outputs.some(({ close }) => close !== null),
            };
          };
          expect(all(chunks)).toEqual(all([whole]));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('an endless line, header block or body closes the connection and does not pile up', () => {
    const kilobyte = asciiToBytes('a'.repeat(1024));
    const heads = ['', 'OPTIONS sip:x SIP/2.0\r\nVia: ', 'OPTIONS sip:x SIP/2.0\r\n'];
    for (const head of heads) {
      const to = endpoint();
      to.receive(asciiToBytes(head), NOW);
      let closedAfter = 0;
      for (let sent = 1; sent <= 200 && closedAfter === 0; sent++) {
        const chunk = head.endsWith('\n') ? asciiToBytes(`X: ${'b'.repeat(1000)}\r\n`) : kilobyte;
        if (to.receive(chunk, NOW).close !== null) closedAfter = sent;
      }
      expect(closedAfter).toBeGreaterThan(0);
    }
  });
});
