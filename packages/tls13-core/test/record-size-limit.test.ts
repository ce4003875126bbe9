import { u16 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import { extension } from '../src/messages/extensions/extension.js';
import { padToFullRecords } from '../src/record/padding.js';
import { createPair, dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { recordsOf } from './support/records.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

const TAG_LENGTH = 16;

function longestOf(pair: Pair, direction: 'to-server' | 'to-client'): number {
  let longest = 0;
  runNow(pair, (bytes, where) => {
    for (const [type, length] of recordsOf(bytes)) {
      if (type === 23 && where === direction) longest = Math.max(longest, length - TAG_LENGTH);
    }
    return [bytes];
  });
  return longest;
}

describe('record_size_limit, RFC 8449', () => {
  it.each([64, 65, 1000, 16_384, 16_385])('of %i bytes is kept by both sides, from EncryptedExtensions on', (limit) => {
    const pair = createPair(toyClient({ recordSizeLimit: limit }), toyServer({ recordSizeLimit: 100 }));
    expect(longestOf(pair, 'to-client')).toBeLessThanOrEqual(limit);
    pair.server.send(new Uint8Array(40_000));
    pair.client.send(new Uint8Array(1000));
    expect(longestOf(pair, 'to-client')).toBe(limit);
    pair.client.send(new Uint8Array(1000));
    expect(longestOf(pair, 'to-server')).toBe(100);
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    expect([dataOf(pair.clientEvents).length, dataOf(pair.serverEvents).length]).toEqual([40_000, 2000]);
  });

  it('is kept by a server that has none of its own, which says the most that there is', () => {
    const pair = createPair(toyClient({ recordSizeLimit: 200 }), toyServer());
    expect(longestOf(pair, 'to-client')).toBeLessThanOrEqual(200);
    pair.client.send(new Uint8Array(16_384));
    expect(longestOf(pair, 'to-server')).toBe(16_385);
  });

  it('bounds padding too', () => {
    const pair = createPair(toyClient({ recordSizeLimit: 100 }), toyServer({ padding: padToFullRecords }));
    longestOf(pair, 'to-client');
    pair.server.send(Uint8Array.of(1));
    expect(longestOf(pair, 'to-client')).toBe(100);
    expect(failureOf(pair.clientEvents)).toBeNull();
  });

  it('is not asked for by default, and a server that ignores it need not keep it', () => {
    const silent = new ScriptedClient(toyServer()).clientHello();
    expect(silent.last('encrypted_extensions').extensions.some(({ type }) => type === 28)).toBe(false);
    const peer = new ScriptedServer(toyClient({ recordSizeLimit: 64 }))
      .handshake()
      .applicationData(new Uint8Array(500));
    expect(peer.failure).toBeNull();
  });

  it('of more than there is means no limit', () => {
    const peer = new ScriptedClient(toyServer());
    peer.extraExtensions = [extension('record_size_limit', u16, 0xffff)];
    expect(peer.handshake().failure).toBeNull();
    peer.connection.send(new Uint8Array(16_384));
    expect(recordsOf(peer.connection.takeOutput())).toEqual([[23, 16_385 + TAG_LENGTH]]);
  });

  it.each([63, 16_386, 100.5])('of %s bytes is no configuration', (recordSizeLimit) => {
    expect(() => createTlsClient(toyClient({ recordSizeLimit }))).toThrow('recordSizeLimit');
  });
});
