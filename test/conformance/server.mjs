// node test/conformance/server.mjs --port P --cert F --key F [--cert F2 --key F2] [--alpn a,b] [--alpn-required]
//   [--alpn-preference server|client] [--alias sip=sip/2] [--no-overlap alert|continue] [--sniff on|off]
//   [--client-auth none|request|require --ca F] [--certificate-authorities F|none]
//   [--oid-filter keyUsage=NAME|extendedKeyUsage=OID] [--sign-with a,b] [--ocsp F] [--server-name-acknowledgement sent|omitted]
//   [--groups a,b=c] [--suites a,b] [--sigalgs a,b] [--cert-sigalgs a,b] [--group-choice with-share|preferred]
//   [--tickets N] [--ticket-key NAME:HEX] [--ticket-store] [--ticket-lifetime SECONDS] [--across-names]
//   [--early-data BYTES] [--freshness-window MS]
//   [--psk IDENTITY:HEX] [--psk-hash sha256|sha384] [--psk-import CONTEXT] [--psk-ke] [--app http|echo|discard]
//   [--cookie none|when-needed|always] [--cookie-key NAME:HEX] [--stateless] [--middlebox-compatibility when-asked|always]
//   [--grease] [--padding BLOCK|full] [--record-size-limit N] [--max-fragment N] [--limit NAME=N]
//   [--key-update none|send|request] [--provider noble|noble-interpreted|node] [--keylog F] [--trace F] [--once]
//   [--export LABEL:LENGTH] [--export-early LABEL:LENGTH] [--export-context HEX]
//
// A TLS 1.3 server on 127.0.0.1 over the core alone, for anybody's client. Standard output has one JSON line for each
// connection, when it ends; standard error says "listening on 127.0.0.1:P" (--port 0 takes a free one).
//
// Several --cert and --key, and an --ocsp and a --sign-with for each in the same order: the first credential that suits a
// client is shown. --sign-with is what the key signs with; it switches on what is off by default, as the
// rsa_pkcs1_sha256_legacy of clients. --sigalgs is what the peer may sign with, --cert-sigalgs what its certificates may be
// signed with (signature_algorithms_cert). certificate_authorities has the subjects of --ca, of another file, or is left out.
// --group-choice preferred asks for our favourite group though there is a share for another; of groups with = between them
// the client's order decides. --across-names takes tickets under every name of the certificate; --ticket-store keeps their
// states instead of sealing them, and takes each once. --psk-import imports the keys with that context, in hexadecimal or
// empty (RFC 9258). --psk-ke allows psk_ke beside psk_dhe_ke. --stateless forgets a connection as soon as its cookie is sent
// and takes the second hello with another; with --cookie-key another process could be that. --limit names a field of
// TlsLimits. --trace appends every record, message, alert and change of keys, sent and received, to a file as JSON lines.
import { createServer } from 'node:net';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core';
import { APPS } from './support/apps.mjs';
import {
  choice,
  EXPORT_OPTIONS,
  exportRequests,
  number,
  readArguments,
  runMain,
  UsageError,
} from './support/arguments.mjs';
import { useProvider } from './support/credentials.mjs';
import { traceOption } from './support/handshake-options.mjs';
import { Link } from './support/link.mjs';
import { ConnectionRecord } from './support/record.mjs';
import { SERVER_OPTIONS, serverConfig } from './support/server-config.mjs';
import { createSniffer } from './support/sniffer.mjs';

const IDLE_MS = 60_000;

await runMain(async (argv) => {
  const { values } = readArguments(argv, {
    options: {
      port: { type: 'string' },
      sniff: { type: 'string', default: 'off' },
      app: { type: 'string', default: 'http' },
      'key-update': { type: 'string', default: 'none' },
      stateless: { type: 'boolean', default: false },
      provider: { type: 'string' },
      once: { type: 'boolean', default: false },
      ...SERVER_OPTIONS,
      ...EXPORT_OPTIONS,
    },
  });
  await useProvider(values.provider);
  const port = number('port', values.port ?? '', { min: 0, max: 65_535 });
  const app = APPS[choice('app', values.app, Object.keys(APPS))];
  const keyUpdate = choice('key-update', values['key-update'], ['none', 'send', 'request']);
  const aliases = readAliases(values.alias);
  const config = serverConfig(values, aliases);
  const parsed = parseServerConfig(config);
  const exporting = exportRequests(values);
  const sniffing = choice('sniff', values.sniff, ['on', 'off']) === 'on';
  const sniffer = sniffing ? await createSniffer() : null;
  let connections = 0;
  // A trace tells connections apart by their number.
  const accept = () => {
    const traced = traceOption(values.trace, ++connections);
    return createTlsServer('trace' in traced ? parseServerConfig({ ...config, ...traced }) : parsed);
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (values.once) server.close();
    const { stateless } = values;
    serve({
      socket,
      accept,
      stateless,
      app,
      keyUpdate,
      exporting,
      aliases,
      sniffer,
      answersEarly: values.app === 'echo',
    });
  });
  server.on('error', (error) => {
    console.error(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, '127.0.0.1', () => console.error(`listening on 127.0.0.1:${server.address().port}`));
});

function serve({ socket, accept, stateless, app, keyUpdate, exporting, aliases, sniffer, answersEarly }) {
  const record = new ConnectionRecord('server');
  // What comes as early data waits for the end of the handshake, unless it is only echoed.
  const early = [];
  let answer = null;
  const open = () => {
    record.noteExport(link.connection, exporting);
    const { alpn, alpnOffered } = record.toJSON();
    record.route = aliases.get(alpn) ?? alpn;
    answer = app(link, record);
    if (sniffer !== null && !alpnOffered) answer = sniffer({ link, record, answer });
    if (keyUpdate !== 'none') link.updateKeys({ requestPeer: keyUpdate === 'request' });
    for (const data of early) answer(data);
  };
  const takeEarly = (data) => {
    record.noteEarlyExport(link.connection, exporting);
    if (answersEarly) link.sendEarlyAnswer(data);
    else early.push(data);
  };
  const link = new Link({
    connection: accept(),
    socket,
    record,
    afresh: stateless ? accept : null,
    onEvent: (event) => {
      if (event.type === 'handshake-complete') open();
      else if (event.type === 'early-data') takeEarly(event.data);
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
