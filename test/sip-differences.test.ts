import { beforeAll, describe, expect, it } from 'vitest';
import { otherReaders, readOurs, type Facts, type Reader } from './support/sip-facts.js';
import { buildInput, RIGHT_INPUTS, touched, WRONG_INPUTS, type SipInput } from './support/sip-inputs.js';

/** A difference between ours and some other reader of the benchmarks, and why ours is as it is. */
interface Difference {
  readonly input: string;
  /** A fact, or `accepted` where only one of the two takes the message. */
  readonly fact: string;
  readonly why: string;
}

/** Every difference that there is: the tests fail for one that is not here, and for one that is here and not there. */
// prettier-ignore
const DIFFERENCES: readonly Difference[] = [
  { input: 'a fold in CSeq', fact: 'CSeq method', why: 'a fold is white space like any other (section 7.3.1)' },
  { input: 'two Vias in one row', fact: 'branch', why: 'a comma is as good as a second row (section 7.3.1): the topmost Via is the first value' },
  { input: 'two Vias in one row', fact: 'Vias', why: 'values are counted, not rows; `headers.count` counts rows' },
  { input: 'an IPv6 address in Via', fact: 'branch', why: 'sent-by is a host, and an IPv6 reference is one (section 25.1)' },
  { input: 'a tel URI in To', fact: 'accepted', why: 'addr-spec may be any absoluteURI (section 25.1), and tel is read by RFC 3966' },
  { input: 'a URI of another scheme in To', fact: 'accepted', why: 'addr-spec may be any absoluteURI (RFC 4475 section 3.3.4): it is kept' },
  { input: 'a quoted string that is not closed', fact: 'accepted', why: 'quoted-string; forgiven by the lenient rules' },
  { input: 'a display name with a comma and no quotes', fact: 'accepted', why: 'display-name is tokens or a quoted string; forgiven by the lenient rules' },
  { input: 'white space inside brackets', fact: 'accepted', why: 'no white space stands between LAQUOT and addr-spec; forgiven by the lenient rules' },
  { input: 'no closing bracket', fact: 'accepted', why: 'where the URI ends is anybody’s guess' },
  { input: 'text behind the last parameter', fact: 'accepted', why: 'what is left over of a value may be what another reader takes' },
  { input: 'a tag that comes twice', fact: 'accepted', why: 'section 7.3.1; which one counts would be each reader’s own choice' },
  { input: 'a broken escape in the user', fact: 'accepted', why: 'escaped is % and two hexadecimal digits' },
  { input: 'an underscore in a host', fact: 'accepted', why: 'hostname has letters, digits and hyphens; names with underscores come from container networks, and a registrar that takes them finds no such host' },
  { input: 'a port that is too large', fact: 'accepted', why: 'there is no such port, and 16-bit readers see another' },
  { input: 'an IPv6 address with a zone', fact: 'accepted', why: 'a zone means something on one machine only; IPv6address has none' },
  { input: 'a CSeq that is too large', fact: 'accepted', why: 'section 8.1.1.5: less than 2^31; 32-bit readers see another number' },
  { input: 'a CSeq with a sign', fact: 'accepted', why: '1*DIGIT' },
  { input: 'a second word in Call-ID', fact: 'accepted', why: 'callid has no white space; who cuts it there sees another call' },
  { input: 'a control character in From', fact: 'accepted', why: 'qdtext has none but in a quoted-pair' },
  { input: 'a Via without a sent-by', fact: 'accepted', why: 'without it there is no way back for a response' },
];

let readers: readonly Reader[];

beforeAll(async () => {
  readers = await otherReaders();
});

/** The facts in which some reader differs from ours. */
function differing(bytes: Buffer): readonly string[] {
  const ours = readOurs(bytes);
  const facts = readers.flatMap(({ read }) => comparedWith(ours, read(bytes)));
  return [...new Set(facts)].sort();
}

function comparedWith(ours: Facts, theirs: Facts): readonly string[] {
  if (ours === null || theirs === null) return ours === theirs ? [] : ['accepted'];
  return Object.keys(theirs).filter((fact) => theirs[fact] !== ours[fact]);
}

function explained(inputs: readonly SipInput[]): readonly string[] {
  const names = inputs.map(({ name }) => name);
  return [...new Set(DIFFERENCES.filter(({ input }) => names.includes(input)).map(({ fact }) => fact))].sort();
}

describe('ours and four other readers', () => {
  it.each(RIGHT_INPUTS.map((input) => [input.name, input] as const))(
    '%s: taken by ours; differences are explained',
    (_, input) => {
      const bytes = buildInput([input]);
      expect(readOurs(bytes)).not.toBeNull();
      expect(differing(bytes)).toEqual(explained([input]));
    },
  );

  it.each(WRONG_INPUTS.map((input) => [input.name, input] as const))(
    '%s: refused by ours; differences are explained',
    (_, input) => {
      const bytes = buildInput([input]);
      expect(readOurs(bytes)).toBeNull();
      expect(differing(bytes)).toEqual(explained([input]));
    },
  );

  it('two oddities in one message, in different fields: nothing differs but what one of them explains', () => {
    let pairs = 0;
    for (const [index, one] of RIGHT_INPUTS.entries()) {
      for (const other of RIGHT_INPUTS.slice(index + 1)) {
        if (touched(one).some((name) => touched(other).includes(name))) continue;
        pairs++;
        const bytes = buildInput([one, other]);
        const facts = explained([one, other]);
        const found = differing(bytes).filter((fact) => !facts.includes(fact));
        expect([one.name, other.name, readOurs(bytes) === null, found]).toEqual([one.name, other.name, false, []]);
      }
    }
    expect(pairs).toBeGreaterThan(300);
  });

  it('docs/sip-differences.md lists them', async () => {
    const rows = DIFFERENCES.map(({ input, fact, why }) => `| ${input} | ${fact} | ${why} |`);
    const text = [
      '# Where SIP readers differ',
      '',
      'Printed by `test/sip-differences.test.ts`, which reads odd and wrong requests with our strict readers and with the four',
      'parsers of npm that the benchmarks name, and compares what they say: method, Request-URI, Call-ID, CSeq, tags, branch,',
      'number of Vias, body. The table has every fact in which at least one of the four says something else; in all others the',
      'five agree. The test fails for a difference that is not here, and for one that is no more.',
      '',
      '"accepted" means that some take the message and others do not: ours takes all that is right by the grammar, and refuses',
      'the field (not the message) that is wrong. What the lenient rules forgive of these is in [sip-strictness](sip-strictness.md).',
      '',
      '| input | differs in | why ours does as it does |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot('../docs/sip-differences.md');
  });
});
