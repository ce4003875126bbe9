/** Header fields by name, in order, of a request; the body is `body`. */
export type Fields = Readonly<Record<string, string>>;

/** A message with one thing in it that readers might differ about. */
export interface SipInput {
  readonly name: string;
  readonly change: (fields: Fields) => Fields;
  /** How the names are written, after all changes. */
  readonly names?: (name: string) => string;
  /** Instead of INVITE. */
  readonly method?: string;
  /** Between name and value; default `: `. */
  readonly colon?: string;
}

const USUAL: Fields = {
  Via: 'SIP/2.0/TLS a.example.com;branch=z9hG4bK1',
  'Max-Forwards': '70',
  From: '"Al" <sip:al@example.com>;tag=f1',
  To: '<sip:bob@example.com>;tag=t1',
  'Call-ID': 'x@a.example.com',
  CSeq: '12 INVITE',
  'Content-Length': '4',
};

function replaced(name: string, from: string, to: string): SipInput['change'] {
  return (fields) => ({ ...fields, [name]: (fields[name] ?? '').replaceAll(from, to) });
}

const unchanged: SipInput['change'] = (fields) => fields;

const COMPACT: ReadonlyMap<string, string> = new Map([
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['Content-Length', 'l'],
]);

/** Right by the grammar, and odd. */
// prettier-ignore
export const RIGHT_INPUTS: readonly SipInput[] = [
  { name: 'the usual request', change: unchanged },
  { name: 'compact names', change: unchanged, names: (name) => COMPACT.get(name) ?? name },
  { name: 'names in capitals', change: unchanged, names: (name) => name.toUpperCase() },
  { name: 'white space in front of the colon', change: unchanged, names: (name) => (name === 'Call-ID' ? 'Call-ID \t' : name) },
  { name: 'no white space behind the colon', change: unchanged, colon: ':' },
  { name: 'a folded field', change: replaced('From', ';tag', '\r\n ;tag') },
  { name: 'a fold in CSeq', change: replaced('CSeq', ' ', '\r\n  ') },
  { name: 'two Vias in one row', change: replaced('Via', 'z9hG4bK1', 'z9hG4bK1, SIP/2.0/UDP b.example.com;branch=z9hG4bK2') },
  { name: 'white space round the slashes of Via', change: replaced('Via', '/', ' / ') },
  { name: 'white space round an equals sign', change: replaced('From', 'tag=', 'tag = ') },
  { name: 'a parameter name in capitals', change: replaced('To', 'tag', 'TAG') },
  { name: 'no To tag', change: replaced('To', ';tag=t1', '') },
  { name: 'tag= in a display name', change: replaced('From', '"Al"', '";tag=no"') },
  { name: 'tag= in a URI', change: replaced('To', 'com>', 'com;tag=no>') },
  { name: 'an escaped quote in a display name', change: replaced('From', 'Al', 'A \\"l\\" <sip:no@no>;tag=no') },
  { name: 'an address without brackets', change: replaced('From', '"Al" <sip:al@example.com>', 'sip:al@example.com') },
  { name: 'a display name without quotes', change: replaced('From', '"Al"', 'Al Example') },
  { name: 'no white space in front of the bracket', change: replaced('From', '" <', '"<') },
  { name: 'letters beyond ASCII', change: replaced('From', 'Al', 'Ål') },
  { name: 'an IPv6 address in Via', change: replaced('Via', 'a.example.com', '[2001:db8::1]:5061') },
  { name: 'an IPv6 address in a URI', change: replaced('To', 'example.com', '[2001:db8::1]') },
  { name: 'an escaped @ in the user', change: replaced('To', 'bob', 'b%40b') },
  { name: 'a semicolon in the user', change: replaced('To', 'bob', 'bob;x=1') },
  { name: 'a tel URI in To', change: replaced('To', 'sip:bob@example.com', 'tel:+12015550123') },
  { name: 'a URI of another scheme in To', change: replaced('To', 'sip:bob@example.com', 'urn:service:sos') },
  { name: 'headers in a URI', change: replaced('To', 'com>', 'com?Subject=a%20b>') },
  { name: 'leading zeros in CSeq', change: replaced('CSeq', '12', '0012') },
  { name: 'punctuation in Call-ID', change: replaced('Call-ID', 'x', 'a<b>"c"\\d[e]{f}?:(g)/%h') },
  { name: 'a method of no RFC', change: replaced('CSeq', 'INVITE', 'x-Y!'), method: 'x-Y!' },
  { name: 'fields named like object properties', change: (fields) => ({ constructor: 'a', toString: 'b', ...fields }) },
  { name: 'an unknown transport', change: replaced('Via', 'TLS', 'Carrier-Pigeon') },
  { name: 'a Via parameter without value', change: replaced('Via', 'z9hG4bK1', 'z9hG4bK1;rport') },
  { name: 'a quoted Via parameter', change: replaced('Via', ';branch', ';x="a;branch=no";branch') },
];

/** Wrong by the grammar or by the text. */
// prettier-ignore
export const WRONG_INPUTS: readonly SipInput[] = [
  { name: 'a quoted string that is not closed', change: replaced('From', '"Al"', '"Al') },
  { name: 'a display name with a comma and no quotes', change: replaced('From', '"Al"', 'Al, Ex') },
  { name: 'white space inside brackets', change: replaced('To', '<sip', '< sip') },
  { name: 'no closing bracket', change: replaced('To', '>', '') },
  { name: 'text behind the last parameter', change: replaced('To', 't1', 't1 more') },
  { name: 'a tag that comes twice', change: replaced('To', 't1', 't1;tag=t2') },
  { name: 'a broken escape in the user', change: replaced('To', 'bob', 'b%4') },
  { name: 'an underscore in a host', change: replaced('Via', 'a.ex', 'a_b.ex') },
  { name: 'a port that is too large', change: replaced('Via', 'com', 'com:65536') },
  { name: 'an IPv6 address with a zone', change: replaced('To', 'example.com', '[fe80::1%25eth0]') },
  { name: 'a CSeq that is too large', change: replaced('CSeq', '12', '4294967296') },
  { name: 'a CSeq with a sign', change: replaced('CSeq', '12', '-12') },
  { name: 'a second word in Call-ID', change: replaced('Call-ID', 'x@', 'x y@') },
  { name: 'a control character in From', change: replaced('From', 'Al', 'A\u0001l') },
  { name: 'a Via without a sent-by', change: replaced('Via', ' a.example.com', '') },
];

/** The request with all these changes, one after the other. */
export function buildInput(inputs: readonly SipInput[]): Buffer {
  const fields = inputs.reduce((before, { change }) => change(before), USUAL);
  const method = inputs.map((input) => input.method).find((name) => name !== undefined) ?? 'INVITE';
  const colon = inputs.map((input) => input.colon).find((text) => text !== undefined) ?? ': ';
  const rename = (name: string): string => inputs.reduce((before, { names }) => names?.(before) ?? before, name);
  const lines = Object.entries(fields).map(([name, value]) => `${rename(name)}${colon}${value}\r\n`);
  return Buffer.from(`${method} sip:bob@example.com SIP/2.0\r\n${lines.join('')}\r\nbody`);
}

/** The fields that a change touches: two inputs fit into one message where they touch none of the same. */
export function touched({ change }: SipInput): readonly string[] {
  const changed = change(USUAL);
  return Object.keys(changed).filter((name) => changed[name] !== USUAL[name]);
}
