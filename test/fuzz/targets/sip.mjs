import fc from 'fast-check';
import { createSipFramer, parseSipMessage, serializeSipMessage, SipError } from '@portico/sip-codec';
import { hostileBytesArbitrary, mutatedStreamArbitrary, streamArbitrary } from '@portico/sip-codec/arbitraries';
import { mutate, randomCuts, seededRandom } from '../random.mjs';

const streams = fc.sample(streamArbitrary(), { numRuns: 300, seed: 1 });
const mutated = fc.sample(mutatedStreamArbitrary(), { numRuns: 300, seed: 2 });
const hostile = fc.sample(hostileBytesArbitrary(), { numRuns: 300, seed: 3 });
const dictionary = ['\r\n\r\n', '\n', 'Content-Length: 1\r\n', 'l:0\r\n', ' SIP/2.0', 'SIP/2.0 200 OK\r\n', 'v: '].map(
  (text) => Array.from(text, (c) => c.charCodeAt(0)),
);

/** The SIP framer and parser: the same items however the stream is cut, bytes kept, and only our errors. */
export const target = {
  name: 'sip',
  generate: (random) => {
    const pool = [streams, mutated, hostile][random(3)];
    const sample = pool[random(pool.length)];
    return random(3) === 0 ? sample : mutate(random, sample, dictionary);
  },
  run: (input) => {
    const random = seededRandom(checksum(input));
    const options = { keepAlive: ['answer', 'ask', 'off'][random(3)], strictness: ['strict', 'lenient'][random(2)] };
    const whole = frame(input, [input.length], options);
    const cut = frame(input, randomCuts(random, input.length), options);
    const single = frame(
      input,
      Array.from(input, (_byte, index) => index + 1),
      options,
    );
    if (whole.log !== cut.log || whole.log !== single.log) {
      throw new Error(`cutting matters\nwhole:\n${whole.log}\ncut:\n${cut.log}\nbyte by byte:\n${single.log}`);
    }
    frame(input, [input.length], { ...options, mode: 'datagram' });
    return whole.outcome;
  },
};

/** Frames the pieces and parses every message; the log holds all that must not depend on the cuts. */
function frame(input, ends, options) {
  const framer = createSipFramer({ mode: 'stream', ...options });
  const log = [];
  let outcome = 'nothing whole';
  const take = (items) => {
    for (const item of items) {
      switch (item.type) {
        case 'message': {
          const message = parseSipMessage(item);
          if (hex(serializeSipMessage(message)) !== hex(item.bytes)) throw new Error('an untouched message changed');
          log.push(`message ${message.type} ${item.headLength} ${hex(item.bytes)}`);
          outcome = `message: ${message.type}`;
          break;
        }
        case 'error':
          if (!(item.error instanceof SipError)) throw item.error;
          log.push(`error ${item.error.reason} ${JSON.stringify(item.recovery)}`);
          outcome = `error: ${item.error.reason}`;
          break;
        default:
          log.push(item.type);
          outcome = item.type;
      }
    }
  };
  let start = 0;
  for (const end of ends) {
    take(framer.push(input.slice(start, end)));
    start = end;
  }
  take(framer.end());
  return { log: log.join('\n'), outcome };
}

function checksum(bytes) {
  return bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
