import { start, type Running } from './processes.js';

/** What s_client says that it negotiated. */
export interface SClientView {
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly alpn: string | null;
  readonly temporaryKey: string | null;
  readonly peerSignature: string | null;
  readonly verification: string | null;
}

/** `openssl s_client` against a port of 127.0.0.1, TLS 1.3 only, with standard input as its keyboard. */
export function startSClient(port: number, ...flags: readonly string[]): Running {
  return start('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_3', ...flags]);
}

/** Waits for the summary that s_client prints after its handshake. */
export async function sClientView(client: Running): Promise<SClientView> {
  await client.waitFor(/Verify return code: .*\n/);
  const text = client.stdout;
  const find = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;
  return {
    protocol: find(/^New, (TLSv[\d.]+)/m),
    cipher: find(/Cipher is (\S+)/),
    alpn: find(/^ALPN protocol: (.*)$/m),
    temporaryKey: find(/^Server Temp Key: (.*)$/m),
    peerSignature: find(/^Peer signature type: (.*)$/m),
    verification: find(/Verify return code: (.*)\n/),
  };
}

/** `openssl s_server`, ready when this returns; lines of standard input go to its client. */
export async function startSServer(
  port: number,
  files: { readonly cert: string; readonly key: string },
  ...flags: readonly string[]
): Promise<Running> {
  // Its standard output is waited for, so it must not be kept back in a buffer.
  const server = start('stdbuf', [
    ...[
      '-o0',
      'openssl',
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      '-tls1_3',
      '-cert',
      files.cert,
      '-key',
      files.key,
    ],
    ...flags,
  ]);
  await server.waitFor(/^ACCEPT/m);
  return server;
}
