import type { HeaderInput } from '@portico/sip-codec';

/** What to say to a request; what an answer copies from its request is added to it. */
export interface Verdict {
  readonly status: number;
  /** By default the phrase of the status. */
  readonly reason?: string;
  readonly headers?: readonly HeaderInput[];
}

/** 420 with the option tags that are not supported, RFC 3261 section 8.2.2.3. */
export function badExtension(tags: readonly string[]): Verdict {
  return { status: 420, headers: [['Unsupported', tags.join(', ')]] };
}
