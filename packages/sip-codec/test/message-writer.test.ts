import {
  createRequest,
  createResponse,
  editHeaders,
  parseSipMessage,
  serializeSipMessage,
  type HeaderInput,
} from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { options, request, wire, wireText } from './wire.js';

/** What `createRequest` should write, joined as text. */
function asText(headers: readonly HeaderInput[], body: string): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return ['OPTIONS sip:a@b SIP/2.0', ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

function written(headers: readonly HeaderInput[], body = ''): Uint8Array {
  return createRequest({ method: 'OPTIONS', uri: 'sip:a@b', headers, body: wire(body) }).bytes;
}

describe('messages that are written one after the other in the same room', () => {
  it('are what was asked for, however long their heads are', () => {
    for (const size of [0, 1, 4000, 4040, 4096, 4097, 8192, 100_000, 3]) {
      for (const count of [1, 3]) {
        const headers = Array.from({ length: count }, (_, i): HeaderInput => [`X-${i}`, 'v'.repeat(size)]);
        for (const body of ['', 'body']) expect(wireText(written(headers, body))).toBe(asText(headers, body));
      }
    }
  });

  it('have memory of their own, whatever is written before and behind it', () => {
    const sizes = [0, 1, 700, 1900, 2047, 3000, 5, 8190];
    const messages = Array.from({ length: 60 }, (_, i) => written([['X', String(i)]], 'b'.repeat(sizes[i % 8] ?? 0)));
    const edited = messages.map(
      (bytes, i) => editHeaders(request(bytes), [{ type: 'prepend', name: 'Y', value: `${i}` }]).bytes,
    );
    const all = [...messages, ...edited];
    for (const [i, bytes] of all.entries()) bytes.fill(i);
    for (const [i, bytes] of all.entries()) expect(bytes.every((byte) => byte === i)).toBe(true);
    for (const bytes of all) expect(bytes.byteOffset % 4).toBe(0);
    const next = written([['X', 'next']]);
    expect(wireText(next)).toBe(asText([['X', 'next']], ''));
  });

  it('share no more than small pieces, and none once they are serialized', () => {
    for (const size of [0, 1000, 2000, 9000]) {
      const message = createRequest({ method: 'OPTIONS', uri: 'sip:a@b', headers: [], body: new Uint8Array(size) });
      const { bytes } = message;
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(Math.max(8192, bytes.length));
      const own = serializeSipMessage(message);
      expect([own.byteOffset, own.buffer.byteLength]).toEqual([0, bytes.length]);
    }
  });

  it('tell which status they have', () => {
    const answers = [200, 404].map((status) => createResponse(request(options()), status, { toTag: 'x' }));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(({ bytes }) => statusOf(bytes)));
  });

  it('do not disturb one another where one is written in the midst of another', () => {
    const inner: string[] = [];
    const headers: HeaderInput[] = [
      ['X', 'before'],
      ['Y', ''],
      ['Z', 'behind'],
    ];
    Object.defineProperty(headers, 1, {
      get: (): HeaderInput => {
        inner.push(wireText(written([['A', 'quite another message, and a longer one']])));
        return ['Y', 'amid'];
      },
    });
    const outer = wireText(written(headers));
    expect(outer).toBe(
      asText(
        [
          ['X', 'before'],
          ['Y', 'amid'],
          ['Z', 'behind'],
        ],
        '',
      ),
    );
    expect(inner).toEqual([asText([['A', 'quite another message, and a longer one']], '')]);
  });

  it('are not disturbed by one that was refused', () => {
    expect(() => written([['X', 'a\r\nb']])).toThrow('line-break-in-value');
    expect(wireText(written([['X', 'ab']]))).toBe(asText([['X', 'ab']], ''));
  });
});

function statusOf(bytes: Uint8Array): number {
  const message = parseSipMessage(bytes);
  return message.type === 'response' ? message.status : 0;
}
