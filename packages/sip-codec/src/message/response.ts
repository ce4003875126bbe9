import { SipError } from '../error.js';
import { addressTag, TO } from '../headers/addresses.js';
import type { SipHeaderField } from './head.js';
import type { SipHeaders } from './headers.js';
import { SipResponse, type SipRequest } from './message.js';
import { headerKey } from './header-name.js';
import { reasonPhrase } from './reason-phrases.js';
import { SIP_VERSION, type StatusLine } from './start-line.js';
import { statelessTag } from './tag.js';
import { topViaWithSource, type SourceAddress } from './via-source.js';
import { checkReason, checkStatus, checkToken, MessageWriter, type HeaderInput } from './write.js';

export interface ResponseOptions {
  /** Default: the phrase of RFC 3261 section 21. */
  readonly reason?: string;
  /** Further fields, in order, after the copied ones; none of these, and never Content-Length. */
  readonly headers?: readonly HeaderInput[];
  readonly body?: Uint8Array;
  /** The To tag where the request has none. */
  readonly toTag?: string;
  /** Where the request came from: received and rport are filled in (RFC 3261 section 18.2.1, RFC 3581 section 4). */
  readonly source?: SourceAddress;
}

const NO_BODY = new Uint8Array(0);

/** Requests that begin a dialog: RFC 3261 section 12, RFC 6665 section 4.4, RFC 3515. */
const DIALOG_METHODS: readonly string[] = ['INVITE', 'SUBSCRIBE', 'REFER'];

/**
 * A response, RFC 3261 section 8.2.6: Via, From, To, Call-ID and CSeq are copied byte for byte but for folds, with a To tag on all but
 * 100; Timestamp on 100; Record-Route where the response begins a dialog (section 12.1.1). Without `toTag` the tag is
 * derived from the request, as a stateless UAS must (section 8.2.7); a response that begins a dialog needs one of the
 * caller's own, since such tags must not be guessed (section 19.3).
 * @throws SipError `invalid-argument`, `line-break-in-value`
 */
export function createResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  checkStatus(status);
  const reason = options.reason ?? reasonPhrase(status);
  checkReason(reason);
  const headers = request.headers;
  const writer = new MessageWriter();
  const line = writeStatusLine(writer, status, reason);

  headers.all('Via').forEach((field, index) => {
    writer.copy('Via', index === 0 && options.source ? topViaWithSource(field, options.source) : field);
  });
  const beginsDialog = status > 100 && status < 300 && DIALOG_METHODS.includes(request.method);
  if (beginsDialog) for (const field of headers.all('Record-Route')) writer.copy('Record-Route', field);
  writeFirst(writer, 'From', headers);
  const [to] = headers.all('To');
  if (to !== undefined) {
    writer.mark().text('To: ').valueOf(to);
    if (status > 100 && !hasTag(headers, to)) writer.text(';tag=').text(toTagFor(request, beginsDialog, options.toTag));
    writer.text('\r\n');
  }
  writeFirst(writer, 'Call-ID', headers);
  writeFirst(writer, 'CSeq', headers);
  if (status === 100) writeFirst(writer, 'Timestamp', headers);
  writeOwnFields(writer, options.headers);

  const { bytes, head } = writer.end(options.body ?? NO_BODY, line.reasonEnd);
  return new SipResponse(bytes, head, line);
}

/** What comes from the request, by their keys (section 8.2.6.2): a second one would make another answer of it to some. */
const COPIED_FIELDS: readonly string[] = ['via', 'from', 'to', 'call-id', 'cseq'];

/**
 * The fields that the caller adds.
 * @throws SipError `invalid-argument` for one that is copied from the request, or Content-Length; `line-break-in-value`
 */
export function writeOwnFields(writer: MessageWriter, headers: readonly HeaderInput[] = []): void {
  for (const [name, value] of headers) {
    if (COPIED_FIELDS.includes(headerKey(name))) {
      throw new SipError('invalid-argument', { field: name, expected: 'a field that is not copied', got: value });
    }
    writer.header(name, value);
  }
}

/** The Status-Line of a response of ours, with a reason that was checked. */
export function writeStatusLine(writer: MessageWriter, status: number, reason: string): StatusLine {
  const front = `${SIP_VERSION} ${status} `;
  const reasonStart = front.length;
  const reasonEnd = writer.text(front).text(reason).length;
  writer.text('\r\n');
  return { type: 'response', version: SIP_VERSION, status, reasonStart, reasonEnd };
}

/**
 * Whether To, of which this is the field to copy, has a tag. One that cannot be read has it where nothing else can be
 * meant: behind the last bracket, and not in quotes. In doubt it gets one more: it is not in a dialog of ours.
 */
export function hasTag(headers: SipHeaders, field: SipHeaderField): boolean {
  const to = headers.readIfValid(TO);
  if (to !== undefined) return addressTag(to) !== undefined;
  const behind = field.value.slice(field.value.lastIndexOf('>') + 1);
  return !behind.includes('"') && /;\s*tag\s*=/i.test(behind);
}

function toTagFor(request: SipRequest, beginsDialog: boolean, given: string | undefined): string {
  if (given !== undefined) {
    checkToken('toTag', given);
    return given;
  }
  if (!beginsDialog) return statelessTag(request.headers);
  throw new SipError('invalid-argument', {
    field: 'toTag',
    rule: 'RFC 3261 section 19.3',
    expected: 'a random tag, because this response begins a dialog',
    got: 'none',
  });
}

function writeFirst(writer: MessageWriter, name: string, headers: SipHeaders): void {
  const [first] = headers.all(name);
  if (first !== undefined) writer.copy(name, first);
}
