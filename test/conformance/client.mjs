// node test/conformance/client.mjs HOST PORT [--servername N] [--ca F] [--alpn a,b] [--alpn-required]
//   [--identity host|sip-domain] [--cert F --key F] [--cert F2 --key F2] [--groups a,b] [--key-shares a] [--suites a,b] [--sigalgs a,b]
//   [--key-update none|send|request] [--send TEXT] [--reply TEXT] [--until TEXT] [--idle MS] [--timeout MS]
//   [--provider noble|noble-interpreted|node]
//   [--session-in F] [--session-out F] [--early-data F] [--psk IDENTITY:HEX] [--psk-ke] [--keylog F] [--insecure]
//   [--export LABEL:LENGTH] [--ocsp ask|soft-fail|hard-fail]
//   [--grease] [--permute-extensions] [--padding BLOCK|full] [--record-size-limit N] [--max-fragment N]
//
// --ocsp asks for a stapled OCSP response and judges the leaf's revocation by it; `ask` leaves it unjudged.
// A TLS 1.3 client over the core alone, for anybody's server. Prints one JSON line, with what was received in it, and
// exits with 0 if the handshake was completed and nothing failed, 1 if not. --reply is sent when the first data comes. Without --send it closes at once, or when the
// ticket for --session-out has come; with it, when the server closes, when --until has come, or when the answer is
// followed by --idle milliseconds of silence. A session file is key material. --early-data sends a file's contents as
// 0-RTT where the session allows it, and never again; `earlyData` is how many bytes of it the server took. One --cert is
// shown to whoever asks; of several, the first that fits what the server asks for.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import {
  clientEarlyData,
  createTlsClient,
  firstFittingCredential,
  ocspStatus,
  parseSession,
  permutedExtensions,
  serializeSession,
} from '@portico/tls13-core';
import {
  choice,
  exportRequest,
  externalPsks,
  groupNames,
  list,
  number,
  present,
  readArguments,
  runMain,
  UsageError,
} from './support/arguments.mjs';
import {
  credentialFromFiles,
  keyLogTo,
  provider,
  useProvider,
  verifierFromFile,
  verifierFromHost,
} from './support/credentials.mjs';
import { Link } from './support/link.mjs';
import { RECORD_OPTIONS, recordConfig } from './support/record-options.mjs';
import { ConnectionRecord } from './support/record.mjs';

/** More than this of what was received is counted and not printed. */
const MAX_PRINTED = 65_536;

await runMain(async (argv) => {
  const { values, positionals } = readArguments(argv, {
    positionals: 2,
    options: {
      servername: { type: 'string' },
      ca: { type: 'string' },
      alpn: { type: 'string' },
      'alpn-required': { type: 'boolean', default: false },
      identity: { type: 'string', default: 'host' },
      cert: { type: 'string', multiple: true },
      key: { type: 'string', multiple: true },
      groups: { type: 'string' },
      'key-shares': { type: 'string' },
      suites: { type: 'string' },
      sigalgs: { type: 'string' },
      'key-update': { type: 'string', default: 'none' },
      send: { type: 'string' },
      reply: { type: 'string' },
      until: { type: 'string' },
      idle: { type: 'string', default: '500' },
      timeout: { type: 'string', default: '10000' },
      provider: { type: 'string' },
      keylog: { type: 'string' },
      export: { type: 'string' },
      'session-in': { type: 'string' },
      'session-out': { type: 'string' },
      insecure: { type: 'boolean', default: false },
      'early-data': { type: 'string' },
      psk: { type: 'string', multiple: true },
      'psk-ke': { type: 'boolean', default: false },
      ocsp: { type: 'string' },
      'permute-extensions': { type: 'boolean', default: false },
      ...RECORD_OPTIONS,
    },
  });
  await useProvider(values.provider);
  const [host, portText] = positionals;
  const port = number('port', portText, { min: 1, max: 65_535 });
  const record = new ConnectionRecord('client');
  const credentials = ownCredentials(values);
  const run = {
    connection: createTlsClient(await clientConfig(values, host, selection(credentials, record))),
    record,
    keyUpdate: choice('key-update', values['key-update'], ['none', 'send', 'request']),
    exporting: exportRequest(values.export),
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
  }
}

function ownCredentials({ cert = [], key = [] }) {
  if (cert.length !== key.length) throw new UsageError('--cert and --key belong together');
  return cert.map((path, index) => credentialFromFiles(path, key[index]));
}

/** Which of them a server that asks gets, with a note in the record. */
function selection(credentials, record) {
  if (credentials.length === 0) return undefined;
  const choose = credentials.length === 1 ? () => credentials[0] : firstFittingCredential(credentials);
  return (request) => {
    const credential = choose(request);
    record.ownCertificate = credential?.certificateChain[0] ?? null;
    return credential;
  };
}

async function clientConfig(values, host, selectCredential) {
  const serverName = values.servername ?? host;
  const alpn = list(values.alpn);
  if (alpn === undefined && values['alpn-required']) throw new UsageError('--alpn-required needs --alpn');
  return {
    provider,
    serverName,
    verifyPeer: await verifyPeer(values, serverName),
    ...recordConfig(values),
    ...present({
      extensionOrder: values['permute-extensions'] ? permutedExtensions : undefined,
      alpn: alpn === undefined ? undefined : { protocols: alpn, required: values['alpn-required'] },
      groups: groupNames(values.groups),
      keyShares: groupNames(values['key-shares']),
      cipherSuites: list(values.suites),
      signatureSchemes: list(values.sigalgs),
      keyLog: keyLogTo(values.keylog),
      selectCredential,
      ...resumption(values, serverName),
      externalPsks: externalPsks(values.psk),
      certificateStatus: values.ocsp === undefined ? undefined : ocspStatus,
      pskModes: values['psk-ke'] ? ['psk_ke'] : undefined,
      earlyData: values['early-data'] === undefined ? undefined : clientEarlyData(),
    }),
  };
}

/** A session is bound to everything on the command line that says whom to trust and who we are. */
function resumption({ 'session-in': from, 'session-out': to, ...values }, serverName) {
  if (from === undefined && values['early-data'] !== undefined) throw new UsageError('--early-data needs --session-in');
  if (from === undefined && to === undefined) return {};
  const { insecure, ca, identity, cert = [], ocsp } = values;
  const files = [ca, ...cert].map((path) => (path === undefined ? null : readFileSync(path, 'latin1')));
  const bound = JSON.stringify([insecure, identity, serverName, ocsp, ...files]);
  return {
    resumption: { now: () => Date.now(), policy: createHash('sha256').update(bound).digest('hex') },
    ...present({ session: from === undefined ? undefined : parseSession(new Uint8Array(readFileSync(from))) }),
  };
}

/** Bytes of the OCSP responses that the server stapled. */
let stapled = [];

async function verifyPeer(values, serverName) {
  const judge = await verifierFor(values, serverName);
  return (peer) => {
    stapled = (peer.ocspResponses ?? []).map(({ length }) => length);
    return judge(peer);
  };
}

async function verifierFor({ insecure, ca, identity, ocsp = 'ask' }, serverName) {
  if (insecure) return () => ({ trusted: true });
  const revocation = choice('ocsp', ocsp, ['ask', 'soft-fail', 'hard-fail']);
  const reference =
    choice('identity', identity, ['host', 'sip-domain']) === 'host'
      ? isIP(serverName) === 0
        ? { type: 'dns', name: serverName }
        : { type: 'ip', address: serverName }
      : { type: 'sip-domain', domain: serverName };
  return ca === undefined ? await verifierFromHost(reference, revocation) : verifierFromFile(ca, reference, revocation);
}
