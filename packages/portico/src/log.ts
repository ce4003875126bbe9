import type { PortLogger } from '@portico/transport-node';

/** Takes one line, without its end. */
export type LogLine = (line: string) => void;

/** A line for each connection that says what was negotiated, one for each that failed. */
export function portLogger(log: LogLine): PortLogger {
  return {
    info: (message, fields) => {
      if (message === 'connection routed') log(routed(fields));
    },
    warn: (message, fields) => log(`${message}: ${describe(fields)}`),
    debug: (message, fields) => {
      // A connection that was routed has had its line; how its peer left is no news.
      if (message !== 'connection closed' && fields['route'] === undefined) log(`${message}: ${describe(fields)}`);
    },
  };
}

function routed(fields: Readonly<Record<string, unknown>>): string {
  const { route, routedBy, alpn, serverName, cipherSuite, group, remoteAddress, remotePort } = fields;
  const how = routedBy === 'alpn' ? '' : ` by ${text(routedBy)}`;
  const facts = [
    `${text(route)}${how}:`,
    'TLSv1.3',
    text(cipherSuite),
    text(group),
    `alpn=${text(alpn)}`,
    `sni=${text(serverName)}`,
  ];
  return `${facts.join(' ')} from ${text(remoteAddress)}:${text(remotePort)}`;
}

function describe(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([name, value]) => name !== 'id' && value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ');
}

/** A peer's word on one line: control characters, line ends above all, must not write lines of their own. */
function text(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return plain.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
