import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate, randomBytes, seededRandom } from '../../../test/support/random.js';
import { createTlsClient } from '../src/client-connection.js';
import type { TlsConnection } from '../src/connection.js';
import { TlsError } from '../src/error.js';
import { trafficKeys } from '../src/key-schedule/key-schedule.js';
import { CONTENT_TYPE } from '../src/record/content-type.js';
import { RecordSealer } from '../src/record/protection.js';
import { createTlsServer } from '../src/server-connection.js';
import { ScriptedClient } from './support/scripted-client.js';
import { plainRecord, type ScriptedPeer } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_CLIENT, toyClient, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** Hostile inputs for each state of each side. */
const INPUTS = 3_000;
const INPUTS_PER_SEED = 50;

/** A state, how to get there again and again, and what an honest peer would send next. */
interface Situation {
  readonly name: string;
  readonly fresh: () => TlsConnection;
  /** What led there. */
  readonly before: readonly Uint8Array[];
  /** The next record, as it was sent. */
  readonly record: Uint8Array;
  /** The next message, and how to send another in its place. */
  readonly message: Uint8Array;
  readonly seal: (type: number, content: Uint8Array) => Uint8Array;
}

/** Plays an honest conversation and notes the situation before each record. */
function situations(fresh: () => TlsConnection, peer: ScriptedPeer, steps: readonly (() => unknown)[]): Situation[] {
  const found: Situation[] = [];
  const before: Uint8Array[] = [];
  const real = peer.record.bind(peer);
  let sent: { record: Uint8Array; message: Uint8Array; seal: Situation['seal'] } | null = null;
  let sealedUnderKey = { sealer: peer.sealer, count: 0 };
  peer.record = (type, content, padding) => {
    if (peer.sealer !== sealedUnderKey.sealer) sealedUnderKey = { sealer: peer.sealer, count: 0 };
    const seal = sealerAt(peer, sealedUnderKey.count);
    const record = real(type, content, padding);
    sealedUnderKey.count++;
    sent = { record, message: content, seal };
    return record;
  };
  for (const step of steps) {
    const name = peer.connection.expectedMessages.join(' or ') || 'nothing';
    const was = [...before];
    step();
    expect(peer.failure).toBeNull();
    if (sent === null) throw new Error('a step sent nothing');
    const { record, message, seal } = sent as NonNullable<typeof sent>;
    found.push({ name: `${name} (${found.length})`, fresh, before: was, record, message, seal });
    before.push(record);
  }
  return found;
}

/** Seals under the keys that the peer has now, as its record number `count`, any number of times. */
function sealerAt(peer: ScriptedPeer, count: number): Situation['seal'] {
  const { suite, handshakeSecrets, applicationSecrets, sealer } = peer;
  if (sealer === null || suite === null || handshakeSecrets === null) return plainRecord;
  const isClient = peer instanceof ScriptedClient;
  const finished = applicationSecrets !== null && peer.connection.info !== null;
  const handshake = isClient ? handshakeSecrets.client : handshakeSecrets.server;
  const secret = (finished ? applicationSecrets.send : handshake).slice();
  return (type, content) => {
    const again = new RecordSealer(suite, trafficKeys(suite, secret));
    const output = new Uint8Array(content.length + again.overhead);
    const skipped = new Uint8Array(again.overhead);
    for (let i = 0; i < count; i++) again.sealInto(skipped, 0, 0, new Uint8Array(0));
    again.sealInto(output, 0, type, content);
    return output;
  };
}

const newClient = (): TlsConnection => createTlsClient(toyClient());
const newServer = (): TlsConnection => createTlsServer(toyServerWithClientAuthentication('request'));

function clientSituations(): Situation[] {
  const peer = new ScriptedServer(toyClient());
  // The connection draws from its provider before the peer does, as it will when it is alone.
  return situations(newClient, peer, [
    () => peer.serverHello(),
    () => peer.encryptedExtensions(),
    () => peer.certificateRequest(),
    () => peer.certificate(),
    () => peer.certificateVerify(),
    () => peer.finished(),
    () => peer.newSessionTicket(),
  ]);
}

function serverSituations(): Situation[] {
  const peer = new ScriptedClient(toyServerWithClientAuthentication('request'), TOY_CLIENT, toyProvider(0x407));
  return situations(newServer, peer, [
    () => peer.clientHello(),
    () => peer.certificate(),
    () => peer.certificateVerify(),
    () => peer.finished(),
    () => peer.keyUpdate(),
  ]);
}

/** The connection may take it or fail; it may not throw, blame its caller, or go on after a failure. */
function mustSurvive(connection: TlsConnection, inputs: readonly Uint8Array[]): void {
  for (const input of inputs) {
    const events = connection.receive(input);
    events.forEach((event, index) => {
      if (event.type !== 'failed') return;
      expect(index).toBe(events.length - 1);
      expect(event.error).toBeInstanceOf(TlsError);
      if (event.error.kind === 'api-misuse')
        throw new Error(`blames us: ${event.error.message}`, { cause: event.error });
    });
    expect(connection.state === 'failed').toBe(events.at(-1)?.type === 'failed' || connection.state === 'failed');
    expect(connection.takeOutput().length).toBeLessThan(10_000);
    if (connection.state === 'failed') expect(connection.receive(input)).toEqual([]);
  }
}

function hostileInputs(random: (below: number) => number, situation: Situation): Uint8Array[] {
  const { record, message, seal } = situation;
  switch (random(6)) {
    case 0:
      return [randomBytes(random, random(400))];
    case 1:
      return [mutate(random, record)];
    case 2:
      return [seal(CONTENT_TYPE.handshake, mutate(random, message))];
    case 3:
      return [seal(random(2) === 0 ? random(0x100) : 20 + random(5), randomBytes(random, random(60)))];
    case 4:
      return [plainRecord(20 + random(5), randomBytes(random, random(60)))];
    default: {
      // A message with a header that fits a body that does not.
      const body = mutate(random, message.subarray(4));
      const header = Uint8Array.of(message[0] ?? 0, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff);
      return [seal(CONTENT_TYPE.handshake, Uint8Array.of(...header, ...body)), randomBytes(random, 20)];
    }
  }
}

describe.each([
  ['client', clientSituations()],
  ['server', serverSituations()],
] as const)('a %s survives hostile input', (_side, found) => {
  it.each(found.map((situation) => [situation.name, situation] as const))('waiting for %s', (_name, situation) => {
    const honest = situation.fresh();
    for (const input of [...situation.before, situation.record]) honest.receive(input);
    expect(honest.state).not.toBe('failed');

    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        for (let i = 0; i < INPUTS_PER_SEED; i++) {
          const connection = situation.fresh();
          connection.takeOutput();
          for (const input of situation.before) connection.receive(input);
          connection.takeOutput();
          mustSurvive(connection, hostileInputs(random, situation));
        }
      }),
      { numRuns: INPUTS / INPUTS_PER_SEED },
    );
  });
});
