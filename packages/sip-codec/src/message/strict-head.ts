import { MessageWriter } from './write.js';
import { parseSipMessage, type SipMessage } from './message.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;

/**
 * The message as the strict rules want its head: what was forgiven in the request line and at the line ends must not be
 * sent on (RFC 4475 section 3.1.2.15). Repeated lengths are a matter of the fields. A message without such faults comes back
 * itself.
 */
export function withStrictHead(message: SipMessage): SipMessage {
  if (hasStrictLine(message) && hasStrictLineEnds(message)) return message;
  const { bytes, head, fieldsStart } = message;
  const writer = new MessageWriter();
  if (message.type === 'request') {
    writer.text(`${message.method} `).raw(bytes.subarray(message.uriStart, message.uriEnd)).text(` ${message.version}`);
  } else {
    writer.raw(bytes.subarray(head.startLineStart, head.startLineEnd));
  }
  if (fieldsStart > head.startLineEnd) writer.text('\r\n');
  let from = fieldsStart;
  for (let i = lineFeed(bytes, from, head.bodyStart); i >= 0; i = lineFeed(bytes, from, head.bodyStart)) {
    writer.raw(bytes.subarray(from, i > from && bytes[i - 1] === CR ? i - 1 : i)).text('\r\n');
    from = i + 1;
  }
  return parseAgain(message, writer.toBytes(bytes.subarray(from)));
}

/** Other bytes, read by the lenient rules where only they can, as they could before: a request stays one. */
export function parseAgain(message: SipMessage, bytes: Uint8Array): SipMessage {
  const strict = parseSipMessage(bytes);
  if (strict.type === message.type) return strict;
  const lenient = parseSipMessage(bytes, { strictness: 'lenient' });
  return lenient.type === message.type ? lenient : strict;
}

/** Whether one SP stands between the parts of a request line, and nothing round them. */
function hasStrictLine(message: SipMessage): boolean {
  if (message.type !== 'request') return true;
  const { bytes, head, uriStart, uriEnd, method, version } = message;
  return (
    uriStart === head.startLineStart + method.length + 1 &&
    bytes[uriStart - 1] === SP &&
    bytes[uriEnd] === SP &&
    head.startLineEnd === uriEnd + 1 + version.length
  );
}

function hasStrictLineEnds({ bytes, head }: SipMessage): boolean {
  for (let i = lineFeed(bytes, 0, head.bodyStart); i >= 0; i = lineFeed(bytes, i + 1, head.bodyStart)) {
    if (bytes[i - 1] !== CR) return false;
  }
  return true;
}

/** The first LF from `from` on in a head that ends at `end`, or -1. */
function lineFeed(bytes: Uint8Array, from: number, end: number): number {
  const at = from < end ? bytes.indexOf(LF, from) : -1;
  return at < end ? at : -1;
}
