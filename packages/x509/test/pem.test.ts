import { asciiToBytes, utf8ToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/support/cpu-time.js';
import { passwordBasedCryptography as cryptography } from '@portico/crypto/password-based';
import { privateKeyFromEncryptedPem } from '../src/files.js';
import { readOrError } from '../src/error.js';
import { decodePem, encodePem, privateKeyFromPem, publicKeyFromPem, X509Error } from '../src/index.js';
import { certificateRequestFromPem, issueRevocationList } from '../src/issue.js';
import { revocationListsFromPem } from '../src/revocation.js';
import { authority, DAY, fixture, NOW, provider, reasonOf } from './support.js';

const revocationList = issueRevocationList({
  provider,
  issuer: authority('root'),
  thisUpdate: NOW,
  nextUpdate: NOW + DAY,
  number: 1,
  revoked: [],
}) as Uint8Array;

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

  const other = BLOCK.replaceAll('THING', 'OTHER').replace('AQID', 'BAUG');

  it.each([
    ['a byte order mark first', `\ufeff${BLOCK}${other}`],
    ['one before each', `\ufeff${BLOCK}\ufeff${other}`],
    ['an end and a beginning in one line', BLOCK.trimEnd() + other],
    ['carriage returns alone', (BLOCK + other).replaceAll('\n', '\r')],
    ['indented lines', (BLOCK + other).replace(/^/gm, ' \t')],
    ['an end that follows base64 at once', (BLOCK + other).replaceAll('\n-----END', '-----END')],
    ['white space after the boundaries', (BLOCK + other).replaceAll('\n', ' \n')],
    ['a comment that begins a block', `# -----BEGIN THING-----\n${BLOCK} # -----END X-----\n${other}`],
    ['a comment with two boundaries', `#-----BEGIN THING----- -----BEGIN THING-----\n${BLOCK}${other}`],
    [
      `words far behind the beginning of a file`,
      `${'words\n'.repeat(50)}at -----BEGIN THING----- and so on\n${BLOCK}${other}`,
    ],
    ['words about blocks', `between -----BEGIN THING----- and -----END THING-----.\n${BLOCK}${other}`],
    ['a line of words, with carriage returns alone', `words\n${BLOCK}${other}`.replaceAll('\n', '\r')],
    ['empty lines in the base64', (BLOCK + other).replaceAll(/AQ|BA/g, '$&\n\n')],
    ['words that end like a block', `up to -----END THING-----\n${BLOCK}${other}`],
  ])('loses no block: %s', (_, text) => {
    const wanted = [
      { label: 'THING', headers: [], bytes: Uint8Array.of(1, 2, 3) },
      { label: 'OTHER', headers: [], bytes: Uint8Array.of(4, 5, 6) },
    ];
    expect(decodePem(text)).toEqual(wanted);
    expect(decodePem(utf8ToBytes(text))).toEqual(wanted);
  });

  it.each([
    ['a line that begins nothing', `-----BEGIN odd-----\n${BLOCK}`],
    ['an end of nothing', `-----END odd-----\n${BLOCK}`],
    ['a broken body', `${other.replace('BAUG', '!!!')}${BLOCK}`],
    ['a beginning without an end', `-----BEGIN OTHER-----\n${BLOCK}`],
    ['a beginning of four dashes', `-----BEGIN OTHER----\n${BLOCK}`],
    ['an end right before', other.trimEnd() + BLOCK],
    ['two beginnings in one line', `-----BEGIN OTHER----- -----BEGIN OTHER-----\n${BLOCK}`],
    ['a label of any length', `-----BEGIN ${'A'.repeat(1000)}-----\n${BLOCK}`],
    ['nothing after it', `${BLOCK}-----BEGIN `],
  ])('of another label does not matter: %s', (_, text) => {
    expect(decodePem(text, (label) => label === 'THING')).toEqual([
      { label: 'THING', headers: [], bytes: Uint8Array.of(1, 2, 3) },
    ]);
  });

  it.each<readonly [what: string, read: (pem: string) => unknown, pem: string]>([
    ['a private key', privateKeyFromPem, fixture('p256.key.pem')],
    ['a public key', publicKeyFromPem, fixture('p256.pub.pem')],
    ['a request', certificateRequestFromPem, fixture('request.pem')],
    [
      'an encrypted key',
      (pem) => privateKeyFromEncryptedPem(pem, 'secret', cryptography),
      fixture('encrypted.key.pem'),
    ],
    ['a CRL', revocationListsFromPem, encodePem('X509 CRL', revocationList)],
  ])('broken blocks of other kinds do not hide %s', (_, read, pem) => {
    const broken = '-----BEGIN DH PARAMETERS-----\n!!!\n-----END DH PARAMETERS-----';
    expect(read(`${broken}${pem.trimEnd()}${broken}`)).toEqual(read(pem));
  });

  it.each([
    ['a beginning behind words', `words ${BLOCK}`],
    ['one behind words, with white space after it', `words ${BLOCK.replace('-----\n', '----- \r\n')}`],
    ['one behind another beginning', `-----BEGIN x ${BLOCK}`],
    ['one behind words, without an end', 'words -----BEGIN THING-----\nAQID\n'],
    ['one right behind another beginning', `-----BEGIN OTHER-----${BLOCK}`],
    ['one right behind one without a label', `-----BEGIN ${BLOCK}`],
    ['one right behind an end of four dashes', `-----END OTHER---- ${BLOCK}`],
    ['a beginning of four dashes without an end', '-----BEGIN THING----\nAQID\n'],
    ['an end alone', '-----END THING-----\n'],
    ['an end in place of a beginning', BLOCK.replace('BEGIN', 'END')],
    ['a beginning of four dashes', BLOCK.replace('THING-----', 'THING----')],
    ['white space before the dashes', BLOCK.replace('THING-----', 'THING -----')],
    ['two beginnings', BLOCK.replace('\n', '\n-----BEGIN THING-----\n')],
    ['a beginning in the block', BLOCK.replace('\nAQ', '\n-----BEGIN x\nAQ')],
    ['four dashes at the end', BLOCK.slice(0, -2)],
  ])('refuses what would be lost: %s', (_, text) => {
    const before = other;
    expect(reasonOf(() => decodePem(before + text, (label) => label === 'THING'))).toBe('invalid-pem');
    expect(reasonOf(() => decodePem(before + text))).toBe('invalid-pem');
  });

  it.each([
    ['a character outside the alphabet', BLOCK.replace('AQID', 'AQ*D')],
    ['a character outside ASCII', BLOCK.replace('AQID', 'AQéD')],
    ['the character before the white space in ASCII', BLOCK.replace('AQID', 'AQ\x08ID')],
    ['the one after it', BLOCK.replace('AQID', 'AQ\x0eID')],
    ['the first one outside ASCII', BLOCK.replace('AQID', 'AQ\x80D')],
    ['an octet of zero', BLOCK.replace('AQID', 'AQ\0ID')],
    ['no padding', BLOCK.replace('AQID', 'AQ')],
    ['too much padding', BLOCK.replace('AQID', 'A===')],
    ['padding in the middle', BLOCK.replace('AQID', 'AQ==AQID')],
    ['a digit behind the padding', BLOCK.replace('AQID', 'AQ=I')],
    ['a digit of zeros behind the padding', BLOCK.replace('AQID', 'AQ=A')],
    ['bits that are dropped', BLOCK.replace('AQID', 'AR==')],
    ['another label at the end', BLOCK.replace('END THING', 'END OTHER')],
    ['no end', BLOCK.slice(0, 30)],
    ['an end in another block', BLOCK.slice(0, 26) + '\n' + BLOCK.replaceAll('THING', 'OTHER')],
    ['no label', BLOCK.replaceAll('THING', '')],
    ['a label of small letters', BLOCK.replaceAll('THING', 'thing')],
    ['a label of 65 characters', BLOCK.replaceAll('THING', 'A'.repeat(65))],
    ['headers without an empty line', BLOCK.replace('AQID', 'Proc-Type: 4\nAQID')],
  ])('refuses %s', (_, text) => {
    expect(reasonOf(() => decodePem(text))).toBe('invalid-pem');
  });

  it('takes each kind of white space in the base64', () => {
    expect(decodePem(BLOCK.replace('AQID', ' A\tQ\n\vI\f\rD'))[0]?.bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('asks about a label without what is too much behind it, and without the end of one that is too long', () => {
    const asked: string[] = [];
    const labels = ['THING-----', 'THING----', 'THING - -\r', `${'A'.repeat(81)}-----`];
    decodePem(labels.map((label) => `-----BEGIN ${label}\n`).join(''), (label) => asked.push(label) < 0);
    expect(asked).toEqual(['THING', 'THING', 'THING', 'A'.repeat(80)]);
  });

  it('says where in the text it is wrong', () => {
    const offsetOf = (text: string): number | undefined => {
      const error = readOrError(() => decodePem(text));
      return error instanceof X509Error ? error.offset : undefined;
    };
    expect(offsetOf(`${other}words ${BLOCK}`)).toBe(other.length + 6);
    expect(offsetOf(`${other}${BLOCK.slice(0, -2)}`)).toBe(other.length);
    expect(offsetOf(BLOCK.replace('AQID', 'AQ*D'))).toBe(BLOCK.indexOf('ID'));
    expect(offsetOf(BLOCK.replace('AQID', 'AQ'))).toBe(BLOCK.indexOf('ID') + 1);
  });

  it('takes time in proportion to hostile text', () => {
    const cost = (times: number): number =>
      cpuTime(() => {
        for (const piece of [
          '-----BEGIN ',
          '-----END ',
          'x-----BEGIN A-----x',
          '#-----BEGIN A-----',
          '-----END a',
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
