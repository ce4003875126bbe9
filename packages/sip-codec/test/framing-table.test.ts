import {
  createSipFramer,
  createStreamedSipFramer,
  DEFAULT_SIP_LIMITS,
  DEFAULT_WHOLE_BODY_LIMIT,
  type SipFramerOptions,
  type SipItem,
} from '@portico/sip-codec';
import { atOffset } from '@portico/sip-codec/arbitraries';
import { describe, expect, it } from 'vitest';
import { wire, wireText } from './wire.js';

const START = 'OPTIONS sip:a@b SIP/2.0\r\n';

/** Long enough for the reader that looks at whole words. */
const LONG = `${START}Via: ${'v'.repeat(90)}\r\nTo: ${'t'.repeat(50)}\r\n`;

/** What is said of what stands in the stream, for each way to read it. */
const STREAMS: readonly string[] = [
  '',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r',
  '\r\n\r\n',
  '\r\n\r\n\r\n',
  '\r\n\n',
  '\n\r',
  '\r\r',
  '\n\n',
  '\n\r\n\r',
  '\r\n\n\r',
  '\r\r\n\n',
  '\r\n\n\r\n',
  `\r\n${START}l: 0\r\n\r\n\r\n`,
  '\r\nX',
  '\r\rX',
  '\rX',
  `\r\n\r\n${START}l: 0\r\n\r\n\r\n\r\n`,
  `\n${START}l: 0\r\n\r\n`,
  `\n\n${START.replace('\r', '')}l: 0\n\n`,
  `X\n${START}l: 0\r\n\r\n`,
  `\rX\n${START}l: 0\r\n\r\n`,
  `${START}l:\r\n5: x\r\n\r\n`,
  `${START}l: 5:\r\n\r\n`,
  `${START}l: 5/\r\n\r\n`,
  `${START}l\r\n: 5\r\n\r\n`,
  `${START}Content-Length\r\n: 5\r\n\r\n`,
  `${START}l: 5\r\n\r\n12345${START}l: 5\r\n\r\n1234`,
  ' ',
  `\t${START}l: 0\r\n\r\n`,
  ...[START, LONG].flatMap((head) => [
    head,
    `${head}l: 0\r\n`,
    `${head}l: 0\r\n\r`,
    `${head}l: 0\r\n\r\n`,
    `${head}l: 5\r\n\r\n12345`,
    `${head}l: 5\r\n\r\n1234`,
    `${head}l: 5\r\n\r\n123456`,
    `${head}l: 5\r\n\r\n12345${head}l: 0\r\n\r\n`,
    `${head}Content-Length: 5\r\nX: y\r\n\r\n12345`,
    `${head}content-LENGTH \t:\t5 \r\nX: y\r\n\r\n12345`,
    `${head}l: 5\r\n \r\nX: y\r\n\r\n12345`,
    `${head}l: 5\r\n 6\r\nX: y\r\n\r\n12345`,
    `${head}l:\r\n\t5\r\n\r\n12345`,
    `${head}l: 0\r\n: 5\r\n\r\n`,
    `${head}X: y\r\n z\r\nl: 0\r\n\r\n`,
    `${head}X: y\r\n \r\n\r\n`,
    `${head}X: y\tz\r\nl: 0\r\n\r\n`,
    `${head}X: y\0z\r\nl: 0\r\n\r\n`,
    `${head}X: y\xe9\xff\r\nl: 0\r\n\r\n`,
    `${head}X: y\rz\r\nl: 0\r\n\r\n`,
    `${head}X: y\r\r\nl: 0\r\n\r\n`,
    `${head}X: y\nl: 0\r\n\r\n`,
    `${head}l: 0\r\n\n`,
    `${head}l: 0\r\n\rX`,
    `${head}l: 0\n\r\n`,
    `${head}l: 0\r\nX: y\r\n z\nl: 1\r\n\r\n`,
    `${head}l: x\r\nX: y\r\n\r\n`,
    `${head}l: x\r\nl: 0\r\nl: 1\r\n\r\n`,
    `${head}l: 0\r\nl: 1\r\nl: x\r\n\r\n`,
    `${head}l: 5\r\nl: 5\r\n\r\n12345`,
    `${head}l: 5\r\nX: y\r\nContent-Length: 6\r\nX: y\r\n\r\n12345`,
    `${head}l: 12345678901\r\nX: y\r\n\r\n`,
    `${head}l: 9999999999\r\nX: y\r\n\r\n`,
    `${head}l: 300001\r\n\r\n`,
    `${head}X: y\r\n\r\n12345`,
    `${head}\r\n`,
    `${head} X: y\r\nl: 0\r\n\r\n`,
    `${head}l\r\nX: y\r\n\r\n`,
    `${head}L\r\n\r\n`,
    `${head}Content-Length\r\nX: y\r\n\r\n`,
    `${head}Content-Lengt\r\nX: y\r\n\r\n`,
    `${head}Content-L\r\nX: y\r\n\r\n`,
    `${head}c\r\nl: 0\r\n\r\n`,
    `${head}Content_Length: 5\r\n\r\n`,
    `${head}Content-Mength: 5\r\n\r\n`,
    ...Array.from('Content-Length', (_, at) => {
      const name = `Content-Length`.slice(0, at) + '\x7f' + 'Content-Length'.slice(at + 1);
      return `${head}${name}: 5\r\nX: y\r\n\r\n`;
    }),
  ]),
  ...['!', '%', '*', '-', '.', '_', '+', '`', "'", '~', '0', '9', 'a', 'Z'].map(
    (character) => `${START}l${character}: 5\r\nX: y\r\n\r\n`,
  ),
  ...['"', '(', ')', ',', '/', ':', ';', '<', '=', '>', '?', '@', '[', '\\', ']', '{', '|', '}', '\x7f', '\xe9'].map(
    (character) => `${START}l${character}5\r\nX: y\r\n\r\n`,
  ),
  `SIP/2.0 200 OK\r\nl: x\r\n\r\n`,
  `sip/2.0 200 OK\r\nl: x\r\n\r\n`,
  `SIP-2.0 200 OK\r\nl: x\r\n\r\n`,
  `ACK sip:a@b SIP/2.0\r\nl: x\r\n\r\n`,
  `ack sip:a@b SIP/2.0\r\nl: x\r\n\r\n`,
  `ACKS sip:a@b SIP/2.0\r\nl: x\r\n\r\n`,
  `${START.replace('\r', '')}l: 5\n\n12345`,
  `${LONG.replaceAll('\r', '')}l: 5\n X\n\n12345`,
  `${LONG.replaceAll('\r', '')}l: 5\n\r\n12345`,
];

