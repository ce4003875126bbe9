import { SipFramingFailure } from '../framing/frame.js';
import { TEXT } from '../grammar/characters.js';
import { looksLikeAck } from '../grammar/first-word.js';
import { parseSipMessage, SipResponse, type SipMessage } from './message.js';
import type { SipHeaderField } from './head.js';
import { reasonPhrase } from './reason-phrases.js';
import { hasTag, writeOwnFields, writeStatusLine } from './response.js';
import { statelessTag } from './tag.js';
import { topViaWithSource, type SourceAddress } from './via-source.js';
import { checkReason, checkStatus, checkToken, MessageWriter, type HeaderInput } from './write.js';

export interface BestEffortOptions {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderInput[];
  readonly toTag?: string;
  readonly source?: SourceAddress;
}

const NO_BODY = new Uint8Array(0);

/**
 * An error answer to a request that is broken, from what is intact of it (RFC 3261 section 8.2.6, best effort): Via,
 * From, To, Call-ID and CSeq as far as they are there and clean. Null where nothing may or can be answered: to a
 * response, to an ACK (section 17), and without a
 * topmost Via, clean, to send it by. A copied value is unfolded, and a field with a
 * control character in it is left out, so that nothing in the broken message can become a line of ours.
 * @throws SipError `invalid-argument`, `line-break-in-value`
 */
export function createBestEffortResponse(
  broken: SipMessage | SipFramingFailure | Uint8Array,
  options: BestEffortOptions,
): SipResponse | null {
  const reason = options.reason ?? reasonPhrase(options.status);
  checkStatus(options.status);
  checkReason(reason);
  if (options.toTag !== undefined) checkToken('toTag', options.toTag);
  const message = asMessage(broken);
  if (!isAnswerable(message)) return null;

  const { headers } = message;
  const [top, ...others] = headers.all('Via');
  // Without the topmost Via the answer would go to somebody else, such as whoever it names next.
  if (top === undefined || !isClean(top)) return null;
  const vias = [top, ...others.filter(isClean)];
  const writer = new MessageWriter();
  const line = writeStatusLine(writer, options.status, reason);
  vias.forEach((field, index) => {
    writer.copy('Via', index === 0 && options.source ? topViaWithSource(field, options.source) : field);
  });
  for (const name of ['From', 'To', 'Call-ID', 'CSeq']) {
    const field = headers.all(name).find(isClean);
    if (field === undefined) continue;
    writer.mark().text(`${name}: `).valueOf(field);
    if (name === 'To' && !hasTag(headers, field)) writer.text(`;tag=${options.toTag ?? statelessTag(headers)}`);
    writer.text('\r\n');
  }
  writeOwnFields(writer, options.headers);
  const { bytes, head } = writer.end(NO_BODY, line.reasonEnd);
  return new SipResponse(bytes, head, line);
}

function asMessage(broken: SipMessage | SipFramingFailure | Uint8Array): SipMessage {
  if (broken instanceof SipFramingFailure) return parseSipMessage(broken.head);
  return broken instanceof Uint8Array ? parseSipMessage(broken) : broken;
}

/** Whether anything may be answered: not to a response, and not to an ACK, broken or not. */
export function isAnswerable(message: SipMessage): boolean {
  switch (message.type) {
    case 'request':
      return message.method !== 'ACK';
    case 'response':
      return false;
    case 'malformed':
      return message.looksLike === 'request' && !looksLikeAck(message.bytes, 0, message.head.startLineEnd);
  }
}

const CR = 0x0d;
const LF = 0x0a;

/** No control characters but the CRLF of a fold. */
function isClean(field: SipHeaderField): boolean {
  const value = field.rawValue;
  for (let i = 0; i < value.length; i++) {
    if (TEXT[value[i] as number] === 1) continue;
    const isFold = value[i] === CR && value[i + 1] === LF && (value[i + 2] === 0x20 || value[i + 2] === 0x09);
    if (!isFold) return false;
    i += 2;
  }
  return true;
}
