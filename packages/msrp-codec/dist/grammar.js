/** `ident = ALPHANUM 3*31ident-char`, `ident-char = ALPHANUM / "." / "-" / "+" / "%" / "="` (RFC 4975 section 9). */
export const IDENT = /^[A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}$/;
/** `other-method = 1*UPALPHA`, which the known methods are too. */
export const METHOD = /^[A-Z]+$/;
/** `hname = ALPHA *token`. */
export const HEADER_NAME = /^[A-Za-z][!#-'*+\-.0-9A-Z^-~]*$/;
/** `utf8text = *(HTAB / %x20-7E / UTF8-NONASCII)`, over text that was already decoded as UTF-8. */
export const UTF8_TEXT = /^[\t\x20-\x7e\u0080-\u{10ffff}]*$/u;
/** Seven hyphens begin an end-line. */
export const END_LINE_START = '-------';
//# sourceMappingURL=grammar.js.map