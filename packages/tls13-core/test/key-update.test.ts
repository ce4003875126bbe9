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
  it('that asks for ours is answered by one that asks for nothing', () => {
    const peer = new ScriptedServer(toyClient()).handshake().keyUpdate(1);
    expect(answers(peer)).toEqual([0]);
    peer.connection.send(asciiToBytes('under new keys'));
    expect(peer.listen().heardData).toEqual([asciiToBytes('under new keys')]);
  });

  it('that asks for nothing is not answered', () => {
    expect(answers(new ScriptedServer(toyClient()).handshake().keyUpdate(0))).toEqual([]);
  });

  it('asked for many times while we are silent is answered once', () => {
    const peer = new ScriptedServer(toyClient()).handshake();
    const held = peer.connection.takeOutput.bind(peer.connection);
    // Nobody takes the output for a while.
    peer.connection.takeOutput = () => new Uint8Array(0);
    let pending = 0;
    for (let i = 0; i < 100; i++) {
      peer.keyUpdate(1).applicationData();
      pending = Math.max(pending, peer.connection.pendingOutputLength);
    }
    expect(peer.failure).toBeNull();
    expect(pending).toBe(5 + 4 + 1 + 1 + 16);
    peer.connection.takeOutput = held;
    peer.connection.send(asciiToBytes('at last'));
    // The first answer, and one more before the data, as requests came after the first.
    expect(answers(peer.listen())).toEqual([0, 0]);
    expect(peer.heardData).toEqual([asciiToBytes('at last')]);
  });

  it.each([
    [false, [0, 0]],
    [true, [0, 1, 0]],
  ])(
    'owed while the output was not taken is answered by one of our own only if that asks for nothing (%s)',
    (requestPeer, expected) => {
      const peer = new ScriptedServer(toyClient()).handshake();
      const held = peer.connection.takeOutput.bind(peer.connection);
      peer.connection.takeOutput = () => new Uint8Array(0);
      peer.keyUpdate(1).keyUpdate(1);
      peer.connection.updateKeys({ requestPeer });
      peer.connection.send(asciiToBytes('data'));
      peer.connection.takeOutput = held;
      expect(answers(peer.listen())).toEqual(expected);
      expect(peer.heardData).toEqual([asciiToBytes('data')]);
    },
  );

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
