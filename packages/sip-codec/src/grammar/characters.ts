/** A character class: 1 at the index of each byte that belongs to it. */
export type CharacterClass = Uint8Array;

/** Where the run of members that begins at `start` ends; four at a time, because runs are long. */
export function runEnd(bytes: Uint8Array, start: number, end: number, members: CharacterClass): number {
  let i = start;
  const last = end - 3;
  while (
    i < last &&
    ((members[bytes[i] as number] as number) &
      (members[bytes[i + 1] as number] as number) &
      (members[bytes[i + 2] as number] as number) &
      (members[bytes[i + 3] as number] as number)) ===
      1
  )
    i += 4;
  while (i < end && members[bytes[i] as number] === 1) i++;
  return i;
}

/** The class of these characters, and of the members of these classes. */
export function bytesOf(...members: readonly (string | CharacterClass)[]): CharacterClass {
  const table = new Uint8Array(256);
  for (const member of members) {
    if (typeof member === 'string') for (let i = 0; i < member.length; i++) table[member.charCodeAt(i)] = 1;
    else for (let i = 0; i < 256; i++) if (member[i] === 1) table[i] = 1;
  }
  return table;
}

function range(first: number, last: number): CharacterClass {
  return new Uint8Array(256).fill(1, first, last + 1);
}

/** `DIGIT = %x30-39` (RFC 5234 appendix B.1). */
export const DIGIT: CharacterClass = /* @__PURE__ */ range(0x30, 0x39);

/** `ALPHA = %x41-5A / %x61-7A` (RFC 5234 appendix B.1). */
export const ALPHA: CharacterClass = /* @__PURE__ */ bytesOf(
  /* @__PURE__ */ range(0x41, 0x5a),
  /* @__PURE__ */ range(0x61, 0x7a),
);

/** `HEXDIG = DIGIT / "A" / "B" / "C" / "D" / "E" / "F"`, of either case (RFC 5234 appendix B.1). */
export const HEXDIG: CharacterClass = /* @__PURE__ */ bytesOf(DIGIT, 'ABCDEFabcdef');

/** `alphanum = ALPHA / DIGIT` (RFC 3261 section 25.1, like all that follow). */
export const ALPHANUM: CharacterClass = /* @__PURE__ */ bytesOf(ALPHA, DIGIT);

/** `reserved = ";" / "/" / "?" / ":" / "@" / "&" / "=" / "+" / "$" / ","` */
export const RESERVED: CharacterClass = /* @__PURE__ */ bytesOf(';/?:@&=+$,');

/** `unreserved = alphanum / mark`, `mark = "-" / "_" / "." / "!" / "~" / "*" / "'" / "(" / ")"` */
export const UNRESERVED: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, "-_.!~*'()");

/** ``token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" )`` */
export const TOKEN: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, "-.!%*_+`'~");

/** `word = 1*(alphanum / …)`: all printable ASCII but `"@" / "," / ";" / "=" / "#" / "$" / "&" / "^" / "|"`. */
export const WORD: CharacterClass = /* @__PURE__ */ bytesOf(TOKEN, '()<>:\\"/[]?{}');

/** `user-unreserved = "&" / "=" / "+" / "$" / "," / ";" / "?" / "/"` and `unreserved`; `escaped` is read apart. */
export const USER: CharacterClass = /* @__PURE__ */ bytesOf(UNRESERVED, '&=+$,;?/');

/** `password = *( unreserved / escaped / "&" / "=" / "+" / "$" / "," )`; `escaped` is read apart. */
export const PASSWORD: CharacterClass = /* @__PURE__ */ bytesOf(UNRESERVED, '&=+$,');

/** `paramchar = param-unreserved / unreserved / escaped`, `param-unreserved = "[" / "]" / "/" / ":" / "&" / "+" / "$"` */
export const PARAMCHAR: CharacterClass = /* @__PURE__ */ bytesOf(UNRESERVED, '[]/:&+$');

/** `hnv-unreserved = "[" / "]" / "/" / "?" / ":" / "+" / "$"` and `unreserved`, for hname and hvalue. */
export const HNV: CharacterClass = /* @__PURE__ */ bytesOf(UNRESERVED, '[]/?:+$');

/** `uric = reserved / unreserved / escaped`; brackets besides, as RFC 3986 has them for IP literals. */
export const URIC: CharacterClass = /* @__PURE__ */ bytesOf(RESERVED, UNRESERVED, '[]');

/** `scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`, after its first letter. */
export const SCHEME: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, '+-.');

/** Letters of `hostname` and of `IPv4address`: labels of `alphanum / "-"` and the dots between them. */
export const HOST: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, '-.');

/** `Reason-Phrase = *(reserved / unreserved / escaped / UTF8-NONASCII / UTF8-CONT / SP / HTAB)`, without `escaped`. */
export const REASON: CharacterClass = /* @__PURE__ */ bytesOf(
  RESERVED,
  UNRESERVED,
  ' \t',
  /* @__PURE__ */ range(0x80, 0xff),
);

/** `qdtext = LWS / %x21 / %x23-5B / %x5D-7E / UTF8-NONASCII`, without line ends; UTF-8 is checked when it is decoded. */
export const QDTEXT: CharacterClass = /* @__PURE__ */ bytesOf(
  ' \t!',
  /* @__PURE__ */ range(0x23, 0x5b),
  /* @__PURE__ */ range(0x5d, 0x7e),
  /* @__PURE__ */ range(0x80, 0xff),
);

/** `ctext = %x21-27 / %x2A-5B / %x5D-7E / UTF8-NONASCII / LWS`, without line ends. */
export const CTEXT: CharacterClass = /* @__PURE__ */ bytesOf(
  ' \t',
  /* @__PURE__ */ range(0x21, 0x27),
  /* @__PURE__ */ range(0x2a, 0x5b),
  /* @__PURE__ */ range(0x5d, 0x7e),
  /* @__PURE__ */ range(0x80, 0xff),
);

/** `TEXT-UTF8char = %x21-7E / UTF8-NONASCII`, with SP and HTAB: `header-value` of an extension header. */
export const TEXT: CharacterClass = /* @__PURE__ */ bytesOf(
  ' \t',
  /* @__PURE__ */ range(0x21, 0x7e),
  /* @__PURE__ */ range(0x80, 0xff),
);

/** What `IPv4address` and `IPv6address` are written with. */
export const ADDRESS: CharacterClass = /* @__PURE__ */ bytesOf(HEXDIG, ':.');

/** What ends a URI without brackets, RFC 3261 section 20: `;` `,` `?` and white space. */
export const BARE_URI_END: CharacterClass = /* @__PURE__ */ bytesOf(';,? \t\r\n');

/** `WSP = SP / HTAB` (RFC 5234 appendix B.1). */
export const BLANK: CharacterClass = /* @__PURE__ */ bytesOf(' \t');

/** All bytes but those of BLANK. */
export const NOT_BLANK: CharacterClass = /* @__PURE__ */ BLANK.map((member) => 1 - member);
