/** What a connection negotiated, in words; null where there is nothing to say. */
export interface ConnectionFacts {
  readonly version: string | null;
  readonly cipherSuite: string | null;
  readonly group: string | null;
  readonly alpn: string | null;
  readonly route: string | null;
  readonly serverName: string | null;
  readonly peer: string | null;
  readonly peerCertificate: string | null;
  readonly connection: string | null;
  /** The HTTP version of this very request. */
  readonly http: string;
}

const ROWS: readonly (readonly [keyof ConnectionFacts, string])[] = [
  ['version', 'TLS version'],
  ['cipherSuite', 'Cipher suite'],
  ['group', 'Key exchange group'],
  ['alpn', 'ALPN protocol'],
  ['route', 'Route'],
  ['serverName', 'Server name (SNI)'],
  ['peer', 'Your address'],
  ['peerCertificate', 'Your certificate'],
  ['connection', 'Connection'],
  ['http', 'HTTP version'],
];

/** The facts as an HTML page. Every value may come from the peer (SNI, ALPN, a certificate's names), so each is escaped. */
export function renderPage(facts: ConnectionFacts): string {
  const rows = ROWS.map(
    ([key, label]) => `<tr><th scope="row">${label}</th><td>${escapeHtml(facts[key] ?? 'none')}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portico</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 42rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .5rem; text-align: left; overflow-wrap: anywhere }
th { font-weight: 500; white-space: nowrap }
</style>
</head>
<body>
<h1>Portico</h1>
<p>SIP, HTTP and MSRP on one TLS port. This is what your connection negotiated:</p>
<table>
${rows.join('\n')}
</table>
<p>The same as JSON: <a href="?format=json">?format=json</a>. Health: <a href="/healthz">/healthz</a>.</p>
</body>
</html>
`;
}

/** The same facts for programs. */
export function renderJson(facts: ConnectionFacts): string {
  return `${JSON.stringify(facts, null, 2)}\n`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Escapes text for an element's content or a quoted attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
