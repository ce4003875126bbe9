import { expect } from 'vitest';
import type { ClientAlpnConfig, ServerAlpnConfig } from '../../src/config.js';
import { TlsError, type TlsErrorReason } from '../../src/error.js';
import { EXTENSION_CODES, type Extension } from '../../src/messages/extensions/extension.js';
import { createPair, failureOf, runNow, type Pair } from './pair.js';
import { ScriptedClient } from './scripted-client.js';
import { ScriptedServer } from './scripted-server.js';
import { toyClient, toyServer } from './toy-credentials.js';

export function reasonOf(act: () => unknown): TlsErrorReason | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof TlsError) return error.reason;
    throw error;
  }
}

export function negotiate(client: ClientAlpnConfig | null, server: ServerAlpnConfig | null): Pair {
  return runNow(
    createPair(toyClient(client === null ? {} : { alpn: client }), toyServer(server === null ? {} : { alpn: server })),
  );
}

/** What both sides agreed on, or the reason for which it failed. */
export function outcome(client: ClientAlpnConfig | null, server: ServerAlpnConfig | null): string | null {
  const pair = negotiate(client, server);
  const failure = failureOf(pair.serverEvents) ?? failureOf(pair.clientEvents);
  if (failure !== null) return failure;
  expect(pair.client.info?.alpn).toEqual(pair.server.info?.alpn);
  return pair.client.info?.alpnText ?? null;
}

export function alpn(data: Uint8Array): Extension {
  return { type: EXTENSION_CODES.application_layer_protocol_negotiation, data };
}

/** A server of ours that reads this ALPN extension. */
export function serverReads(data: Uint8Array, server: ServerAlpnConfig | null): ScriptedClient {
  const peer = new ScriptedClient(toyServer(server === null ? {} : { alpn: server }));
  peer.extraExtensions = [alpn(data)];
  return peer.clientHello();
}

/** A client of ours that reads this answer. */
export function clientReads(data: Uint8Array, client: ClientAlpnConfig | null): ScriptedServer {
  const peer = new ScriptedServer(toyClient(client === null ? {} : { alpn: client }));
  peer.serverHello().encryptedExtensions([alpn(data)]);
  return peer.failure === null ? peer.certificate().certificateVerify().finished() : peer;
}

export const SIP: ClientAlpnConfig = { protocols: ['sip/2'] };
export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}