/** Limits that the messages above come to, and one less or more. */
const NARROW: readonly Partial<typeof DEFAULT_SIP_LIMITS>[] = [
  { startLine: START.length - 2 },
  { startLine: START.length - 3 },
  { headerLine: 95 },
  { headerLine: 94 },
  { headerLine: 4 },
  { headerLine: 3 },
  { headerLine: 0 },
  { headerBlock: LONG.length - START.length - 2 },
  { headerBlock: LONG.length - START.length - 3 },
  { headerBlock: 4 },
  { headerBlock: 3 },
  { headerBlock: 0 },
  { headerCount: 3 },
  { headerCount: 2 },
  { headerCount: 1 },
  { headerCount: 0 },
  { body: 5 },
  { body: 4 },
  { body: 0 },
];

/** All that an item says; of a message also where its fields begin. */
function describeItem(item: SipItem): string {
  switch (item.type) {
    case 'message': {
      const marks = item.marks.slice(item.marksStart, item.marksEnd);
      if (item.head.length + item.body.length !== item.bytes.length) throw new Error('a head and a body are a message');
      return `message of ${item.headLength} + ${item.length - item.headLength}, fields at ${marks.join(' ')}, body ${ascii(item.body)}`;
    }
    case 'error': {
      const { error, recovery, head } = item;
      const after = `${recovery.answer === null ? 'no answer' : `answer ${recovery.answer}`}${recovery.close ? ', close' : ''}`;
      return `${error.message} — ${after}, head of ${head.length}`;
    }
    default:
      return item.type;
  }
}

