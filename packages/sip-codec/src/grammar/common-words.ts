/** Words that most messages hold: there is one string for each, so that none has to be made. */
// prettier-ignore
const COMMON_WORDS: readonly string[] = [
  'SIP', '2.0', 'SIP/2.0', 'UDP', 'TCP', 'TLS', 'WS', 'WSS', 'sip', 'sips', 'tel', 'udp', 'tcp', 'tls', 'ws', 'wss',
  'branch', 'rport', 'received', 'alias', 'maddr', 'ttl', 'keep', 'tag', 'expires', 'q', 'reg-id', '+sip.instance',
  'transport', 'lr', 'ob', 'user', 'phone', 'gr', 'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'MESSAGE',
  'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'PRACK', 'UPDATE', 'REFER',
];

const SLOTS = 512;

/** By hash; of two words with one hash the later one goes without. */
const TABLE: readonly string[] = /* @__PURE__ */ table();

function table(): readonly string[] {
  const words: string[] = Array.from({ length: SLOTS }, () => '');
  for (const word of COMMON_WORDS) {
    const slot = hash(word.length, word.charCodeAt(0), word.charCodeAt(word.length - 1));
    if (words[slot] === '') words[slot] = word;
  }
  return words;
}

function hash(length: number, first: number, last: number): number {
  return (length * 61 + first * 7 + last * 3) & (SLOTS - 1);
}

/** The word at `start`..`end`, which is not empty, if it is one of the common ones in just this spelling. */
export function commonWordAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  const word = TABLE[hash(length, bytes[start] as number, bytes[end - 1] as number)] as string;
  if (word.length !== length) return undefined;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return undefined;
  return word;
}
