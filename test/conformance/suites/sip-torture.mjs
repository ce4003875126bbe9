// npm run conformance -- sip-torture DIR CSV [--mode datagram|stream] [--json OUT]
// Scores every column of a verdict table: framing, messages, error_level, fault, uas_status, lenient_ok and check.
// The file names and verdicts come from the table, what we say comes from the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONTACT,
  CONTENT_LENGTH,
  createBestEffortResponse,
  createResponse,
  createSipFramer,
  CSEQ,
  findFaults,
  findUnsupported,
  FROM,
  getParameter,
  judgeRequest,
  judgeResponse,
  MAX_FORWARDS,
  parseSipMessage,
  ROUTE,
  SipError,
  TO,
  unescapeUri,
  uriParameter,
  VIA,
} from '@portico/sip-codec';
import { Report, UsageError } from '../support/report.mjs';
import { frame, parseArguments, parseCsv } from '../support/sip-messages.mjs';

const USAGE = 'usage: sip-torture DIR CSV [--mode datagram|stream] [--json OUT]';

/** An endpoint that is UAS, registrar and UAC: it serves the methods of RFC 3261 and MESSAGE, and knows SDP and text. */
const ENDPOINT = {
  methods: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'MESSAGE'],
  extensions: [],
  mediaTypes: ['application/sdp', 'text/plain', 'multipart/mixed', 'multipart/signed'],
  answerTypes: ['application/sdp'],
};

const SOURCE = { address: '192.0.2.200', port: 40_000 };

/** Where a strict reader stops comes first. */
const LEVELS = ['framing', 'start-line', 'uri', 'header', 'semantic'];

export function run(args) {
  const { positional, options } = parseArguments(args, ['mode'], USAGE);
  const [folder, table] = positional;
  if (folder === undefined || table === undefined) throw new UsageError(USAGE);
  const report = new Report('sip-torture');
  const columns = {};
  for (const row of parseCsv(readFileSync(table, 'utf8'))) {
    const mode = row.get('mode');
    if (options.mode !== undefined && options.mode !== mode) continue;
    const seen = look(new Uint8Array(readFileSync(join(folder, row.get('file')))), mode);
    for (const { column, expected, got, verdict } of score(row, seen)) {
      columns[column] ??= { passed: 0, failed: 0, skipped: 0 };
      columns[column][verdict]++;
      const id = `${row.get('file')} ${mode} ${column}`;
      if (verdict === 'skipped') report.skip(got);
      else if (verdict === 'passed') report.check(id, got, got);
      else report.check(id, expected, `${got} (not accepted)`);
    }
  }
  return { ...report.toJSON(), columns };
}

/** Everything that the codec says about the bytes. */
function look(bytes, mode) {
  const items = frame(mode, [bytes]);
  const messages = items.filter((item) => item.type === 'message');
  const failure = items.find((item) => item.type === 'error');
  const framing = messages.length > 0 ? 'message' : failure === undefined ? 'incomplete' : 'error';
  if (framing === 'message') return { framing, count: messages.length, ...judge(parseSipMessage(messages[0])) };

  // The connection stays open: what was asked of the framer so far is all. At the end it names what was missing.
  const last = failure ?? endOf(bytes, mode);
  const head = last === undefined ? undefined : parseSipMessage(last.head);
  const field = last?.error.field;
  const inside =
    head === undefined || failure === undefined ? [] : findFaults(head).filter((f) => f.level === 'header');
  const fields = field === undefined ? inside.map((fault) => fault.field) : [field];
  const answer = failure === undefined ? null : answerToFailure(failure);
  return { framing, count: 0, level: 'framing', fields, verdict: answer };
}

function endOf(bytes, mode) {
  const framer = createSipFramer({ mode });
  framer.push(bytes);
  return framer.end()[0];
}

function answerToFailure(failure) {
  if (failure.recovery.answer === null) return 'drop';
  const response = createBestEffortResponse(failure, { status: failure.recovery.answer, source: SOURCE });
  return response === null ? 'drop' : String(response.status);
}

/** Faults, the answer, and the message itself. */
function judge(message) {
  const faults = [...findFaults(message), ...unsupported(message)];
  let verdict;
  if (message.type === 'response' || (message.type === 'malformed' && message.looksLike === 'response')) {
    const outcome = message.type === 'response' ? judgeResponse(message) : { type: 'drop', error: message.error };
    if (outcome.type === 'drop' && !faults.some((fault) => fault.field === outcome.error.field))
      faults.push(outcome.error);
    verdict = outcome.type;
  } else {
    const outcome = judgeRequest(message, ENDPOINT);
    verdict = outcome.type === 'answer' ? builtStatus(message, outcome) : outcome.type;
  }
  const level = LEVELS.find((name) => faults.some((fault) => fault.level === name)) ?? 'none';
  const atLevel = faults.filter((fault) => level === 'semantic' || fault.level !== 'semantic');
  return { message, level, fields: atLevel.map((fault) => fault.field), verdict };
}

function unsupported(message) {
  return message.type === 'request' ? findUnsupported(message, ENDPOINT) : [];
}

/** The status that stands in the response which is really built, provided that it can be framed and read again. */
function builtStatus(message, { status, headers }) {
  const response =
    message.type === 'request'
      ? createResponse(message, status, { headers, source: SOURCE })
      : createBestEffortResponse(message, { status, headers, source: SOURCE });
  if (response === null) return 'drop';
  const [item] = frame('stream', [response.bytes]);
  const again = item?.type === 'message' ? parseSipMessage(item) : undefined;
  return again?.type === 'response' && again.status === status ? String(status) : 'a response that cannot be read';
}

