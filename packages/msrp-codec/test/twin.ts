import { bytesToLatin1 } from '@portico/bytes';

/** What the twin tells apart: enough to compare with the framer on well-formed streams. */
export interface TwinMessage {
  readonly startLine: string;
  readonly headerLines: readonly string[];
  readonly body: string | null;
  readonly flag: string;
}

/**
 * The framing of RFC 4975 section 5.1 in the shortest form that can be read beside the section: the whole stream as one
 * text, one regular expression per line. Slow, and right by inspection.
 */
export function frameSlowly(stream: Uint8Array): TwinMessage[] {
  const messages: TwinMessage[] = [];
  let rest = bytesToLatin1(stream);
  while (rest !== '') {
    const head = /^(MSRP ([^ \r\n]+) [^\r\n]*)\r\n((?:[A-Za-z][^\r\n]*\r\n)+)/.exec(rest);
    if (head === null) throw new Error(`no message at ${JSON.stringify(rest.slice(0, 60))}`);
    const [all, startLine = '', transactionId = '', headerText = ''] = head;
    rest = rest.slice(all.length);
    const endLine = `-------${transactionId.replace(/[.+]/g, '\\$&')}([$+#])\r\n`;
    const bodiless = new RegExp(`^${endLine}`).exec(rest);
    const withBody = new RegExp(`^\r\n(?:([^]*?)\r\n)??${endLine}`).exec(rest);
    const match = bodiless ?? withBody;
    if (match === null) throw new Error('no end-line');
    rest = rest.slice(match[0].length);
    messages.push({
      startLine,
      headerLines: headerText.split('\r\n').slice(0, -1),
      body: bodiless ? null : (match[1] ?? ''),
      flag: match[match.length - 1] as string,
    });
  }
  return messages;
}
