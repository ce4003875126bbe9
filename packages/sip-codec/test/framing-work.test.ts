import { createSipFramer, createStreamedSipFramer, DEFAULT_SIP_LIMITS, type SipLimits } from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { HeadScanner } from '../src/framing/head-scanner.js';
import { wordsUnder } from '../src/framing/scan.js';
import { wire } from './wire.js';

// What is quick about the framer can be seen without a clock: how many bytes it looks at one by one, how much room it
// holds, and whose memory a message lies in.

const START = 'OPTIONS sip:bob@example.com SIP/2.0\r\n';
const field = (name: string, length: number): string => `${name}: ${'v'.repeat(length)}\r\n`;

const HEADS: Readonly<Record<string, string>> = {
  'of ordinary lines': `${START}${[60, 8, 30, 44, 25, 12, 90, 3].map((length) => field('Via', length)).join('')}Content-Length: 0\r\n\r\n`,
  'of one long line': `${START}${field('Subject', 1_000)}Content-Length: 0\r\n\r\n`,
  'with two folds': `${START}${field('Via', 60)} folded\r\n${field('To', 60)}\tfolded\r\nContent-Length: 0\r\n\r\n`,
  'with letters beyond ASCII': `${START}${field('Subject', 40).replaceAll('v', '\xc3\xa9')}Content-Length: 0\r\n\r\n`,
  'with tabs inside': `${START}${field('Subject', 90).replaceAll('vv', 'v\t')}Content-Length: 0\r\n\r\n`,
  'with fields like Content-Length': `${START}Content-Language: en\r\nContact: <sip:a@b>\r\nCSeq: 1 A\r\nlog: x\r\nConten-lLength: 5\r\nl: 0\r\n\r\n`,
  'with the length in front and folded': `${START}Content-Length:\r\n 0\r\n${field('Via', 70)}\r\n`,
};

interface Place {
  /** Bytes of the buffer in front of the head, and behind it. */
  readonly before: number;
  readonly behind: number;
}

/** How often bytes are looked at singly while a head is read in such pieces. */
function singleLooks(text: string, { before: offset, behind }: Place, piece: number, limits: SipLimits): number {
  const buffer = new Uint8Array(offset + text.length + behind).fill(0x0d);
  const bytes = buffer.subarray(offset, offset + text.length);
  bytes.set(wire(text));
  let looks = 0;
  const counted = new Proxy(bytes, {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
      return Reflect.get(target, key) as unknown;
    },
  });
  const head = new HeadScanner(limits, 'strict');
  head.reset();
  const words = wordsUnder(bytes.buffer, bytes.length);
  for (let end = piece; ; end += piece) {
    const isComplete = head.scan(counted, words, offset, 0, Math.min(end, text.length));
    if (isComplete) break;
    if (end >= text.length) throw new Error('the head has no end');
  }
  expect(head.headLength).toBe(text.length);
  return looks;
}

describe('the bytes of a head that are looked at singly', () => {
  const PLACES = [0, 1, 2, 3].flatMap((before) => [200, 0].map((behind) => ({ before, behind })));
  const table = Object.entries(HEADS).flatMap(([name, text]) =>
    [text.length, 64, 7].map((piece) => {
      const counts = PLACES.map((place) => singleLooks(text, place, piece, DEFAULT_SIP_LIMITS));
      return { name, text, piece, counts };
    }),
  );

  it('are few where lines are ordinary: some for each line, none for its letters', () => {
    for (const { name, text, piece, counts } of table) {
      if (!/ordinary|long/.test(name) || piece < 64) continue;
      const lines = text.split('\r\n').length;
      for (const looks of counts) expect(looks).toBeLessThan(8 * lines + 30 + 2 * (text.length / piece));
    }
  });

  it('are a printed table, at each of the four offsets, with bytes behind the head and without', async () => {
    const lines = table.map(
      ({ name, text, piece, counts }) => `${name}, ${text.length} bytes, ${piece} at a time: ${counts.join(' ')}`,
    );
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/framing-looks.txt');
  });

  it('are no more where many lines together are longer than one may be', () => {
    const text = `${START}${field('Via', 50).repeat(40)}l: 0\r\n\r\n`;
    const looks = (headerLine: number): number =>
      singleLooks(text, { before: 0, behind: 9 }, text.length, { ...DEFAULT_SIP_LIMITS, headerLine });
    expect(looks(600)).toBeLessThan(looks(16_384) + 4 * 60);
  });
});

describe('the room that a stream framer holds', () => {
  const message = (body: number): string => `${START}l: ${body}\r\n\r\n${'b'.repeat(body)}`;

  it.each<readonly [string, string, number, readonly number[]]>([
    ['a head in small pieces', message(0).repeat(3), 20, [1024]],
    ['a body that fits behind its head', message(900), 100, [1024]],
    ['a body that grows past each doubling', message(9_000), 1_000, [1024, 2048, 4096, 8192, 16_384]],
    ['messages close to each other', message(300).repeat(40), 1_000, [1024, 2048, 8192]],
    ['messages close to each other, in small pieces', message(300).repeat(40), 50, [1024, 8192]],
    ['a long body in long pieces', message(60_000), 10_000, [16_384, 32_768, 65_536]],
    ['a long piece behind the beginning of a message', message(100).repeat(100), 9_000, [1024]],
  ])('%s', (_, text, piece, rooms) => {
    const framer = createSipFramer({ mode: 'stream' });
    const all = wire(text);
    const held: number[] = [];
    for (let at = 0; at < all.length; at += piece) {
      framer.push(all.slice(at, at + piece));
      if (framer.heldBytes !== 0 && held.at(-1) !== framer.heldBytes) held.push(framer.heldBytes);
    }
    expect(framer.heldBytes).toBe(0);
    expect(held).toEqual(rooms);
  });

  it('a body that is not collected takes none but for its head', () => {
    const framer = createStreamedSipFramer({ wholeUpTo: 0 });
    const all = wire(message(50_000));
    for (let at = 0; at < all.length; at += 1_000) {
      framer.push(all.slice(at, at + 1_000));
      expect(framer.heldBytes).toBe(0);
    }
  });
});

describe('whose memory a message lies in', () => {
  const MESSAGE = `${START}l: 3\r\n\r\nabc`;
  /** Of a long chunk 4096 bytes are joined to nine that came before. */
  const OURS = Math.floor((9 + 4096) / MESSAGE.length);

  it.each([
    ['whole in its chunk: the caller’s', [MESSAGE], [0]],
    ['begun in a chunk and ended in the next: ours', [MESSAGE.slice(0, 30), MESSAGE.slice(30)], [null]],
    [
      'behind one that was begun: ours, while chunks are short',
      [MESSAGE.slice(0, 9), MESSAGE.slice(9) + MESSAGE],
      [null, null],
    ],
    [
      'behind one that was begun: the caller’s, where the chunk is long',
      [MESSAGE.slice(0, 9), MESSAGE.slice(9) + MESSAGE.repeat(200)],
      [...Array<null>(OURS).fill(null), ...Array<number>(201 - OURS).fill(1)],
    ],
  ] as const)('%s', (_, texts, owners) => {
    const framer = createSipFramer({ mode: 'stream' });
    const chunks = texts.map((text) => wire(text));
    const owned = chunks.flatMap((chunk) =>
      framer.push(chunk).map((item) => {
        if (item.type !== 'message') throw new Error(item.type);
        const index = chunks.findIndex(({ buffer }) => buffer === item.bytes.buffer);
        return index < 0 ? null : index;
      }),
    );
    expect(owned).toEqual(owners);
  });
});
