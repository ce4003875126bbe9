/** `ident = ALPHANUM 3*31ident-char`, `ident-char = ALPHANUM / "." / "-" / "+" / "%" / "="` (RFC 4975 section 9). */
export declare const IDENT: RegExp;
/** `other-method = 1*UPALPHA`, which the known methods are too. */
export declare const METHOD: RegExp;
/** `hname = ALPHA *token`. */
export declare const HEADER_NAME: RegExp;
/** `utf8text = *(HTAB / %x20-7E / UTF8-NONASCII)`, over text that was already decoded as UTF-8. */
export declare const UTF8_TEXT: RegExp;
/** Seven hyphens begin an end-line. */
export declare const END_LINE_START = "-------";
//# sourceMappingURL=grammar.d.ts.map