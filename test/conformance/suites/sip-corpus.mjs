// npm run conformance -- sip-corpus DIR [--mode stream|datagram] [--seed N] [--json OUT]
// Frames and reads every file whole, byte by byte and in random cuts: the same items each time, only our error type, and
// time and memory that stay in proportion to the bytes.
import { findFaults, parseSipMessage } from '@portico/sip-codec';
import { Report, UsageError } from '../support/report.mjs';
import { filesBelow, frame, parseArguments } from '../support/sip-messages.mjs';

const USAGE = 'usage: sip-corpus DIR [--mode stream|datagram] [--seed N] [--json OUT]';

/** Random cuttings of each file. */
const CUTTINGS = 5;

export function run(args) {
  const { positional, options } = parseArguments(args, ['mode', 'seed'], USAGE);
  const [folder] = positional;
  const modes = options.mode === undefined ? ['stream', 'datagram'] : [options.mode];
  if (folder === undefined || modes.some((mode) => mode !== 'stream' && mode !== 'datagram')) {
    throw new UsageError(USAGE);
  }
  const random = generator(Number(options.seed ?? 1));
  const report = new Report('sip-corpus');
  const totals = {
    bytes: 0,
    messages: 0,
    faults: 0,
    nanosecondsPerByte: 0,
    slowest: { id: null, nanosecondsPerByte: 0 },
  };
  let nanoseconds = 0;
  const heapBefore = process.memoryUsage().heapUsed;
  for (const file of filesBelow(folder)) {
    for (const mode of modes) {
      const id = `${file.name} ${mode}`;
      const bytes = file.read();
      try {
        const began = performance.now();
        const whole = describe(mode, [bytes]);
        const spent = (performance.now() - began) * 1e6;
        nanoseconds += spent;
        totals.bytes += bytes.length;
        totals.messages += whole.filter((line) => line.startsWith('message')).length;
        totals.faults += whole.filter((line) => line.includes(' fault ')).length;
        const perByte = spent / Math.max(bytes.length, 1);
        if (perByte > totals.slowest.nanosecondsPerByte) totals.slowest = { id, nanosecondsPerByte: perByte };
        // A datagram is one unit: only a stream can be cut.
        const cuttings = mode === 'stream' ? [byteByByte(bytes), ...randomCuts(bytes, random)] : [[bytes.slice()]];
        const other = cuttings.map((chunks) => describe(mode, chunks)).find((lines) => !equal(lines, whole));
        report.check(id, whole.join('\n'), (other ?? whole).join('\n'));
      } catch (error) {
        // What the bytes hold is told in items and faults: nothing at all may be thrown.
        report.check(id, 'nothing thrown', String(error?.stack));
      }
    }
  }
  totals.nanosecondsPerByte = nanoseconds / Math.max(totals.bytes, 1);
  totals.heapGrowthBytes = process.memoryUsage().heapUsed - heapBefore;
  return { ...report.toJSON(), totals };
}

/** One line for each item and fault, so that two runs can be compared. */
function describe(mode, chunks) {
  return frame(mode, chunks).flatMap((item) => {
    if (item.type === 'error') return [`error ${item.error.reason} ${item.error.offset} ${item.head.length}`];
    if (item.type !== 'message') return [item.type];
    const message = parseSipMessage(item);
    const fields = [...message.headers].map((field) => `field ${field.key} ${field.value}`);
    const faults = findFaults(message).map((fault) => ` fault ${fault.message}`);
    return [`message ${item.headLength} ${item.length} ${message.type}`, ...fields, ...faults];
  });
}

function byteByByte(bytes) {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

function randomCuts(bytes, random) {
  return Array.from({ length: CUTTINGS }, () => {
    const chunks = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(random() * (random() < 0.5 ? 16 : 2000));
      chunks.push(bytes.slice(at, at + size));
      at += size;
    }
    return chunks;
  });
}

/** Small and repeatable; nothing here needs good randomness. */
function generator(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function equal(left, right) {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
