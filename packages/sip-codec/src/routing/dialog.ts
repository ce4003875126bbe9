import { asciiLowerCase } from '../grammar/text.js';
import { addressTag, FROM, TO } from '../headers/addresses.js';
import { CALL_ID } from '../headers/tokens.js';
import type { SipRequest, SipResponse } from '../message/message.js';

/** RFC 3261 section 12: a dialog as one of its ends sees it. */
export interface DialogId {
  /** Compared byte by byte (section 20.8). */
  readonly callId: string;
  /** Null for an end without one: an RFC 2543 client, or an answer that is still to come. */
  readonly localTag: string | null;
  readonly remoteTag: string | null;
}

/**
 * The dialog that a message belongs to, for the one who received it: the local tag is that of To in a request, and that of
 * From in a response (RFC 3261 section 12). Null where From, To or Call-ID are missing or broken.
 */
export function receivedDialogId(message: SipRequest | SipResponse): DialogId | null {
  const { headers } = message;
  const callId = headers.readIfValid(CALL_ID);
  const from = headers.readIfValid(FROM);
  const to = headers.readIfValid(TO);
  if (callId === undefined || from === undefined || to === undefined) return null;
  const [fromTag, toTag] = [addressTag(from) ?? null, addressTag(to) ?? null];
  return message.type === 'request'
    ? { callId, localTag: toTag, remoteTag: fromTag }
    : { callId, localTag: fromTag, remoteTag: toTag };
}

/** As receivedDialogId, for the one who sends the message. */
export function sentDialogId(message: SipRequest | SipResponse): DialogId | null {
  const id = receivedDialogId(message);
  return id && { callId: id.callId, localTag: id.remoteTag, remoteTag: id.localTag };
}

/** A text that two identifiers share if they are of one dialog. Tags are tokens, and compared without case. */
export function dialogKey({ callId, localTag, remoteTag }: DialogId): string {
  const tag = (text: string | null): string => (text === null ? '' : `=${asciiLowerCase(text)}`);
  // Neither a Call-ID nor a tag holds a space.
  return `${callId} ${tag(localTag)} ${tag(remoteTag)}`;
}