function ascii(bytes: Uint8Array): string {
  return JSON.stringify(wireText(bytes)).replace(
    /[\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );
}

/** What is said of the pieces of a stream, and of its end. */
function says(options: SipFramerOptions, chunks: readonly Uint8Array[]): string[] {
  const framer = createSipFramer(options);
  const said = chunks.flatMap((chunk) => framer.push(chunk).map(describeItem));
  return [...said, ...framer.end().map((item) => `at the end: ${describeItem(item)}`)];
}

const MODES: readonly SipFramerOptions[] = [
  { mode: 'stream' },
  { mode: 'stream', strictness: 'lenient', keepAlive: 'answer' },
  { mode: 'datagram' },
  { mode: 'datagram', strictness: 'lenient', keepAlive: 'answer' },
  { mode: 'websocket', keepAlive: 'answer' },
  { mode: 'websocket', keepAlive: 'ask', strictness: 'lenient' },
];

const nameOf = ({ mode, strictness = 'strict', keepAlive = 'off' }: SipFramerOptions): string =>
  `${mode} ${strictness} ${keepAlive}`;

describe('what a framer says', () => {
  it('is a printed table, with each failure’s place, rule, advice and what is left of the head', async () => {
    const lines = [...new Set(STREAMS)].flatMap((text) => {
      const modes = new Map<string, string[]>();
      for (const options of MODES) {
        const said = says(options, [wire(text)]).join('\n    ');
        modes.set(said, [...(modes.get(said) ?? []), nameOf(options)]);
      }
      return [
        ascii(wire(text)),
        ...Array.from(modes, ([said, names]) => `  ${names.join('; ')}\n    ${said}`.trimEnd()),
      ];
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/framing.txt');
  });

  it('at narrow limits is a printed table', async () => {
    const texts = [
      `${START}l: 0\r\n\r\n`,
      `${LONG}l: 5\r\n\r\n12345`,
      `${LONG}X: y\r\n\tz\r\nl: 5\r\n\r\n12345`,
      START + 'x'.repeat(200),
    ];
    const lines = texts.flatMap((text) => [
      ascii(wire(text)),
      ...NARROW.map(
        (limits) => `  ${JSON.stringify(limits)}\n    ${says({ mode: 'stream', limits }, [wire(text)]).join('\n    ')}`,
      ),
    ]);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/framing-limits.txt');
  });
});

describe('a framer of datagrams', () => {
  it.each(MODES.filter(({ mode }) => mode !== 'stream').map((options) => [nameOf(options), options] as const))(
    '%s: says the same whatever came before',
    (_, options) => {
      const framer = createSipFramer(options);
      for (const text of [...STREAMS, ...STREAMS.toReversed()]) {
        expect([text, framer.push(wire(text)).map(describeItem)]).toEqual([text, says(options, [wire(text)])]);
      }
    },
  );
});

/** About the sizes of buffers and of what is copied at once. */
const LONG_BODIES = [0, 4_000, 4_063, 9_000, 3, 8_100, 20_000, 40, 12_000, 4_096, 1_000, 60_000, 5];

describe('the limits of a framer that is given none', () => {
  it('are those of the documentation', () => {
    expect(DEFAULT_SIP_LIMITS).toEqual({
      startLine: 8_192,
      headerLine: 16_384,
      headerBlock: 65_535,
      headerCount: 512,
      body: 262_144,
    });
    expect(DEFAULT_WHOLE_BODY_LIMIT).toBe(65_536);
  });

  it('are strict for streamed bodies too, without keep-alives', () => {
    const say = (text: string): string[] =>
      createStreamedSipFramer()
        .push(wire(text))
        .map(({ type }) => type);
    expect(say('OPTIONS a SIP/2.0\nl: 0\n\n')).toEqual(['error']);
    expect(say('\r\n\r\n')).toEqual([]);
  });
});

describe('messages that follow each other', () => {
  it.each([1, 3, 30, 300])('of %i fields have places of their own, which stay', (count) => {
    const text = `${START}${'X: y\r\n'.repeat(count - 1)}l: 0\r\n\r\n`;
    const framer = createSipFramer({ mode: 'stream' });
    const right = [...Array.from({ length: count + 1 }, (_, index) => START.length + index * 6)].join(' ');
    const marksOf = (item: SipItem): string =>
      item.type === 'message' ? item.marks.slice(item.marksStart, item.marksEnd).join(' ') : item.type;
    const items = [1, 40, 2].flatMap((messages) => framer.push(wire(text.repeat(messages))));
    expect(items).toHaveLength(43);
    for (const item of items) expect(marksOf(item)).toBe(right);
  });

  it.each([
    ['short', 2],
    ['short', 61],
    ['short', 400],
    ['short', 5_000],
    ['long', 1_000],
    ['long', 4_096],
    ['long', 4_097],
    ['long', 6_000],
    ['long', 30_000],
  ] as const)('%s ones come whole out of pieces of %i bytes, through any buffer', (kind, size) => {
    const lengths = kind === 'short' ? Array.from({ length: 120 }, (_, index) => index * 3) : LONG_BODIES;
    const byteOf = (index: number, at: number): string => String.fromCharCode((at * 7 + index) % 251);
    const bodies = lengths.map((length, index) => Array.from({ length }, (_, at) => byteOf(index, at)).join(''));
    const texts = bodies.map((body) => `${START}l: ${body.length}\r\n\r\n${body}`);
    const all = wire(texts.join(''));
    const framer = createSipFramer({ mode: 'stream' });
    const got: string[] = [];
    for (let at = 0; at < all.length; at += size) {
      for (const item of framer.push(all.slice(at, at + size))) {
        got.push(item.type === 'message' ? wireText(item.bytes) : item.type);
      }
    }
    expect(got).toEqual(texts);
    expect(framer.heldBytes).toBe(0);
  });

  it('share a table of places, and one alone has a small one', () => {
    const framer = createSipFramer({ mode: 'stream' });
    const tables = (messages: number): number => {
      const items = framer.push(wire(`${START}l: 0\r\n\r\n`.repeat(messages)));
      return new Set(items.map((item) => (item.type === 'message' ? item.marks : item))).size;
    };
    expect([1, 2, 100, 100, 200].map(tables)).toEqual([1, 2, 2, 2, 3]);
  });
});

describe('what a stream framer says', () => {
  const whole = (options: SipFramerOptions, text: string): string => says(options, [wire(text)]).join('\n');
  const expectAgreement = (
    options: SipFramerOptions,
    texts: readonly string[],
    cut: (bytes: Uint8Array) => Uint8Array[][],
  ): void => {
    const differences: unknown[] = [];
    for (const text of texts) {
      const expected = whole(options, text);
      for (const chunks of cut(wire(text))) {
        const got = says(options, chunks).join('\n');
        if (got !== expected) differences.push([text, chunks.map(({ length }) => length), got, expected]);
      }
    }
    expect(differences).toEqual([]);
  };
  const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));
  const inTwo = (bytes: Uint8Array): Uint8Array[][] =>
    Array.from({ length: bytes.length }, (_, at) => [bytes.slice(0, at), bytes.slice(at)]);
  const streams = MODES.filter(({ mode }) => mode === 'stream');

  it.each(streams.map((options) => [nameOf(options), options] as const))(
    '%s: is the same byte by byte',
    (_, options) => {
      expectAgreement(options, STREAMS, (bytes) => [bytewise(bytes)]);
    },
  );

  it.each(streams.map((options) => [nameOf(options), options] as const))(
    '%s: is the same in any two pieces',
    (_, options) => {
      expectAgreement(
        options,
        STREAMS.filter((text) => text.length < 80),
        inTwo,
      );
    },
  );

  it('is the same in any two pieces of a long head', () => {
    const texts = [
      `${LONG}l: 5\r\n\r\n12345`,
      `${LONG}l: 5\r\n \r\nX: y\r\n\r\n12345`,
      `${LONG}X: y\r\r\n`,
      `${LONG}X: y\n`,
    ];
    expectAgreement({ mode: 'stream' }, texts, inTwo);
  });

  it.each([1, 2, 3])('is the same %i bytes behind a word’s beginning', (offset) => {
    expectAgreement({ mode: 'stream' }, STREAMS, (bytes) => [[atOffset(bytes, offset)]]);
  });

  it.each(NARROW.map((limits) => [limits]))('is the same byte by byte, within the limits %j', (limits) => {
    const texts = [`${START}l: 0\r\n\r\n`, `${LONG}l: 5\r\n\r\n12345`, `${LONG}X: y\r\n\tz\r\nl: 5\r\n\r\n12345`];
    expectAgreement({ mode: 'stream', limits }, texts, (bytes) => [bytewise(bytes)]);
    expectAgreement({ mode: 'stream', limits }, texts.slice(0, 1), inTwo);
  });
});