/** One verdict for each scored column, and one for each pair of `check`. */
function score(row, seen) {
  const verdicts = [];
  const compare = (column, expected, got, right) => {
    verdicts.push({ column, expected, got: String(got), verdict: right ? 'passed' : 'failed' });
  };
  for (const [column, got] of [
    ['framing', seen.framing],
    ['messages', String(seen.count)],
    ['error_level', seen.level],
    ['fault', set(seen.fields)],
  ]) {
    const expected = column === 'fault' ? set(row.get('fault').split(';')) : row.get(column);
    compare(column, expected, got, expected === got);
  }
  const statuses = row.get('uas_status').split('|');
  if (row.get('uas_status') !== '') {
    compare(
      'uas_status',
      row.get('uas_status'),
      seen.verdict,
      statuses.some((status) => answers(status, seen.verdict)),
    );
  }
  if (row.get('lenient_ok') === 'no') compare('lenient_ok', 'not processed', seen.verdict, seen.verdict !== 'process');

  // A strict reader may hand over nothing of what is broken; all else has to be right.
  const mayWithhold = ['start-line', 'header', 'uri'].includes(row.get('error_level'));
  for (const pair of row
    .get('check')
    .split(';')
    .filter((text) => text !== '')) {
    const at = pair.indexOf('=');
    const [key, wanted] = [pair.slice(0, at), decode(pair.slice(at + 1))];
    const got = lookUp(seen.message, key, wanted);
    if (got === BROKEN && mayWithhold) {
      verdicts.push({ column: 'check', expected: pair, got: 'not handed over by a strict reader', verdict: 'skipped' });
    } else compare('check', pair, got, same(key, wanted, got));
  }
  return verdicts;
}

/** Ignoring a field means to go on. */
function answers(status, verdict) {
  return status === verdict || (status === 'ignore-field' && verdict === 'process');
}

function set(fields) {
  return [...new Set(fields.filter((field) => field !== '' && field !== undefined))].sort().join(';');
}

/** The part of the message that the key asks for cannot be read. */
const BROKEN = Symbol('broken');

function lookUp(message, key, wanted) {
  try {
    return find(message, key, wanted);
  } catch (error) {
    if (error instanceof SipError) return BROKEN;
    throw error;
  }
}

/** Absent is '-'; octets are in a string of one character each. */
function find(message, key, wanted) {
  const { headers } = message;
  const [name, detail] = key.includes(':') ? [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)] : [key];
  const contact = () => {
    const contacts = headers.read(CONTACT) ?? [];
    return contacts === '*' ? undefined : contacts[0];
  };
  const uri = () => (message.type === 'request' ? message.uri : fail());
  const via = () => headers.read(VIA)?.[0];
  switch (name) {
    case 'method':
      return message.type === 'request' ? message.method : fail();
    case 'status':
      return message.type === 'response' ? message.status : fail();
    case 'reason':
      return message.type === 'response' ? octets(message.reason) : fail();
    case 'call_id':
      return octets(headers.text('Call-ID'));
    case 'body_length':
      return message.body.length;
    case 'cseq_number':
      return headers.read(CSEQ)?.number;
    case 'max_forwards':
      return headers.read(MAX_FORWARDS);
    case 'content_length':
      return headers.read(CONTENT_LENGTH);
    case 'contacts': {
      const contacts = headers.read(CONTACT) ?? [];
      return contacts === '*' ? 1 : contacts.length;
    }
    case 'vias':
      return (headers.read(VIA) ?? []).length;
    case 'routes':
      return (headers.read(ROUTE) ?? []).length;
    case 'header_count':
      return headers.count(detail);
    case 'unknown_header':
      return headers.has(wanted) ? wanted : undefined;
    case 'to_display':
      return octets(headers.read(TO)?.displayName);
    case 'from_user_decoded':
      return user(headers.read(FROM)?.uri);
    case 'ruri_user_decoded':
      return user(uri());
    case 'ruri_host':
      return uri().host?.text;
    case 'ruri_port':
      return uri().port;
    case 'via0_transport':
      return via()?.transport;
    case 'via0_received':
      return via() === undefined ? undefined : getParameter(via().parameters, 'received');
    case 'uri_params': {
      const value = contact() === undefined ? undefined : uriParameter(contact().uri, detail);
      return value === null ? '' : value === undefined ? undefined : latin1(unescapeUri(value));
    }
    case 'contact_param': {
      const value = contact() === undefined ? undefined : getParameter(contact().parameters, detail);
      return value === null ? '' : value;
    }
    default:
      throw new Error(`unknown check key ${key}`);
  }
}

function fail() {
  throw new SipError('invalid-argument');
}

function user(uri) {
  return uri?.type === 'sip' && uri.user !== null ? latin1(unescapeUri(uri.user)) : undefined;
}

function same(key, wanted, got) {
  if (got === BROKEN) return false;
  const text = got === undefined || got === null ? '-' : String(got);
  if (key === 'ruri_host' || key === 'via0_received') return bare(text) === bare(wanted);
  return text === wanted;
}

function bare(host) {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

/** `%XX` once, as octets. */
function decode(text) {
  return latin1(unescapeUri(text));
}

function octets(text) {
  return text === undefined || text === null ? undefined : Buffer.from(text, 'utf8').toString('latin1');
}

function latin1(bytes) {
  return Buffer.from(bytes).toString('latin1');
}
