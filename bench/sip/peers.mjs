// The SIP parsers of npm that ours is measured beside. Each gets the input form that its own transport gives it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** npm `sip`: frames a stream of binary strings and parses on the way. */
export function createSipStreamParser(onMessage) {
  const sip = require('sip');
  const parse = sip.makeStreamParser(
    onMessage,
    () => {
      throw new Error('sip: flood');
    },
    1 << 20,
    1 << 20,
  );
  return (chunk) => parse(chunk.latin1Slice(0, chunk.length));
}

/** Parsers of single messages: `parse(buffer)` returns something or throws. */
export async function messageParsers() {
  const sip = require('sip');
  const drachtioParser = require('drachtio-srf/lib/sip-parser/parser');
  const jssipParser = require('jssip/lib/Parser');
  const { Parser: sipJsParser } = await import('sip.js/lib/core/messages/parser.js');
  const quiet = { debug() {}, log() {}, warn() {}, error() {} };
  return [
    { name: 'sip', parse: (message) => sip.parse(message) },
    { name: 'drachtio-srf', parse: (message) => drachtioParser.parseSipMessage(message.toString('utf8'), true) },
    { name: 'jssip', parse: (message) => jssipParser.parseMessage(message.toString('utf8'), {}) },
    { name: 'sip.js', parse: (message) => sipJsParser.parseMessage(message.toString('utf8'), quiet) },
  ];
}
