import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { createPair, dataOf, failureOf, runNow } from './support/pair.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

/** Our KeyUpdates that the peer has heard, by what they ask for. */
function answers(peer: ScriptedServer): number[] {
  return peer.heard.flatMap((message) => (message.type === 'key_update' ? [message.body.requestUpdate] : []));
}

describe('KeyUpdate, section 4.7.3', () => {
  it('that asks for ours is answered before our next data, by one that asks for nothing', () => {
    const peer = new ScriptedServer(toyClient()).handshake().keyUpdate(1);
    expect(answers(peer)).toEqual([]);
    peer.connection.send(asciiToBytes('under new keys'));
    expect(answers(peer.listen())).toEqual([0]);
    expect(peer.heardData).toEqual([asciiToBytes('under new keys')]);
  });

  it('that asks for nothing is not answered', () => {
    const peer = new ScriptedServer(toyClient()).handshake().keyUpdate(0);
    peer.connection.send(asciiToBytes('data'));
    expect(answers(peer.listen())).toEqual([]);
  });

  it('asked for many times while we are silent is answered once, and costs no output until then', () => {
    const peer = new ScriptedServer(toyClient()).handshake();
    for (let i = 0; i < 100; i++) peer.keyUpdate(i % 2).applicationData();
    expect(peer.failure).toBeNull();
    expect(answers(peer)).toEqual([]);
    peer.connection.send(asciiToBytes('at last'));
    peer.connection.send(asciiToBytes('and more'));
    expect(answers(peer.listen())).toEqual([0]);
    expect(peer.heardData).toEqual([asciiToBytes('at last'), asciiToBytes('and more')]);
    // Asked for again.
    peer.keyUpdate(1).connection.send(asciiToBytes('and more'));
    expect(answers(peer.listen())).toEqual([0, 0]);
  });

  it.each([
    [false, [0]],
    [true, [1, 0]],
  ])('owed is answered by one of our own only if that asks for nothing (%s)', (requestPeer, expected) => {
    const peer = new ScriptedServer(toyClient()).handshake().keyUpdate(1).keyUpdate(1);
    peer.connection.updateKeys({ requestPeer });
    peer.connection.send(asciiToBytes('data'));
    expect(answers(peer.listen())).toEqual(expected);
    expect(peer.heardData).toEqual([asciiToBytes('data')]);
  });

  it('is not answered after our close_notify', () => {
    const peer = new ScriptedServer(toyClient()).handshake();
    peer.connection.close();
    peer.keyUpdate(1);
    expect(answers(peer)).toEqual([]);
    expect(peer.failure).toBeNull();
    expect(peer.applicationData().eventTypes.at(-1)).toBe('data');
  });

  it('is told to the application', () => {
    const peer = new ScriptedServer(toyClient()).handshake().keyUpdate(1).keyUpdate(0);
    expect(peer.events.slice(1)).toEqual([
      { type: 'peer-keys-updated', requestedOurs: true },
      { type: 'peer-keys-updated', requestedOurs: false },
    ]);
  });

  it('of ours asks the peer only when no earlier request is open', () => {
    const peer = new ScriptedServer(toyClient()).handshake();
    peer.connection.updateKeys();
    peer.connection.updateKeys({ requestPeer: true });
    peer.connection.updateKeys({ requestPeer: true });
    expect(answers(peer.listen())).toEqual([0, 1, 0]);
    peer.keyUpdate(0);
    peer.connection.updateKeys({ requestPeer: true });
    expect(answers(peer.listen())).toEqual([0, 1, 0, 1]);
  });

  it('that we asked for is no flood, however often we ask', () => {
    const peer = new ScriptedServer(toyClient({ limits: { keyUpdatesInARow: 2 } })).handshake();
    for (let i = 0; i < 10; i++) {
      peer.connection.updateKeys({ requestPeer: true });
      peer.connection.send(asciiToBytes('an upload'));
      peer.listen().keyUpdate();
    }
    expect(peer.failure).toBeNull();
    // The answer is one; what follows it is the peer's own.
    expect(peer.keyUpdate().keyUpdate().failure).toBeNull();
    expect(peer.keyUpdate().failure).toBe('too-many-key-updates');
  });

  it('is ignored where its answer would be one too many, and data goes on under the old keys', () => {
    const peer = new ScriptedServer(toyClient({ limits: { keyUpdatesSent: 2 } })).handshake();
    peer.connection.updateKeys();
    peer.keyUpdate(1).connection.send(asciiToBytes('one'));
    peer.keyUpdate(1).connection.send(asciiToBytes('two'));
    expect(answers(peer.listen())).toEqual([0, 0]);
    expect(peer.heardData).toEqual([asciiToBytes('one'), asciiToBytes('two')]);
    expect(() => peer.connection.updateKeys()).toThrow('key-usage-limit');
    peer.connection.close();
    expect(peer.listen().alerts).toEqual(['close_notify']);
  });

  it('of ours counts as output that nobody takes', () => {
    const keyUpdate = 5 + 5 + 1 + 16;
    const pair = runNow(createPair(toyClient({ limits: { pendingOutput: 2 * keyUpdate } }), toyServer()));
    pair.client.updateKeys();
    pair.client.updateKeys();
    expect(() => pair.client.updateKeys()).toThrow('too-much-pending-output');
    expect(pair.client.takeOutput()).toHaveLength(2 * keyUpdate);
  });

  it('may cross with the peer’s: both sides go on by two generations', () => {
    const pair = runNow(createPair(toyClient(), toyServer()));
    pair.client.updateKeys({ requestPeer: true });
    pair.server.updateKeys({ requestPeer: true });
    const toServer = pair.client.takeOutput();
    const toClient = pair.server.takeOutput();
    pair.serverEvents.push(...pair.server.receive(toServer));
    pair.clientEvents.push(...pair.client.receive(toClient));
    pair.client.send(asciiToBytes('still'));
    pair.server.send(asciiToBytes('here'));
    runNow(pair);
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    expect([bytesToLatin1(dataOf(pair.serverEvents)), bytesToLatin1(dataOf(pair.clientEvents))]).toEqual([
      'still',
      'here',
    ]);
    for (const events of [pair.clientEvents, pair.serverEvents]) {
      expect(events.filter(({ type }) => type === 'peer-keys-updated')).toHaveLength(2);
    }
  });
});
