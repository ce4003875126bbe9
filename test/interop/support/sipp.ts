import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from './certificates.js';
import { run } from './processes.js';

export interface SippRun {
  /** `support/sipp-NAME.xml`. */
  readonly scenario: string;
  /** A plain TCP port on 127.0.0.1. */
  readonly port: number;
  readonly calls: number;
  /** New calls in each second. */
  readonly rate: number;
  /** Calls that may be open at once. */
  readonly open: number;
  /** User of the Request-URI where the scenario leaves it open; default `bob`. */
  readonly user?: string;
  /** Seconds after which SIPp gives up. */
  readonly patience: number;
}

/** Runs SIPp to its end, and gives the last line of its statistics by the names of its columns. */
export async function runSipp(options: SippRun): Promise<Readonly<Record<string, string>>> {
  const { scenario, port, calls, rate, open, user = 'bob', patience } = options;
  const folder = temporaryFolder();
  const statistics = join(folder, 'statistics.csv');
  const ran = await run(
    'sipp',
    [
      ...['-sf', join(import.meta.dirname, `sipp-${scenario}.xml`), '-i', '127.0.0.1', '-t', 't1'],
      ...[
        '-m',
        String(calls),
        '-r',
        String(rate),
        '-l',
        String(open),
        '-s',
        user,
        '-nostdin',
        '-timeout',
        `${patience}s`,
      ],
      ...['-trace_stat', '-stf', statistics, '-fd', '1', `127.0.0.1:${port}`],
    ],
    { cwd: folder, env: { TERM: 'dumb' }, patience: (patience + 5) * 1000 },
  );
  expect(ran.code).toBe(0);
  const lines = readFileSync(statistics, 'latin1').trim().split('\n');
  const names = (lines[0] as string).split(';');
  const values = (lines.at(-1) as string).split(';');
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** All calls went well, and nothing had to be sent twice. */
export function expectNothingLost(numbers: Readonly<Record<string, string>>, calls: number): void {
  expect(numbers['TotalCallCreated']).toBe(String(calls));
  expect(numbers['SuccessfulCall(C)']).toBe(String(calls));
  expect(numbers['FailedCall(C)']).toBe('0');
  expect(numbers['Retransmissions(C)']).toBe('0');
}
