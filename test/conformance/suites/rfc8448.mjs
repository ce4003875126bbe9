// npm run conformance -- rfc8448 FILE [--json OUT]
//
// Takes traces in the form of RFC 8448: `{ sections: [{ section, title, steps: [{ who, text, values }] }] }`, each value
// `{ name, octets, hex }`. Nothing that a trace states is believed but what its peers chose: private keys, and the
// messages that they sent. From these our code computes every other octet string and compares (rfc8448/values.mjs). Then
// it plays each side of the connection against the other side's recorded bytes (rfc8448/connection.mjs).
//
// A private key is an input and has no verdict of its own: its public key has. A string is skipped only by the feature
// that would make it.
import { readFileSync } from 'node:fs';
import { bytesToHex } from '@portico/bytes';
import { createNobleProvider } from '@portico/crypto/noble';
import { Report, UsageError } from '../support/report.mjs';
import { replayConnection } from './rfc8448/connection.mjs';
import { acceptSmallRsa } from './rfc8448/provider.mjs';
import { runSchedule } from './rfc8448/schedule.mjs';
import { readTrace } from './rfc8448/trace.mjs';
import { checkValues } from './rfc8448/values.mjs';

export function run(args) {
  const [path, ...extra] = args;
  if (path === undefined || extra.length > 0) {
    throw new UsageError('usage: npm run conformance -- rfc8448 FILE [--json OUT]');
  }
  const file = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(file.sections)) throw new UsageError(`${path} has no sections: it holds no traces`);
  const report = new Report('rfc8448');
  runTraces(file, report);
  return report;
}

/** Runs all traces of a parsed file into the report. */
export function runTraces(file, report) {
  const provider = acceptSmallRsa(
    // Where a trace is silent, as about blinding, any constant does.
    createNobleProvider({ random: (length) => new Uint8Array(length) }),
  );
  // A later trace may resume an earlier one: ticket in hex → the PSK that our code derived for it, and what our client and
  // our server kept of it.
  const kept = { psks: new Map(), sessions: new Map(), states: new Map() };
  for (const section of file.sections) {
    try {
      runTrace(section, { provider, kept, report });
    } catch (error) {
      // A trace that our code cannot even follow is a failure of ours, or of the file.
      report.check(`${section.section}: the trace as a whole`, 'followed to its end', `threw ${error}`);
    }
  }
}

function runTrace(section, { provider, kept, report }) {
  const trace = readTrace(section, provider);
  if (trace.missing !== null) {
    report.skip(trace.missing, section.steps.flatMap(({ values }) => values).length);
    return;
  }
  const schedule = runSchedule(trace, provider, kept.psks);
  for (const { ticket, psk } of schedule.tickets) kept.psks.set(bytesToHex(ticket), psk);
  checkValues(trace, schedule, provider, report);
  for (const side of ['client', 'server']) replayConnection(trace, side, { provider, schedule, kept, report });
}
