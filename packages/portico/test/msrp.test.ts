import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import { chunksArbitrary } from '@portico/bytes/arbitraries';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMsrpEndpoint } from '../src/msrp/endpoint.js';

const PATHS = 'To-Path: msrps://localhost/s;tcp\r\nFrom-Path: msrps://client.invalid/c;tcp\r\n';

function send(input: string | Uint8Array): { text: string; close: string | null } {
  const { bytes, close } = createMsrpEndpoint().receive(typeof input === 'string' ? asciiToBytes(input) : input, 0);
  return { text: bytesToLatin1(bytes), close };
}

describe('an MSRP endpoint without sessions', () => {
  test('answers a SEND 481, paths swapped, and stays open', () => {
    expect(send(`MSRP a1b2 SEND\r\n${PATHS}Message-ID: 1\r\n-------a1b2$\r\n`)).toEqual({
      text:
        'MSRP a1b2 481 Session Does Not Exist\r\nTo-Path: msrps://client.invalid/c;tcp\r\n' +
        'From-Path: msrps://localhost/s;tcp\r\n-------a1b2$\r\n',
      close: null,
    });
  });

  test.each(['AUTH', 'NICKNAME', 'NEWTHING'])('answers %s 481 too', (method) => {
    expect(send(`MSRP a1b2 ${method}\r\n${PATHS}-------a1b2$\r\n`).text).toMatch(/^MSRP a1b2 481 /);
  });

  test('answers each of several requests in order', () => {
    const { text } = send(
      ['t001', 't002', 't003'].map((id) => `MSRP ${id} SEND\r\n${PATHS}-------${id}$\r\n`).join(''),
    );
    expect(text.match(/MSRP t00\d 481/g)).toEqual(['MSRP t001 481', 'MSRP t002 481', 'MSRP t003 481']);
  });

  test.each([
    ['a REPORT', `MSRP a1b2 REPORT\r\n${PATHS}Message-ID: 1\r\nStatus: 000 200 OK\r\n-------a1b2$\r\n`],
    ['Failure-Report: no', `MSRP a1b2 SEND\r\n${PATHS}Message-ID: 1\r\nFailure-Report: no\r\n-------a1b2$\r\n`],
    ['a response', `MSRP a1b2 200 OK\r\n${PATHS}-------a1b2$\r\n`],
  ])('never answers %s', (_, input) => {
    expect(send(input)).toEqual({ text: '', close: null });
  });

  test('tells a failure where Failure-Report is partial', () => {
    expect(send(`MSRP a1b2 SEND\r\n${PATHS}Failure-Report: partial\r\n-------a1b2$\r\n`).text).toMatch(
      /^MSRP a1b2 481 /,
    );
  });

  test('answers a malformed request 400 and closes', () => {
    const { text, close } = send(`MSRP a1b2 SEND\r\n${PATHS}no colon here\r\n-------a1b2$\r\n`);
    expect(text).toMatch(/^MSRP a1b2 400 /);
    expect(close).toMatch(/invalid-header/);
  });

  test('closes without an answer where nobody can be answered', () => {
    expect(send('GET / HTTP/1.1\r\n')).toMatchObject({ text: '', close: expect.stringMatching(/not-msrp/) as string });
    expect(send('MSRP a1b2 SEND\r\nFrom-Path: x\r\n').text).toBe('');
  });

  test('a request that is cut off by the end of input gets 400', () => {
    const endpoint = createMsrpEndpoint();
    expect(endpoint.receive(asciiToBytes(`MSRP a1b2 SEND\r\n${PATHS}`), 0).close).toBeNull();
    const { bytes, close } = endpoint.end();
    expect(bytesToLatin1(bytes)).toMatch(/^MSRP a1b2 400 /);
    expect(close).toMatch(/truncated/);
  });

  test('binary bodies in chunks of any size give the same answers', () => {
    const body = fc.uint8Array({ maxLength: 300 }).filter((bytes) => !bytesToLatin1(bytes).includes('-------a1b2'));
    const input = body.map((bytes) =>
      concatBytes(
        asciiToBytes(`MSRP a1b2 SEND\r\n${PATHS}Message-ID: 1\r\nContent-Type: application/octet-stream\r\n\r\n`),
        bytes,
        asciiToBytes('\r\n-------a1b2$\r\n'),
      ),
    );
    fc.assert(
      fc.property(
        input.chain((bytes) => chunksArbitrary(bytes)),
        (chunks) => {
          const endpoint = createMsrpEndpoint();
          const outputs = chunks.map((chunk) => endpoint.receive(chunk, 0));
          expect(bytesToLatin1(concatBytes(...outputs.map(({ bytes }) => bytes)))).toMatch(/^MSRP a1b2 481 [^\n]+\r\n/);
          expect(outputs.every(({ close }) => close === null)).toBe(true);
        },
      ),
    );
  });

  test('10,000 random and mutated inputs never throw', () => {
    const valid = asciiToBytes(`MSRP a1b2 SEND\r\n${PATHS}Content-Type: a/b\r\n\r\nbody\r\n-------a1b2$\r\n`);
    const mutated = fc
      .array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const bytes = valid.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        const endpoint = createMsrpEndpoint();
        endpoint.receive(bytes, 0);
        endpoint.end();
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the time for an MSRP message', () => {
  const head = `MSRP a1b2 SEND\r\n${PATHS}Content-Type: text/plain\r\n\r\n`;
  const whole = `${head}line\r\n-------a1b2$\r\n`;

  test.each([
    ['its first byte', 'M'],
    ['a whole header line', `MSRP a1b2 SEND\r\n`],
    ['all of its head', head],
    ['a line of its body', `${head}line\r\n`],
    ['all but its last byte', whole.slice(0, -1)],
  ])('runs after %s, also behind a whole message', (_, part) => {
    for (const before of ['', whole]) {
      const endpoint = createMsrpEndpoint({ messageTimeoutMs: 100 });
      endpoint.receive(asciiToBytes(before + part), 1000);
      expect(endpoint.deadline).toBe(1100);
      expect(endpoint.timeout(1099).close).toBeNull();
      expect(endpoint.timeout(1100).close).toBe('a message was not finished in time');
    }
  });

  test('is not renewed by more of the same message, and is by the next one', () => {
    const endpoint = createMsrpEndpoint({ messageTimeoutMs: 100 });
    endpoint.receive(asciiToBytes(head), 0);
    endpoint.receive(asciiToBytes('line\r\n'), 50);
    expect(endpoint.deadline).toBe(100);
    endpoint.receive(asciiToBytes('-------a1b2$\r\nMSRP'), 60);
    expect(endpoint.deadline).toBe(160);
  });

  test('ends with the message, however it is cut', () => {
    for (let cut = 0; cut <= whole.length; cut++) {
      const endpoint = createMsrpEndpoint();
      endpoint.receive(asciiToBytes(whole.slice(0, cut)), 0);
      endpoint.receive(asciiToBytes(whole.slice(cut)), 0);
      expect(endpoint.deadline).toBeNull();
    }
  });

  test('ends with lost framing and with the input', () => {
    const lost = createMsrpEndpoint();
    lost.receive(asciiToBytes('GET / HTTP/1.1\r\n'), 0);
    expect(lost.deadline).toBeNull();
    const ended = createMsrpEndpoint();
    ended.receive(asciiToBytes(head), 0);
    ended.end();
    expect(ended.deadline).toBeNull();
  });
});
