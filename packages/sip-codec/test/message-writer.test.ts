import { createRequest, createResponse, parseSipMessage, type HeaderInput } from '@portico/sip-codec';
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

  it('have memory of their own', () => {
    const first = written([['X', 'first']]);
    const before = wireText(first);
    const second = written([['X', 'second']], 'body');
    expect(wireText(first)).toBe(before);
    for (const bytes of [first, second]) expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, bytes.length]);
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
