// Beside SIP libraries in C, where they and a compiler are installed: PJSIP, sofia-sip, libosip2. Each is a program of
// its own (folder `c/`), so its CPU seconds are counted there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSipFramer, parseSipMessage, VIA } from '@portico/sip-codec';
import { buildProgram } from '../lib/c-program.mjs';
import { measure, ratioOf } from '../lib/measure.mjs';
import { inReads, sipCorpus } from './corpus.mjs';

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), 'c');
/** What pkg-config calls each, or the flags of one that has no such file. */
const LIBRARIES = [
  { name: 'PJSIP', program: 'pjsip', package: 'libpjproject', work: ['framing', 'parsing'] },
  { name: 'sofia-sip', program: 'sofia', package: 'sofia-sip-ua', work: ['parsing'] },
  { name: 'libosip2', program: 'osip', flags: ['-losipparser2'], work: ['parsing'] },
];
const READ_SIZE = 60_000;

export async function cLibraries(effort) {
  const messages = sipCorpus(2250);
  const input = Buffer.concat(messages.flatMap((message) => [lengthOf(message), message]));
  const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'));
  try {
    const built = LIBRARIES.flatMap((library) => {
      const program = buildProgram(join(SOURCES, `${library.program}.c`), library, folder);
      return program === null ? [] : [{ ...library, program }];
    });
    const results = [];
    for (const work of ['framing', 'parsing']) {
      const theirs = built.filter((library) => library.work.includes(work));
      if (theirs.length > 0) results.push(await beside(work, theirs, messages, input, effort));
    }
    if (built.length === 0) console.log('\nSIP libraries in C: none is installed, or there is no compiler');
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lengthOf({ length }) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

async function beside(work, theirs, messages, input, effort) {
  const stream = Buffer.concat(messages);
  const reads = inReads(stream, READ_SIZE);
  const use = work === 'framing' ? () => {} : (item) => parseSipMessage(item).headers.read(VIA);
  const rates = await measure(
    [
      {
        name: 'portico',
        run: () => {
          const framer = createSipFramer({ mode: 'stream' });
          let seen = 0;
          for (const read of reads) {
            for (const item of framer.push(read)) {
              use(item);
              seen++;
            }
          }
          if (seen !== messages.length) throw new Error(`framed ${seen} of ${messages.length} messages`);
          return stream.length;
        },
      },
      ...theirs.map(({ name, program }) => ({
        name,
        rate: (seconds) => Number(execFileSync(program, [String(seconds), work], { input, encoding: 'utf8' })),
      })),
    ],
    effort,
  );
  for (const value of Object.values(rates)) {
    value.also = `${Math.round((value.rate / stream.length) * messages.length)} messages/s`;
  }
  const ours = work === 'framing' ? 'framing' : 'framing and parsing, Via read,';
  return {
    id: `sip-c-${work}`,
    title: `SIP ${work}, beside libraries in C (${messages.length} messages, reads of ${READ_SIZE} bytes)`,
    unit: 'B/s',
    rates,
    ratios: theirs.map(({ name }) => ({
      what: `${ours} at ${READ_SIZE} bytes against ${name}`,
      ratio: ratioOf(rates.portico, rates[name]),
    })),
  };
}
