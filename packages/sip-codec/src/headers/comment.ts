import { CTEXT } from '../grammar/characters.js';
import { joinFolds } from '../grammar/text.js';
import type { Scanner } from '../grammar/scanner.js';

const LEFT_PAREN = 0x28;
const RIGHT_PAREN = 0x29;
const BACKSLASH = 0x5c;

/** How deep comments may nest: the grammar has no bound, and a reader needs one. */
export const MAX_COMMENT_DEPTH = 32;

/**
 * `comment = LPAREN *(ctext / quoted-pair / comment) RPAREN`, RFC 3261 section 25.1, from the opening parenthesis,
 * which the caller has seen: its text without the outer parentheses, escapes left as they are, each fold as one SP.
 * @throws SipError `header-syntax`
 */
export function readComment(scanner: Scanner): string {
  scanner.offset++;
  const from = scanner.offset;
  let depth = 1;
  while (depth > 0) {
    const byte = scanner.peek();
    if (byte === LEFT_PAREN || byte === RIGHT_PAREN) {
      depth += byte === LEFT_PAREN ? 1 : -1;
      if (depth > MAX_COMMENT_DEPTH) scanner.fail('comment', `at most ${MAX_COMMENT_DEPTH} nested comments`);
      scanner.offset++;
    } else if (byte === BACKSLASH) {
      scanner.quotedPair();
    } else if (CTEXT[byte] === 1) {
      scanner.offset++;
    } else if (!scanner.skipSpace()) {
      scanner.fail('comment', 'ctext');
    }
  }
  return joinFolds(scanner.utf8(from, scanner.offset - 1, 'comment'));
}
