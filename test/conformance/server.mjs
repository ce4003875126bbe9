// node test/conformance/server.mjs --port P --cert F --key F [--cert F2 --key F2] [--alpn a,b] [--alpn-required]
//   [--alpn-preference server|client] [--alias sip=sip/2] [--no-overlap alert|continue] [--sniff on|off]
//   [--client-auth none|request|require --ca F] [--groups a,b] [--suites a,b] [--sigalgs a,b]
//   [--tickets N] [--ticket-key NAME:HEX] [--ticket-lifetime SECONDS] [--early-data BYTES] [--psk IDENTITY:HEX] [--psk-ke]
//   [--ocsp F] [--app http|echo|discard]
//   [--cookie none|when-needed|always] [--grease] [--padding BLOCK|full] [--record-size-limit N] [--max-fragment N]
//   [--key-update none|send|request] [--provider noble|noble-interpreted|node] [--keylog F] [--once]
//   [--export LABEL:LENGTH]
//
// A TLS 1.3 server on 127.0.0.1 over the core alone, for anybody's client. Standard output has one JSON line for each
// connection, when it ends; standard error says "listening on 127.0.0.1:P" (--port 0 takes a free one).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { bytesEqual } from '@portico/bytes';
import {
  createCookieProtector,
  createReplayStore,
  createTicketProtector,
  createTlsServer,
  parseServerConfig,
  serverEarlyData,
} from '@portico/tls13-core';
import { APPS } from './support/apps.mjs';
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
  authorityNames,
  credentialFromFiles,
  keyLogTo,
  provider,
  useProvider,
  verifierFromFile,
} from './support/credentials.mjs';
import { Link } from './support/link.mjs';
import { RECORD_OPTIONS, recordConfig } from './support/record-options.mjs';
import { ConnectionRecord } from './support/record.mjs';
import { createSniffer } from './support/sniffer.mjs';

const IDLE_MS = 60_000;

await runMain(async (argv) => {
  const { values } = readArguments(argv, {
    options: {
      port: { type: 'string' },
      cert: { type: 'string', multiple: true },
      key: { type: 'string', multiple: true },
      alpn: { type: 'string' },
      'alpn-required': { type: 'boolean', default: false },
      'alpn-preference': { type: 'string', default: 'server' },
      alias: { type: 'string', multiple: true, default: [] },
      'no-overlap': { type: 'string', default: 'alert' },
      sniff: { type: 'string', default: 'off' },
      'client-auth': { type: 'string', default: 'none' },
      ca: { type: 'string' },
      groups: { type: 'string' },
      suites: { type: 'string' },
      sigalgs: { type: 'string' },
      ocsp: { type: 'string', multiple: true, default: [] },
      app: { type: 'string', default: 'http' },
      tickets: { type: 'string' },
      'ticket-key': { type: 'string', multiple: true },
      'ticket-lifetime': { type: 'string', default: '7200' },
      'early-data': { type: 'string' },
      psk: { type: 'string', multiple: true },
      'psk-ke': { type: 'boolean', default: false },
      'key-update': { type: 'string', default: 'none' },
      cookie: { type: 'string', default: 'none' },
      ...RECORD_OPTIONS,
      provider: { type: 'string' },
      keylog: { type: 'string' },
      export: { type: 'string' },
      once: { type: 'boolean', default: false },
    },
  });
  await useProvider(values.provider);
  const port = number('port', values.port ?? '', { min: 0, max: 65_535 });
  const app = APPS[choice('app', values.app, Object.keys(APPS))];
  const keyUpdate = choice('key-update', values['key-update'], ['none', 'send', 'request']);
  const aliases = readAliases(values.alias);
  const config = parseServerConfig(serverConfig(values, aliases));
  const exporting = exportRequest(values.export);
  const sniffing = choice('sniff', values.sniff, ['on', 'off']) === 'on';
  const sniffer = sniffing ? await createSniffer() : null;

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (values.once) server.close();
    serve({ socket, config, app, keyUpdate, exporting, aliases, sniffer, answersEarly: values.app === 'echo' });
  });
  server.on('error', (error) => {
    console.error(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, '127.0.0.1', () => console.error(`listening on 127.0.0.1:${server.address().port}`));
});

function serve({ socket, config, app, keyUpdate, exporting, aliases, sniffer, answersEarly }) {
  const record = new ConnectionRecord('server');
  // What comes as early data waits for the end of the handshake, unless it is only echoed.
  const early = [];
  let answer = null;
  const connection = createTlsServer(config);
  const open = () => {
    record.noteExport(connection, exporting);
    const { alpn, alpnOffered } = record.toJSON();
    record.route = aliases.get(alpn) ?? alpn;
    answer = app(link, record);
    if (sniffer !== null && !alpnOffered) answer = sniffer({ link, record, answer });
    if (keyUpdate !== 'none') link.updateKeys({ requestPeer: keyUpdate === 'request' });
    for (const data of early) answer(data);
  };
  const link = new Link({
    connection,
    socket,
    record,
    onEvent: (event) => {
      if (event.type === 'handshake-complete') open();
      else if (event.type === 'early-data' && answersEarly) link.sendEarlyAnswer(event.data);
      else if (event.type === 'early-data') early.push(event.data);
      else if (event.type === 'data') answer(event.data);
      else if (event.type === 'peer-closed') link.close();
    },
    onEnd: () => {
      clearTimeout(limit);
      console.log(JSON.stringify(record));
    },
  });
  const limit = setTimeout(() => link.abort('time-limit'), IDLE_MS);
  socket.on('data', () => limit.refresh());
}

