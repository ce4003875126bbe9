// node test/conformance/client.mjs HOST PORT [--servername N] [--ca F] [--insecure] [--identity host|sip-domain]
//   [--ocsp ask|soft-fail|hard-fail] [--alpn a,b] [--alpn-required]
//   [--cert F --key F] [--cert F2 --key F2] [--sign-with a,b]
//   [--groups a,b] [--key-shares a,b|none] [--suites a,b] [--sigalgs a,b] [--cert-sigalgs a,b]
//   [--session-in F] [--session-out F] [--ticket-request NEW:RESUMED] [--across-names] [--early-data F]
//   [--psk IDENTITY:HEX] [--psk-hash sha256|sha384] [--psk-import CONTEXT] [--psk-ke] [--middlebox-compatibility on|off]
//   [--grease] [--permute-extensions] [--padding BLOCK|full] [--record-size-limit N] [--max-fragment N] [--limit NAME=N]
//   [--key-update none|send|request] [--send TEXT] [--reply TEXT] [--until TEXT] [--idle MS] [--timeout MS]
//   [--provider noble|noble-interpreted|node] [--keylog F] [--trace F]
//   [--export LABEL:LENGTH] [--export-early LABEL:LENGTH] [--export-context HEX]
//
// A TLS 1.3 client over the core alone, for anybody's server. Prints one JSON line, with what was received in it, and
// exits with 0 if the handshake was completed and nothing failed, 1 if not.
//
// --ocsp asks for a stapled OCSP response and judges the leaf's revocation by it; `ask` leaves it unjudged. --reply is sent
// when the first data comes. Without --send it closes at once, or when the ticket for --session-out has come; with it, when
// the server closes, when --until has come, or when the answer is followed by --idle milliseconds of silence. A session file
// is key material; --across-names offers it to a server of another name where its ticket allows that. --early-data sends a
// file's contents as 0-RTT where the session allows it, and never again; `earlyData` is how many bytes of it the server
// took. One --cert is shown to whoever asks; of several, the first that fits what the server asks for. --sign-with is what
// its key signs with, one for each --cert in the same order, and switches on what is off by default
// (rsa_pkcs1_sha256_legacy). --key-shares none sends no share and so waits for a HelloRetryRequest. --psk-import imports the
// keys with that context, in hexadecimal or empty (RFC 9258). --psk-ke offers psk_ke alone. --limit names a field of
// TlsLimits. --trace appends every record, message, alert and change of keys, sent and received, to a file as JSON lines.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createTlsClient, serializeSession } from '@portico/tls13-core';
import { choice, EXPORT_OPTIONS, exportRequests, number, readArguments, runMain } from './support/arguments.mjs';
import { CLIENT_OPTIONS, clientConfig } from './support/client-config.mjs';
import { useProvider } from './support/credentials.mjs';
import { Link } from './support/link.mjs';
import { ConnectionRecord } from './support/record.mjs';

/** More than this of what was received is counted and not printed. */
const MAX_PRINTED = 65_536;

/** Bytes of the OCSP responses that the server stapled. */
let stapled = [];

await runMain(async (argv) => {
  const { values, positionals } = readArguments(argv, {
    positionals: 2,
    options: {
      'key-update': { type: 'string', default: 'none' },
      send: { type: 'string' },
      reply: { type: 'string' },
      until: { type: 'string' },
      idle: { type: 'string', default: '500' },
      timeout: { type: 'string', default: '10000' },
      provider: { type: 'string' },
      ...CLIENT_OPTIONS,
      ...EXPORT_OPTIONS,
    },
  });
  await useProvider(values.provider);
  const [host, portText] = positionals;
  const port = number('port', portText, { min: 1, max: 65_535 });
  const record = new ConnectionRecord('client');
  const noteStapled = (lengths) => (stapled = lengths);
  const run = {
    connection: createTlsClient(await clientConfig(values, { host, record, noteStapled })),
    record,
    keyUpdate: choice('key-update', values['key-update'], ['none', 'send', 'request']),
    exporting: exportRequests(values),
    text: values.send,
    reply: values.reply,
    sessionOut: values['session-out'],
    earlyData: values['early-data'] === undefined ? null : readFileSync(values['early-data']),
    until: values.until,
    idle: number('idle', values.idle, { min: 0, max: 600_000 }),
    timeout: number('timeout', values.timeout, { min: 1, max: 600_000 }),
  };
  converse(connect({ host, port, allowHalfOpen: true }), run);
});

function converse(socket, run) {
  const { connection, record, keyUpdate, exporting, text, reply, until, idle, timeout, sessionOut, earlyData } = run;
  let received = '';
  let silence = null;
  const wait = text !== undefined || until !== undefined;
  let sentEarly = 0;
  const open = () => {
    record.noteExport(connection, exporting);
    if (keyUpdate !== 'none') link.updateKeys({ requestPeer: keyUpdate === 'request' });
    if (text !== undefined) link.send(Buffer.from(text));
    if (wait) return;
    if (sessionOut === undefined) link.close();
    else silence = setTimeout(() => link.close(), idle);
  };
  const hear = (data) => {
    if (received.length === 0 && reply !== undefined) link.send(Buffer.from(reply));
    if (received.length < MAX_PRINTED) received += Buffer.from(data).toString('latin1');
    clearTimeout(silence);
    if (until === undefined) silence = setTimeout(() => link.close(), idle);
    else if (received.includes(until)) link.close();
  };
  const keep = (session) => {
    // The first of them: each is for one connection.
    if (sessionOut === undefined || record.sessionTickets > 1) return;
    writeFileSync(sessionOut, serializeSession(session), { mode: 0o600 });
    if (!wait) link.close();
  };
  const link = new Link({
    connection,
    socket,
    record,
    onEvent: (event) => {
      if (event.type === 'handshake-complete') open();
      else if (event.type === 'early-data-accepted') record.earlyData = sentEarly;
      else if (event.type === 'data') hear(event.data);
      else if (event.type === 'session-ticket') keep(event.session);
      else if (event.type === 'peer-closed') link.close();
    },
    onEnd: () => {
      clearTimeout(silence);
      clearTimeout(limit);
      const line = { ...record.toJSON(), stapled, received: received.slice(0, MAX_PRINTED) };
      if (!line.ok) process.exitCode = 1;
      console.log(JSON.stringify(line));
    },
  });
  const limit = setTimeout(() => link.abort('time-limit'), timeout);
  if (earlyData !== null && connection.earlyDataRemaining >= earlyData.length) {
    sentEarly = earlyData.length;
    link.sendEarly(earlyData);
    record.noteEarlyExport(connection, exporting);
  }
}
