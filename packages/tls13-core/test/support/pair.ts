import { createTlsClient } from '../../src/client-connection.js';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import type { TlsConnection } from '../../src/connection.js';
import type { TlsEvent } from '../../src/events.js';
import { createTlsServer } from '../../src/server-connection.js';

/** A client and a server with nothing between them, and what each has seen. */
export interface Pair {
  readonly client: TlsConnection;
  readonly server: TlsConnection;
  readonly clientEvents: TlsEvent[];
  readonly serverEvents: TlsEvent[];
}

/** How bytes get from one side to the other: whole by default. */
export type Carry = (bytes: Uint8Array, direction: 'to-server' | 'to-client') => readonly Uint8Array[];

export function createPair(client: ClientConfig, server: ServerConfig): Pair {
  return { client: createTlsClient(client), server: createTlsServer(server), clientEvents: [], serverEvents: [] };
}

/** Carries output to the other side until both are silent, awaiting asynchronous answers on the way. */
export async function run(pair: Pair, carry: Carry = (bytes) => [bytes]): Promise<Pair> {
  for (;;) {
    runNow(pair, carry);
    if (pair.client.waiting === null && pair.server.waiting === null) return pair;
    if (pair.client.waiting !== null) pair.clientEvents.push(...(await pair.client.waiting));
    if (pair.server.waiting !== null) pair.serverEvents.push(...(await pair.server.waiting));
  }
}

/** The same without awaiting anything. */
export function runNow(pair: Pair, carry: Carry = (bytes) => [bytes]): Pair {
  for (;;) {
    const toServer = pair.client.takeOutput();
    const toClient = pair.server.takeOutput();
    if (toServer.length === 0 && toClient.length === 0) return pair;
    if (toServer.length > 0) {
      for (const chunk of carry(toServer, 'to-server')) pair.serverEvents.push(...pair.server.receive(chunk));
    }
    if (toClient.length > 0) {
      for (const chunk of carry(toClient, 'to-client')) pair.clientEvents.push(...pair.client.receive(chunk));
    }
  }
}

/** The data events of one side, joined. */
export function dataOf(events: readonly TlsEvent[]): Uint8Array {
  const parts = events.flatMap((event) => (event.type === 'data' ? [...event.data] : []));
  return Uint8Array.from(parts);
}

/** The reason for which a side failed, or null. */
export function failureOf(events: readonly TlsEvent[]): string | null {
  const last = events.at(-1);
  return last?.type === 'failed' ? last.error.reason : null;
}
