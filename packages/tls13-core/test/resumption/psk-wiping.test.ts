import { bytesToHex } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../../src/client-connection.js';
import type { ServerConfig } from '../../src/config.js';
import { decodeTicketState, encodeTicketState } from '../../src/session/ticket-state.js';
import { copiesDuring, leftOf, memoryHolding, type Copy } from '../support/copies.js';
import { ScriptedClient } from '../support/scripted-client.js';
import {
  earlyClient,
  earlyServer,
  earlyTicket,
  serverWithTickets,
  toyTicket,
  toyTickets,
  toyTicketState,
} from '../support/sessions.js';
import { toyServer } from '../support/toy-credentials.js';

/** What the connection under test copies while it reads; what its peer does is no business of these tests. */
function watchedClient(config: ServerConfig): { readonly peer: ScriptedClient; readonly copies: Copy[] } {
  const peer = new ScriptedClient(config);
  const copies: Copy[] = [];
  const { connection } = peer;
  const receive = connection.receive.bind(connection);
  connection.receive = (bytes) => {
    let events: ReturnType<typeof receive> = [];
    copies.push(...copiesDuring(() => (events = receive(bytes))));
    return events;
  };
  return { peer, copies };
}

const WIPED = { held: true, left: 0 };
const TICKET = toyTicket();
const TICKET_PSK = bytesToHex(TICKET.psk);

