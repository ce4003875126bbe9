import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run as runCorpus } from '../../../test/conformance/suites/sip-corpus.mjs';
import { run as runTorture } from '../../../test/conformance/suites/sip-torture.mjs';
import { options, wireText } from './wire.js';

const folder = mkdtempSync(join(tmpdir(), 'sip-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COLUMNS = 'file,section,title,mode,framing,messages,error_level,fault,uas_status,lenient_ok,check,note';
const good = wireText(options({ Contact: '"A, \\"B\\"" <sip:x@y;p=%2541>;q=0.5' }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, 'messages', name), text, 'latin1');
}

mkdirSync(join(folder, 'messages'));
write('good.dat', good);
write('two.dat', `${wireText(options())}\r\n${wireText(options())}`);
write('from.dat', wireText(options({ From: '<sip:a@b' })));
write('length.dat', wireText(options({ 'Content-Length': '1, 1' })));
write('cut.dat', wireText(options({ 'Content-Length': '9' })));

const ROWS = [
  'good.dat,1,Right,stream,message,1,none,,process,yes,method=OPTIONS;cseq_number=1;contacts=1;uri_params:p=%2541;contact_param:q=0.5;contact_param:z=-;via0_transport=TLS;from_user_decoded=alice;ruri_host=EXAMPLE.com;header_count:Via=1;body_length=0,',
  'two.dat,2,Two,stream,message,2,none,,process,yes,max_forwards=70,',
  'two.dat,2,Two,datagram,message,1,none,,process,yes,,',
  'from.dat,3,"A broken, header",stream,message,1,header,From,400,no,call_id=x@client;from_user_decoded=a,',
  'length.dat,4,Lengths,stream,error,0,framing,Content-Length,400|drop,no,,',
  'cut.dat,5,Cut,datagram,error,0,framing,Content-Length,400,no,,',
  'cut.dat,5,Cut,stream,incomplete,0,framing,Content-Length,,no,,',
];

interface TortureReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly id: string; readonly expected: string; readonly got: string }[];
}

function score(rows: readonly string[], ...args: string[]): TortureReport {
  const table = join(folder, 'table.csv');
  writeFileSync(table, [COLUMNS, ...rows].join('\n'));
  return runTorture([join(folder, 'messages'), table, ...args]) as unknown as TortureReport;
}

describe('sip-torture', () => {
  it('scores each column of a table, and withholds only what a strict reader may withhold', () => {
    expect(score(ROWS)).toMatchObject({ failed: 0, skipped: 1, failures: [] });
    expect(score(ROWS).passed).toBeGreaterThan(40);
    expect(score(ROWS, '--mode', 'datagram').passed).toBeLessThan(score(ROWS).passed);
  });

  it('finds every wrong verdict: nothing passes by itself', () => {
    const wrong = [
      [0, ',message,1,none,', ',error,1,none,', 'framing'],
      [1, ',message,2,', ',message,1,', 'messages'],
      [0, ',none,,', ',semantic,,', 'error_level'],
      [3, ',header,From,', ',header,To,', 'fault'],
      [3, ',From,400,', ',From,process,', 'uas_status'],
      [0, ',process,yes,', ',process,no,', 'lenient_ok'],
      [0, 'p=%2541', 'p=A', 'check'],
      [0, 'q=0.5', 'q=0.50', 'check'],
      [0, 'z=-', 'z=', 'check'],
      [0, 'header_count:Via=1', 'header_count:Via=2', 'check'],
      [3, 'call_id=x@client', 'call_id=y', 'check'],
    ] as const;
    for (const [row, from, to, column] of wrong) {
      const changed = (ROWS[row] as string).replace(from, to);
      expect(changed).not.toBe(ROWS[row]);
      expect(score([changed]).failures.map(({ id }) => id.split(' ').pop())).toEqual([column]);
    }
  });

  it('wants a folder and a table', () => {
    expect(() => runTorture([])).toThrow(/usage/);
    expect(() => runTorture(['a', 'b', '--no'])).toThrow(/usage/);
  });
});

describe('sip-corpus', () => {
  it('compares whole, byte by byte and random cuts of every file', () => {
    const report = runCorpus([join(folder, 'messages')]);
    expect(report).toMatchObject({ passed: 10, failed: 0, totals: { messages: 7 } });
    expect(runCorpus([join(folder, 'messages'), '--mode', 'stream'])).toMatchObject({ passed: 5 });
    expect(() => runCorpus([join(folder, 'messages'), '--mode', 'x'])).toThrow(/usage/);
  });
});
