import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Report } from './conformance/support/report.mjs';
import { runTraces } from './conformance/suites/rfc8448.mjs';

interface TraceFile {
  readonly sections: {
    readonly section: string;
    readonly title: string;
    readonly steps: { readonly text: string; readonly values: { readonly name: string; hex: string }[] }[];
  }[];
}

// The traces are not part of the project: `npm run conformance -- rfc8448 FILE` runs over any copy of them.
const path = fileURLToPath(new URL('../../shared/vectors/rfc8448.json', import.meta.url));
const present = existsSync(path);

function readTraces(): TraceFile {
  return JSON.parse(readFileSync(path, 'utf8')) as TraceFile;
}

function reportOn(file: TraceFile): Report {
  const report = new Report('rfc8448');
  runTraces(file, report);
  return report;
}

describe.skipIf(!present)(`RFC 8448${present ? '' : ' (no ../shared/vectors/rfc8448.json here)'}`, () => {
  it('gives every octet string of the traces, and replays their connections', () => {
    const report = reportOn(readTraces());
    expect(report.failures).toEqual([]);
    expect(report.passed).toBeGreaterThan(0);
  });

  it('notices one wrong bit, wherever it stands', () => {
    const { sections } = readTraces();
    const unnoticed: string[] = [];
    let strings = 0;
    for (const { section, title, steps } of sections) {
      for (const { text, values } of steps) {
        for (const value of values) {
          // One string in twelve: all of them would take twelve times as long and say the same.
          if (value.hex === '' || strings++ % 12 !== 0) continue;
          const right = value.hex;
          value.hex = flipBit(right);
          if (reportOn({ sections: [{ section, title, steps }] }).failed === 0) {
            unnoticed.push(`${section} ${text} ${value.name}`);
          }
          value.hex = right;
        }
      }
    }
    expect(strings).toBeGreaterThan(0);
    expect(unnoticed).toEqual([]);
  });
});

/** Bit 3 of the middle byte: a bit that counts even in an X25519 key, whose ends are clamped. */
function flipBit(hex: string): string {
  const at = Math.floor(hex.length / 4) * 2;
  const byte = parseInt(hex.slice(at, at + 2), 16) ^ 0x08;
  return hex.slice(0, at) + byte.toString(16).padStart(2, '0') + hex.slice(at + 2);
}