function serverConfig(values, aliases) {
  const { cert: certificates = [], key: keys = [] } = values;
  const psks = externalPsks(values.psk);
  if (certificates.length !== keys.length || (certificates.length === 0 && psks === undefined)) {
    throw new UsageError('as many --key as --cert are needed, and at least one, or --psk');
  }
  const mode = choice('client-auth', values['client-auth'], ['none', 'request', 'require']);
  if (mode !== 'none' && values.ca === undefined) throw new UsageError('--client-auth needs --ca');
  return {
    provider,
    credentials: certificates.map((path, index) => credentialFromFiles(path, keys[index], values.ocsp[index])),
    ...recordConfig(values),
    ...present({
      helloRetry: helloRetryConfig(values),
      alpn: alpnConfig(values, aliases),
      groups: groupNames(values.groups),
      cipherSuites: list(values.suites),
      signatureSchemes: list(values.sigalgs),
      keyLog: keyLogTo(values.keylog),
      tickets: ticketConfig(values),
      externalPsks: psks && ((identity) => psks.find((psk) => bytesEqual(psk.identity, identity)) ?? null),
      pskModes: values['psk-ke'] ? ['psk_dhe_ke', 'psk_ke'] : undefined,
      clientAuthentication:
        mode === 'none'
          ? undefined
          : {
              mode,
              verifyPeer: verifierFromFile(values.ca),
              certificateAuthorities: authorityNames(values.ca),
              policy: createHash('sha256').update(readFileSync(values.ca)).digest('hex'),
            },
    }),
  };
}

/** Cookies are good for as long as the process lives. */
function helloRetryConfig({ cookie }) {
  const demand = choice('cookie', cookie, ['none', 'when-needed', 'always']);
  if (demand === 'none') return undefined;
  const keys = [{ name: 'process', key: provider.random(32) }];
  return { demand, cookies: createCookieProtector({ provider, keys, now: () => Date.now() }) };
}

/** Without `--ticket-key` tickets are good for as long as the process lives. */
function ticketConfig({ tickets, 'ticket-key': keys, 'ticket-lifetime': lifetime, 'early-data': earlyData }) {
  if (tickets === undefined) {
    if (keys !== undefined) throw new UsageError('--ticket-key needs --tickets');
    if (earlyData !== undefined) throw new UsageError('--early-data needs --tickets');
    return undefined;
  }
  const named = keys?.map((text) => {
    const [name, hex] = text.split(':');
    if (!name || !/^([0-9a-f]{2})+$/i.test(hex ?? '')) throw new UsageError('--ticket-key is NAME:HEX');
    return { name, key: new Uint8Array(Buffer.from(hex, 'hex')) };
  });
  return {
    protector: createTicketProtector({ provider, keys: named ?? [{ name: 'process', key: provider.random(32) }] }),
    now: () => Date.now(),
    count: number('tickets', tickets, { min: 0, max: 16 }),
    lifetimeSeconds: number('ticket-lifetime', lifetime, { min: 1, max: 604_800 }),
    ...(earlyData === undefined ? {} : { earlyData: earlyDataFeature(earlyData, keys) }),
  };
}

/** Where the tickets are this process's own, no early data can have come before it began. */
function earlyDataFeature(bytes, keys) {
  const store = createReplayStore({ now: () => Date.now() });
  const replayStore = keys === undefined ? { ...store, startedAt: 0 } : store;
  return serverEarlyData({ maxSize: number('early-data', bytes, { min: 1, max: 0xffffffff }), replayStore });
}

function alpnConfig(values, aliases) {
  const names = list(values.alpn);
  if (names === undefined) {
    if (values['alpn-required']) throw new UsageError('--alpn-required needs --alpn');
    return undefined;
  }
  return {
    // An alias stands behind the name that it stands for.
    protocols: names.flatMap((name) => [name, ...[...aliases].filter(([, of]) => of === name).map(([alias]) => alias)]),
    preference: choice('alpn-preference', values['alpn-preference'], ['server', 'client']),
    onNoOverlap: choice('no-overlap', values['no-overlap'], ['alert', 'continue']),
    required: values['alpn-required'],
  };
}

/** `sip=sip/2`: the first name is answered as it was offered and means the second. */
function readAliases(texts) {
  return new Map(
    texts.map((text) => {
      const [alias, of, ...rest] = text.split('=');
      if (!alias || !of || rest.length > 0) throw new UsageError(`--alias is ALIAS=NAME, got ${JSON.stringify(text)}`);
      return [alias, of];
    }),
  );
}
