// node call-server.mjs --cert F --key F: a user agent server behind Portico's port that takes every call, for tests. Standard
// error says "listening on 127.0.0.1:P"; standard output has one JSON line with what happened, when it is told to end.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import {
  createBestEffortResponse,
  createResponse,
  createSipFramer,
  createTag,
  judgeRequest,
  keepAliveBytes,
  parseSipMessage,
} from '@portico/sip-codec';
import { dialogKey, receivedDialogId, sentDialogId, serverTransactionKey } from '@portico/sip-codec/routing';
import { listenForSip } from './sip-port.mjs';

/** Calls at once; more are answered with 486. */
const MAX_DIALOGS = 10_000;
const CAPABILITIES = {
  methods: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER'],
  extensions: [],
  mediaTypes: ['application/sdp'],
};

const { values } = parseArgs({ options: { cert: { type: 'string' }, key: { type: 'string' } } });
const counts = {
  invites: 0,
  retransmissions: 0,
  confirmed: 0,
  ended: 0,
  strays: 0,
  refused: 0,
  errors: 0,
  open: 0,
  registrations: 0,
};
/** From the key of a dialog to what it waits for. */
const dialogs = new Map();
/** From the key of an INVITE transaction to its final answer. */
const transactions = new Map();

const port = await listenForSip({
  cert: values.cert,
  key: values.key,
  handle: serve,
  report: () => ({ ...counts, open: dialogs.size }),
});

function serve(connection) {
  const framer = createSipFramer({ mode: 'stream', keepAlive: 'answer' });
  connection.on('error', () => {});
  connection.on('data', (chunk) => {
    for (const item of framer.push(chunk)) {
      if (item.type === 'keepalive-ping') connection.write(keepAliveBytes({ type: 'keepalive-pong' }));
      if (item.type === 'message') for (const answer of answers(parseSipMessage(item))) connection.write(answer.bytes);
      if (item.type !== 'error') continue;
      counts.errors++;
      connection.end(createBestEffortResponse(item, { status: item.recovery.answer ?? 400 })?.bytes);
    }
  });
}

function answers(message) {
  if (message.type === 'response') return [];
  const verdict = judgeRequest(message, CAPABILITIES);
  if (message.type !== 'request' || verdict.type !== 'process') {
    counts.refused++;
    if (verdict.type === 'drop') return [];
    const { status = 400, headers = [] } = verdict;
    return [createBestEffortResponse(message, { status, headers })].filter((answer) => answer !== null);
  }
  switch (message.method) {
    case 'INVITE':
      return invite(message);
    case 'ACK':
      return acknowledge(message);
    case 'BYE':
      return [bye(message)];
    case 'REGISTER':
      return [register(message)];
    case 'CANCEL':
      // Every call is answered at once: there is nothing to cancel (RFC 3261 section 9.2).
      return [createResponse(message, 481)];
    default:
      return [createResponse(message, 200, { headers: [['Allow', CAPABILITIES.methods.join(', ')]] })];
  }
}

function invite(message) {
  const transaction = serverTransactionKey(message)?.text;
  const before = transactions.get(transaction);
  if (before !== undefined) {
    counts.retransmissions++;
    return [before];
  }
  counts.invites++;
  if (dialogs.size >= MAX_DIALOGS) return [createResponse(message, 486, { toTag: createTag(randomBytes) })];
  const toTag = createTag(randomBytes);
  const headers = [['Contact', `<sip:127.0.0.1:${port};transport=tls>`]];
  const ringing = createResponse(message, 180, { toTag, headers });
  // The offer is its own answer: its bytes come back as they came.
  const answered = createResponse(message, 200, {
    toTag,
    headers: [...headers, ['Content-Type', 'application/sdp']],
    body: message.body,
  });
  const dialog = dialogKey(sentDialogId(answered));
  dialogs.set(dialog, { transaction, state: 'answered' });
  transactions.set(transaction, answered);
  return [ringing, answered];
}

function acknowledge(message) {
  const dialog = dialogs.get(dialogKey(receivedDialogId(message)));
  if (dialog?.state !== 'answered') counts.strays++;
  else {
    counts.confirmed++;
    dialog.state = 'confirmed';
    transactions.delete(dialog.transaction);
  }
  return [];
}

/** Says yes to a registration, and forgets it. */
function register(message) {
  counts.registrations++;
  const contacts = message.headers.texts('Contact').filter((text) => text !== '*');
  return createResponse(message, 200, { headers: contacts.map((text) => ['Contact', text]) });
}

function bye(message) {
  const key = dialogKey(receivedDialogId(message));
  if (!dialogs.delete(key)) {
    counts.strays++;
    return createResponse(message, 481);
  }
  counts.ended++;
  return createResponse(message, 200);
}
