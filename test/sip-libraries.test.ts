import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hostArbitrary, sipUriArbitrary, spaceArbitrary, tokenArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildInput, RIGHT_INPUTS, WRONG_INPUTS } from './support/sip-inputs.js';
import { readDatagram, sipLibraries, type LibraryFacts } from './support/sip-libraries.js';

/** A class of differences, and the rule by which ours does as it does. */
interface DifferenceClass {
  readonly what: string;
  readonly why: string;
  /** Whether it explains a difference in this fact (`accepted`: one reader takes the message) of this message. */
  readonly explains: (difference: Difference) => boolean;
}

interface Difference {
  readonly text: string;
  readonly fact: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

const refusedAt =
  (...rules: readonly string[]) =>
  ({ fact, ours }: Difference): boolean =>
    fact === 'accepted' && ours !== undefined && rules.includes(ours);

/** Whether the Request-URI, or an address in brackets, is none of sip and sips. */
function hasOtherScheme(text: string): boolean {
  return /^(?:\r\n)*\S+ (?!sips?:)|<(?!sips?:)/i.test(text);
}

// prettier-ignore
const CLASSES: readonly DifferenceClass[] = [
  { what: 'a NUL', explains: ({ text }) => text.includes('\0'), why: 'a quoted-pair may be one (section 25.1), and lengths are counted, not ended by it; anywhere else it is an error of that field' },
  { what: 'a bare CR, a bare LF, or both line ends in one message', explains: refusedAt('bare-cr', 'bare-lf', 'mixed-line-ends'), why: 'CRLF ends a line (section 7); where one reader sees two lines and another one, the two see different messages' },
  { what: 'a body that is shorter than Content-Length, or no end of the header fields', explains: refusedAt('body-truncated', 'head-truncated'), why: 'section 18.3: a datagram that ends before its body is an error, and it ends before the body where there is no empty line' },
  { what: 'a Content-Length that is no number', explains: refusedAt('content-length-malformed', 'content-length-repeated'), why: '1*DIGIT, once' },
  { what: 'a start line that is none', explains: refusedAt('Request-Line', 'Method', 'SIP-Version', 'Status-Line', 'Status-Code', 'start-line-syntax', 'fold-before-start-line', 'fold-after-start-line', 'Reason-Phrase'), why: 'single spaces, and nothing else, between the three parts (section 7.1)' },
  { what: 'a Request-URI that is none', explains: refusedAt('Request-URI', 'SIP-URI', 'RFC 3261 section 7.1'), why: 'SIP-URI, SIPS-URI or absoluteURI, without brackets, white space and headers (sections 7.1 and 19.1.1)' },
  { what: 'part of a URI', explains: refusedAt('scheme', 'user', 'userinfo', 'password', 'host', 'hostport', 'port', 'IPv6reference', 'IPv6address', 'uri-parameters', 'pname', 'pvalue', 'header', 'hname', 'hvalue', 'absoluteURI', 'uri-parameter', 'telephone-uri', 'pct-encoded', 'descriptor', 'extension'), why: 'the grammar of sections 19.1.1 and 25.1; a URI that two readers cut differently names two places' },
  { what: 'a line that is no header field', explains: refusedAt('HCOLON', 'header-name', 'field-without-name'), why: 'a token, maybe white space, and a colon; a line without one is an error, and not passed over' },
  { what: 'a value that goes on behind its end', explains: refusedAt('From', 'To', 'Via', 'CSeq', 'Call-ID', 'Contact'), why: 'what is left over of a value may be what another reader takes' },
  { what: 'a Via', explains: refusedAt('sent-protocol', 'protocol-name', 'protocol-version', 'transport', 'via-parm', 'sent-by', 'via-branch', 'via-received', 'ttl', 'response-port'), why: 'sent-protocol LWS sent-by *( SEMI via-params ), each part of its grammar: it is where the response goes' },
  { what: 'an address', explains: refusedAt('name-addr', 'display-name', 'quoted-string', 'quoted-pair', 'LAQUOT'), why: 'display-name is tokens or a quoted string, and a URI with a comma, semicolon or question mark has brackets (section 20)' },
  { what: 'a parameter', explains: refusedAt('generic-param', 'gen-value', 'tag', 'token'), why: 'token [ EQUAL gen-value ], each name once (section 7.3.1)' },
  { what: 'a Call-ID', explains: refusedAt('word', 'callid'), why: 'word [ "@" word ]' },
  { what: 'a CSeq number', explains: refusedAt('cseq', 'LWS', 'CSeq number'), why: '1*DIGIT below 2^31, white space, and a method (section 8.1.1.5)' },
  { what: 'a field that stands twice', explains: refusedAt('RFC 3261 section 7.3.1'), why: 'only lists may have several rows (section 7.3.1); which one counts would be each reader’s own choice' },
  { what: 'a method in CSeq that is not that of the request', explains: refusedAt('cseq-method-mismatch'), why: 'section 8.1.1.5; `findFaults` says it, the reader of CSeq does not' },
  { what: 'an empty password', explains: ({ fact, text }) => /^(?:accepted|Request-URI)$/.test(fact) && /:@/.test(text), why: 'password = *( unreserved / escaped / … ), and so it may be empty (section 25.1)' },
  { what: 'a URI of another scheme', explains: ({ fact, ours, text }) => fact === 'accepted' && ours === undefined && hasOtherScheme(text), why: 'Request-URI and addr-spec may be any absoluteURI (section 25.1), and it is for the UAS to answer 416 (section 8.2.2.1)' },
  { what: 'line ends in front of the start line', explains: ({ fact, text }) => fact === 'accepted' && /^[\r\n]/.test(text), why: 'they are ignored (section 7.5)' },
  { what: 'horizontal tabs and folds', explains: ({ fact, ours, text }) => fact === 'accepted' && ours === undefined && /\t|\r\n /.test(text), why: 'LWS = [*WSP CRLF] 1*WSP: any of it has the meaning of one SP (sections 7.3.1 and 25.1)' },
  { what: 'another protocol in Via', explains: ({ fact, ours }) => fact === 'protocol' && ours?.startsWith('SIP/') === false, why: 'protocol-name = "SIP" / token, and it is kept as it is' },
  { what: 'no Content-Length', explains: ({ fact, ours }) => fact === 'Content-Length' && ours === undefined, why: 'in a datagram the body is what is left (section 18.3); a field that is not there is not there' },
  { what: 'escapes and headers in the Request-URI', explains: ({ fact, ours }) => fact === 'Request-URI' && /[%?]/.test(ours ?? ''), why: 'texts are as on the wire; `unescapeUri` decodes once, when asked' },
];

/** The messages of RFC 4475 and RFC 5118, where they are. */
const TORTURE = process.env['TORTURE'] ?? fileURLToPath(new URL('../../shared/torture', import.meta.url));

function torture(): readonly Uint8Array[] {
  if (!existsSync(TORTURE)) return [];
  return ['rfc4475', 'rfc5118'].flatMap((name) =>
    readdirSync(`${TORTURE}/${name}`)
      .filter((file) => file.endsWith('.dat'))
      .map((file) => readFileSync(`${TORTURE}/${name}/${file}`)),
  );
}

/** Right by the grammar, with all mandatory fields. */
function requests(): fc.Arbitrary<Buffer> {
  const tag = fc.option(tokenArbitrary(6)).map((token) => (token === null ? '' : `;tag=${token}`));
  const name = fc.constantFrom('', '"Al, B." ', '"\\"" ', 'Al ', 'Al B ', '"Ål" ');
  const address = fc
    .tuple(name, sipUriArbitrary(), spaceArbitrary(), tag)
    .map(([display, uri, space, parameters]) => `${display}<${uri}>${space}${parameters}`);
  const port = fc.option(fc.integer({ min: 1, max: 65_535 })).map((number) => (number === null ? '' : `:${number}`));
  const via = fc
    .tuple(
      fc.constantFrom('UDP', 'TCP', 'TLS'),
      hostArbitrary(),
      port,
      tokenArbitrary(8),
      fc.constantFrom('', ';rport'),
    )
    .map(
      ([transport, host, number, branch, more]) =>
        `SIP/2.0/${transport} ${host}${number};branch=z9hG4bK${branch}${more}`,
    );
  return fc
    .record(
      {
        uri: sipUriArbitrary(),
        vias: fc.array(via, { minLength: 1, maxLength: 3 }),
        separator: fc.constantFrom(', ', '\r\nVia: ', '\r\nv:'),
        from: address,
        to: address,
        callId: fc
          .tuple(tokenArbitrary(8), fc.option(hostArbitrary()))
          .map(([id, host]) => (host === null ? id : `${id}@${host}`)),
        cseq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        method: fc.constantFrom('OPTIONS', 'INVITE', 'MESSAGE'),
        body: fc.constantFrom('', 'body', 'v=0\r\n\r\n'),
      },
      { noNullPrototype: true },
    )
    .map(({ uri, vias, separator, from, to, callId, cseq, method, body }) =>
      Buffer.from(
        `${method} ${uri.replace(/\?.*/, '').replace(';method=INVITE', '')} SIP/2.0\r\nVia: ${vias.join(separator)}\r\n` +
          `Max-Forwards: 70\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
}

const PIECES = [...';,:"\\<>@%=()[]?/ \t*0a', '\r', '\n', '\r\n', '\r\n ', '\r\n\r\n', '\0', 'é', '%41'];

/** With one piece put in, taken out or changed. */
function mutatedRequests(): fc.Arbitrary<Buffer> {
  return fc
    .tuple(requests(), fc.nat(), fc.constantFrom('insert', 'remove', 'replace'), fc.constantFrom(...PIECES))
    .map(([bytes, place, kind, piece]) => {
      const at = place % bytes.length;
      const middle = Buffer.from(kind === 'remove' ? '' : piece);
      return Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(kind === 'insert' ? at : at + 1)]);
    });
}

function differences(bytes: Uint8Array, ours: LibraryFacts, theirs: LibraryFacts): readonly Difference[] {
  const text = Buffer.from(bytes).toString('latin1');
  if ('refused' in ours || 'refused' in theirs) {
    if ('refused' in ours && 'refused' in theirs) return [];
    return [
      {
        text,
        fact: 'accepted',
        ours: 'refused' in ours ? ours.refused : undefined,
        theirs: 'refused' in theirs ? theirs.refused : undefined,
      },
    ];
  }
  return [...theirs]
    .filter(([fact, value]) => (ours.get(fact) ?? '') !== value)
    .map(([fact, value]) => ({ text, fact, ours: ours.get(fact), theirs: value }));
}

const LIBRARIES = sipLibraries();
const CASES = Number(process.env['LIBRARY_RUNS'] ?? 600);

describe('ours and the SIP libraries in C that are installed', () => {
  it.skipIf(LIBRARIES.length > 0)('are not compared: no compiler, or no header files', () => undefined);

  it.skipIf(existsSync(TORTURE))('read no torture messages: they are not here', () => undefined);

  it('docs/sip-libraries.md has the classes', async () => {
    const rows = CLASSES.map(({ what, why }) => `| ${what} | ${why} |`);
    const text = [
      '# Ours and SIP libraries in C',
      '',
      'Printed by `test/sip-libraries.test.ts`. It builds small programs over libosip2 and sofia-sip, where a compiler and their',
      'header files are installed, and has them and our strict readers read the same datagrams: the messages of RFC 4475 and',
      'RFC 5118, the odd and wrong requests of [sip-differences](sip-differences.md), and generated requests, right ones and ones',
      'with a piece put in, taken out or changed. Compared are: taken or not, method, Request-URI, status and reason phrase,',
      'number of header fields, number of Vias and the parts of the first, tags, Call-ID, CSeq, Content-Length, length of the body.',
      '',
      'Each difference has to be of one of these classes, which say what ours does by which rule of RFC 3261; the test fails for any',
      'other. A class is in the table if some reader, or some version of it, does otherwise. `PROPERTY_SEED=random',
      'LIBRARY_RUNS=6000 npx vitest run test/sip-libraries.test.ts` looks for more, and `TORTURE` says where the messages of the RFCs are.',
      '',
      '| what | why ours does as it does |',
      '| --- | --- |',
      ...rows,
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot('../docs/sip-libraries.md');
  });

  it.each(LIBRARIES.map((library) => [library.name, library] as const))(
    '%s: every difference is of a class that a rule of the RFC explains',
    (_, library) => {
      const seed = fc.readConfigureGlobal().seed ?? Date.now();
      const messages = [
        ...torture(),
        ...[...RIGHT_INPUTS, ...WRONG_INPUTS].map((input) => buildInput([input])),
        ...fc.sample(requests(), { numRuns: CASES, seed }),
        ...fc.sample(mutatedRequests(), { numRuns: CASES, seed }),
      ];
      const theirs = library.read(messages);
      let same = 0;
      const unexplained = messages.flatMap((bytes, index) => {
        const found = differences(bytes, readDatagram(bytes), theirs[index] as LibraryFacts);
        if (found.length === 0) same++;
        return found.filter((difference) => !CLASSES.some(({ explains }) => explains(difference)));
      });
      expect(unexplained.slice(0, 3)).toEqual([]);
      // The cases are not all odd ones, or they would prove little.
      expect(same).toBeGreaterThan(CASES / 2);
    },
  );
});
