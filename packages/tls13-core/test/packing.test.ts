import { describe, expect, it } from 'vitest';
import type { ServerConfig } from '../src/config.js';
import { RecordWriter } from '../src/record/record-writer.js';
import { createPair, failureOf, run, runNow, type Pair } from './support/pair.js';
import { recordsOf } from './support/records.js';
import { toyTickets } from './support/sessions.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServerWithClientAuthentication } from './support/toy-credentials.js';

const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
/** Content type and tag, in a protected record. */
const INSIDE_OVERHEAD = 1 + 16;

/** A handshake with everything in it, and what each side sent in each flight. */
function flights(maxFragmentLength = 16_384): {
  readonly server: [number, number][];
  readonly client: [number, number][];
} {
  const pair = createPair(
    toyClient({ selectCredential: () => TOY_CLIENT, resumption: { now: () => 0 }, maxFragmentLength }),
    serverWithEverything({ maxFragmentLength }),
  );
  const server: [number, number][] = [];
  const client: [number, number][] = [];
  runNow(pair, (bytes, direction) => {
    (direction === 'to-client' ? server : client).push(...recordsOf(bytes));
    return [bytes];
  });
  expect([pair.client.state, pair.server.state]).toEqual(['open', 'open']);
  return { server, client };
}

function serverWithEverything(config: Partial<ServerConfig> = {}): ServerConfig {
  const verifyPeer = (): { trusted: true } => ({ trusted: true });
  return toyServerWithClientAuthentication('require', {
    clientAuthentication: { mode: 'require', verifyPeer, policy: 'anybody' },
    tickets: toyTickets({ count: 4 }),
    ...config,
  });
}

describe('handshake messages share records, section 5.1', () => {
  it('a server’s flight is ServerHello, one record under handshake keys, and all tickets in one more', () => {
    expect(flights().server.map(([type]) => type)).toEqual([
      HANDSHAKE,
      CHANGE_CIPHER_SPEC,
      APPLICATION_DATA,
      APPLICATION_DATA,
    ]);
  });

  it('a client’s Certificate, CertificateVerify and Finished are one record', () => {
    expect(flights().client.map(([type]) => type)).toEqual([HANDSHAKE, CHANGE_CIPHER_SPEC, APPLICATION_DATA]);
  });

  it.each([64, 100, 512])(
    'fragments of %i bytes are full, but for the last one under each key',
    (maxFragmentLength) => {
      const { server, client } = flights(maxFragmentLength);
      for (const records of [server, client]) {
        const payload = (type: number): number => maxFragmentLength + (type === HANDSHAKE ? 0 : INSIDE_OVERHEAD);
        expect(records.every(([type, length]) => length <= payload(type))).toBe(true);
        // The hello, the flight under handshake keys, and the tickets end with a short one each, the last of all too.
        const short = records.filter(([type, length]) => type !== CHANGE_CIPHER_SPEC && length < payload(type));
        expect(short.length).toBeLessThanOrEqual(records === server ? 3 : 2);
      }
    },
  );

  it('what is ready goes out while an answer is awaited', async () => {
    let sign: (signature: Uint8Array) => void = () => undefined;
    const signer = {
      schemes: TOY_SERVER.signer.schemes,
      sign: (scheme: 'ed25519', message: Uint8Array) =>
        new Promise<Uint8Array>((resolve) => {
          sign = () => resolve(TOY_SERVER.signer.sign(scheme, message) as Uint8Array);
        }),
    };
    const pair: Pair = createPair(
      toyClient(),
      serverWithEverything({
        credentials: [{ ...TOY_SERVER, signer: signer as never }],
        clientAuthentication: undefined as never,
      }),
    );
    pair.server.receive(pair.client.takeOutput());
    expect(pair.server.waiting).not.toBeNull();
    const ready = pair.server.takeOutput();
    expect(recordsOf(ready).map(([type]) => type)).toEqual([HANDSHAKE, CHANGE_CIPHER_SPEC, APPLICATION_DATA]);
    pair.clientEvents.push(...pair.client.receive(ready));
    expect(pair.client.expectedMessages).toEqual(['certificate_verify']);
    sign(new Uint8Array(0));
    await run(pair);
    expect(pair.client.state).toBe('open');
    expect(failureOf(pair.clientEvents)).toBeNull();
  });
});

describe('the writer', () => {
  it('says 0x0301 in every record of a first ClientHello, and in no other', () => {
    const writer = new RecordWriter({ maxFragmentLength: 2, maxPending: 1000 });
    // Fragments that begin with the code of ClientHello, in the middle of one message and of another.
    writer.writeMessage(Uint8Array.of(1, 0, 1, 0, 2, 0));
    writer.flush();
    writer.writeMessage(Uint8Array.of(1, 0, 1, 0));
    writer.flush();
    const versions: number[] = [];
    const output = writer.take();
    for (let at = 0; at < output.length; at += 7) versions.push(output[at + 2] as number);
    expect(versions).toEqual([1, 1, 1, 3, 3]);
  });

  it('never fragments an alert', () => {
    const writer = new RecordWriter({ maxFragmentLength: 1, maxPending: 1000 });
    writer.writeAlert(Uint8Array.of(1, 0));
    expect(recordsOf(writer.take())).toEqual([[21, 2]]);
  });

  it('keeps the order of messages, alerts and data', () => {
    const writer = new RecordWriter({ maxFragmentLength: 100, maxPending: 1000 });
    writer.writeMessage(Uint8Array.of(1));
    writer.writeMessage(Uint8Array.of(2));
    writer.writeChangeCipherSpec();
    writer.writeMessage(Uint8Array.of(3));
    writer.writeAlert(Uint8Array.of(1, 0));
    writer.writeMessage(Uint8Array.of(4));
    writer.writeApplicationData(Uint8Array.of(9));
    expect(recordsOf(writer.take())).toEqual([
      [HANDSHAKE, 2],
      [CHANGE_CIPHER_SPEC, 1],
      [HANDSHAKE, 1],
      [21, 2],
      [HANDSHAKE, 1],
      [APPLICATION_DATA, 1],
    ]);
    writer.writeMessage(Uint8Array.of(5));
    writer.discard();
    writer.flush();
    expect(writer.pendingLength).toBe(0);
  });
});
