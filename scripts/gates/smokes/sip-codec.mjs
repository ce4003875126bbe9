import { createSipFramer } from '@portico/sip-codec';

const REQUEST =
  'OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/TLS a.example;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n' +
  'From: <sip:a@a.example>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: 1@a.example\r\nCSeq: 1 OPTIONS\r\n' +
  'Content-Length: 4\r\n\r\nbody';

export function run() {
  const framer = createSipFramer({ mode: 'stream' });
  const bytes = Array.from(REQUEST, (character) => Uint8Array.of(character.charCodeAt(0)));
  const items = bytes.flatMap((byte) => [...framer.push(byte)]);
  if (items.length !== 1) throw new Error(`${items.length} items instead of one message`);
}