describe('a server wipes the PSK of a ticket', () => {
  it('once the connection’s secrets are made of it', () => {
    const { peer, copies } = watchedClient(serverWithTickets());
    peer.offers = [TICKET];
    peer.clientHello();
    expect(leftOf(TICKET_PSK, copies)).toEqual(WIPED);
    expect(peer.finished().connection.info?.resumed).toBe(true);
  });

  it('when it has to ask for another hello, which brings it again', () => {
    const { peer, copies } = watchedClient(serverWithTickets());
    peer.offers = [TICKET];
    peer.clientHelloWithoutShare();
    expect(peer.heard.map(({ type }) => type)).toEqual(['hello_retry_request']);
    expect(leftOf(TICKET_PSK, copies)).toEqual(WIPED);
  });

  it('when the handshake fails before it is used', () => {
    const { peer, copies } = watchedClient(serverWithTickets({ alpn: { protocols: ['sip/2'], required: true } }));
    peer.offers = [TICKET];
    expect(peer.clientHello().failure).toBe('no-application-protocol');
    expect(leftOf(TICKET_PSK, copies)).toEqual(WIPED);
  });

  it('with all that the protector gave, where no ticket can be judged', () => {
    const opened: Uint8Array[] = [];
    const { protector } = toyTickets();
    const open = (ticket: Uint8Array): Uint8Array => {
      const bytes = protector.open(ticket) as Uint8Array;
      opened.push(bytes);
      return bytes;
    };
    const clockless = (): number => {
      throw new Error('no time');
    };
    for (const now of [clockless, toyTickets().now, () => 0]) {
      const { peer } = watchedClient(
        serverWithTickets({ tickets: toyTickets({ protector: { ...protector, open }, now }) }),
      );
      peer.offers = [TICKET];
      peer.clientHello();
    }
    expect(opened).toHaveLength(3);
    for (const bytes of opened) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('that it makes, once it is sealed', () => {
    const sealed: Uint8Array[] = [];
    const { protector } = toyTickets();
    const seal = (state: Uint8Array): Uint8Array => {
      sealed.push(state.slice());
      return protector.seal(state) as Uint8Array;
    };
    const { peer, copies } = watchedClient(
      serverWithTickets({ tickets: toyTickets({ protector: { ...protector, seal } }) }),
    );
    peer.offersModes = true;
    peer.handshake();
    expect(sealed).toHaveLength(2);
    for (const state of sealed) {
      const psk = decodeTicketState(state)?.psk as Uint8Array;
      expect(leftOf(bytesToHex(psk), copies)).toEqual(WIPED);
    }
  });
});

describe('what a ticket remembers stands in no memory but the array that is given away', () => {
  // With a chain, the writer has to grow on the way.
  const chain = [new Uint8Array(1000).fill(0x30), new Uint8Array(3000).fill(0x31)];

  it.each([
    ['without certificates', []],
    ['with a chain of certificates', chain],
  ])('%s', (_what, clientCertificates) => {
    const psk = new Uint8Array(32).fill(0x5b);
    let state: Uint8Array = new Uint8Array(0);
    const holding = memoryHolding(psk, () => {
      state = encodeTicketState(toyTicketState({ psk: psk.slice(), clientCertificates }));
    });
    // The second is the copy that the test passed in.
    expect(holding).toHaveLength(2);
    expect(holding).toContain(state.buffer);
    expect(decodeTicketState(state)?.psk).toEqual(psk);
  });

  it('and not there any more once a ticket protector sealed it', () => {
    const state = new Uint8Array(200).fill(0x5c);
    let ticket: Uint8Array = new Uint8Array(0);
    const holding = memoryHolding(state.slice(0, 32), () => {
      ticket = toyTickets().protector.seal(state) as Uint8Array;
    });
    expect(holding).toEqual([]);
    expect(state.every((byte) => byte === 0)).toBe(true);
    expect(toyTickets().protector.open(ticket)).toEqual(new Uint8Array(200).fill(0x5c));
  });
});

describe('a server wipes its copy of an external PSK, and leaves the application’s alone', () => {
  const key = new Uint8Array(32).fill(0x17);
  const offered = { ticket: Uint8Array.of(0x78), psk: key, binderLabel: 'ext binder' } as const;
  const serverWith = (identity: Uint8Array, config: Partial<ServerConfig> = {}): ServerConfig =>
    toyServer({ externalPsks: () => ({ identity, key }), ...config });
  const fails = { alpn: { protocols: ['sip/2'], required: true } };

  it.each<[string, ServerConfig, (peer: ScriptedClient) => ScriptedClient, string | null]>([
    ['once the secrets are made of it', serverWith(offered.ticket), (peer) => peer.clientHello(), null],
    [
      'when it has to ask for another hello',
      serverWith(offered.ticket),
      (peer) => peer.clientHelloWithoutShare(),
      null,
    ],
    [
      'when the handshake fails before it is used',
      serverWith(offered.ticket, fails),
      (peer) => peer.clientHello(),
      'no-application-protocol',
    ],
    ['that is another’s, after a full handshake', serverWith(Uint8Array.of(0x79)), (peer) => peer.handshake(), null],
  ])('%s', (_when, config, play, failure) => {
    const { peer, copies } = watchedClient(config);
    peer.offers = [offered];
    expect(play(peer).failure).toBe(failure);
    const copied = copies.filter(({ array }) => array !== key);
    expect(leftOf(bytesToHex(key), copied)).toEqual(WIPED);
    expect(key.every((byte) => byte === 0x17)).toBe(true);
  });
});

describe('the secret of early data is wiped once its keys are made', () => {
  const secretOf = (lines: readonly string[]): string =>
    lines.find((line) => line.startsWith('CLIENT_EARLY_TRAFFIC_SECRET'))?.split(' ')[2] as string;

  it('by a client', () => {
    const lines: string[] = [];
    const copies = copiesDuring(() => createTlsClient(earlyClient({ keyLog: (line) => lines.push(line) })));
    expect(leftOf(secretOf(lines), copies)).toEqual(WIPED);
  });

  it('by a server', () => {
    const lines: string[] = [];
    const { peer, copies } = watchedClient(earlyServer({ keyLog: (line) => lines.push(line) }));
    peer.offers = [earlyTicket()];
    peer.announcesEarlyData = true;
    peer.clientHello();
    expect(leftOf(secretOf(lines), copies)).toEqual(WIPED);
  });
});
