import { asciiToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/support/cpu-time.js';
import { decodePem, encodePem } from '../src/index.js';
import { reasonOf } from './support.js';

const BLOCK = '-----BEGIN THING-----\nAQID\n-----END THING-----\n';

describe('PEM, RFC 7468', () => {
  it('decodes what it encoded, as text and as bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodePem('CERTIFICATE', bytes);
        expect(decodePem(text)).toEqual([{ label: 'CERTIFICATE', headers: [], bytes }]);
        expect(decodePem(asciiToBytes(text))).toEqual([{ label: 'CERTIFICATE', headers: [], bytes }]);
        expect(text).toBe(
          `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes)
            .toString('base64')
            .replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
        );
      }),
    );
  });

  it('finds several blocks with text before, between and after', () => {
    const text = `subject=CN: a\n${BLOCK}# words -----BEGIN not here-----\r\n${BLOCK.replaceAll('THING', 'OTHER')}bye`;
    expect(decodePem(text).map(({ label, bytes }) => [label, ...bytes])).toEqual([
      ['THING', 1, 2, 3],
      ['OTHER', 1, 2, 3],
    ]);
  });

  it('takes CRLF, indented and unbroken base64, and RFC 1421 headers', () => {
    expect(decodePem(BLOCK.replaceAll('\n', '\r\n'))[0]?.bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(decodePem(BLOCK.replace('AQID', ' A Q\tI\nD '))[0]?.bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(decodePem(BLOCK.replace('AQID', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAQID'))).toEqual([
      { label: 'THING', headers: ['Proc-Type: 4,ENCRYPTED', 'DEK-Info: X,00'], bytes: Uint8Array.of(1, 2, 3) },
    ]);
  });

  it.each([
    ['a character outside the alphabet', BLOCK.replace('AQID', 'AQ*D')],
    ['a character outside ASCII', BLOCK.replace('AQID', 'AQéD')],
    ['no padding', BLOCK.replace('AQID', 'AQ')],
    ['too much padding', BLOCK.replace('AQID', 'A===')],
    ['padding in the middle', BLOCK.replace('AQID', 'AQ==AQID')],
    ['bits that are dropped', BLOCK.replace('AQID', 'AR==')],
    ['another label at the end', BLOCK.replace('END THING', 'END OTHER')],
    ['no end', BLOCK.slice(0, 30)],
    ['an end in another block', BLOCK.slice(0, 26) + '\n' + BLOCK.replaceAll('THING', 'OTHER')],
    ['no label', BLOCK.replaceAll('THING', '')],
    ['headers without an empty line', BLOCK.replace('AQID', 'Proc-Type: 4\nAQID')],
  ])('refuses %s', (_, text) => {
    expect(reasonOf(() => decodePem(text))).toBe('invalid-pem');
  });

  it('takes time in proportion to hostile text', () => {
    const cost = (times: number): number =>
      cpuTime(() => {
        for (const piece of [
          '-----BEGIN ',
          '-----END ',
          '\n-----BEGIN A-----',
          '\n-----BEGIN A-----\n-----END A-----',
          ': \n',
        ]) {
          reasonOf(() => decodePem(piece.repeat(times)));
        }
      });
    // A hundred times as much would be the square.
    expect(cost(100_000) / cost(10_000)).toBeLessThan(40);
  });
});
