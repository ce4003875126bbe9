import { formatAddress, type Address } from './arguments.js';

/** A command that can be pasted into a shell as it stands. */
export interface OneLiner {
  readonly title: string;
  readonly needs: 'openssl' | 'curl';
  readonly command: string;
}

const SIP_OPTIONS = [
  'OPTIONS sip:localhost SIP/2.0',
  'Via: SIP/2.0/TLS localhost;branch=z9hG4bK-1;rport',
  'Max-Forwards: 70',
  'From: <sip:me@localhost>;tag=1',
  'To: <sip:localhost>',
  'Call-ID: one-liner',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
  '',
  '',
].join('\\r\\n');

const MSRP_SEND = [
  'MSRP tid1 SEND',
  'To-Path: msrps://localhost/session;tcp',
  'From-Path: msrps://client.invalid/me;tcp',
  'Message-ID: 1',
  '-------tid1$',
  '',
].join('\\r\\n');

/** What to type to see each protocol of a server at that address. */
export function oneLiners(address: Address, caPath: string): readonly OneLiner[] {
  const connect = reachable(address);
  const host = connect.host === '127.0.0.1' || connect.host === '::1' ? 'localhost' : connect.host;
  const url = `https://${formatAddress({ host, port: connect.port })}`;
  const ca = quote(caPath);
  // s_client with -quiet would wait for the server to hang up: -no_ign_eof ends it with its input, a second after asking.
  const client = (alpn: string): string =>
    `openssl s_client -connect ${quote(formatAddress(connect))} -servername ${quote(host)} -CAfile ${ca} ` +
    `-verify_return_error -alpn ${alpn} -quiet -no_ign_eof`;
  return [
    {
      title: 'SIP (ALPN sip/2): OPTIONS',
      needs: 'openssl',
      command: `(printf '${SIP_OPTIONS}'; sleep 1) | ${client('sip/2')}`,
    },
    { title: 'HTTP/2', needs: 'curl', command: `curl --cacert ${ca} --http2 '${url}/?format=json'` },
    { title: 'HTTP/1.1', needs: 'curl', command: `curl --cacert ${ca} --http1.1 '${url}/?format=json'` },
    {
      title: 'MSRP (ALPN msrp): SEND to a session that is not there',
      needs: 'openssl',
      command: `(printf '${MSRP_SEND}'; sleep 1) | ${client('msrp')}`,
    },
  ];
}

/** A server on every interface is reached through loopback. */
function reachable({ host, port }: Address): Address {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  if (host === '::') return { host: '::1', port };
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

/** Quotes a word for a POSIX shell where it needs that. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
