import { asciiToBytes, ByteReader, bytesToHex, concatBytes, utf8ToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { TlsError } from '../../src/error.js';
import { acrossNamesCodec } from '../../src/session/across-names.js';
import {
  parseSession,
  samePolicy,
  serializeSession,
  Session,
  type SessionContents,
} from '../../src/session/session.js';
import { decodeTicketState, encodeTicketState, type TicketState } from '../../src/session/ticket-state.js';
import { toySession } from '../support/sessions.js';

/** The number in so many bytes. */
function uint(width: number, value: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** (width - 1 - i)) % 256);
}

/** A vector with its length in so many bytes. */
function vector(width: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(uint(width, bytes.length), bytes);
}

function certificates(list: readonly Uint8Array[]): Uint8Array {
  return vector(3, concatBytes(...list.map((certificate) => vector(3, certificate))));
}

const NONE = new Uint8Array(0);

/** The layout of a session, version 2, once more: what was written by one release has to be read by the next. */
function layoutOfSession(session: SessionContents, version = 2): Uint8Array {
  return concatBytes(
    uint(1, version),
    uint(2, session.cipherSuite),
    vector(1, session.psk),
    vector(2, session.ticket),
    uint(4, session.ticketAgeAdd),
    uint(6, session.receivedAt),
    uint(6, session.expiresAt),
    uint(6, session.authenticationExpiresAt),
    vector(2, utf8ToBytes(session.serverName ?? '')),
    vector(2, utf8ToBytes(typeof session.policy === 'string' ? session.policy : '')),
    certificates(session.peerCertificates),
    uint(2, session.peerSignatureScheme),
    vector(2, session.externalIdentity ?? NONE),
    vector(1, session.alpn ?? NONE),
    uint(4, session.maxEarlyDataSize),
    uint(1, session.acrossNames === 'any-name' ? 1 : 0),
  );
}

/** The same for the state in a ticket. */
function layoutOfState(state: TicketState, version = 2): Uint8Array {
  return concatBytes(
    uint(1, version),
    uint(2, state.cipherSuite),
    vector(1, state.psk),
    uint(6, state.issuedAt),
    uint(6, state.authenticationExpiresAt),
    vector(1, utf8ToBytes(state.serverName ?? '')),
    vector(1, utf8ToBytes(state.clientPolicy ?? '')),
    certificates(state.clientCertificates),
    uint(2, state.clientSignatureScheme),
    vector(2, state.externalIdentity ?? NONE),
    uint(4, state.ticketAgeAdd),
    vector(1, state.alpn ?? NONE),
    uint(4, state.maxEarlyDataSize),
    uint(1, state.acrossNames === 'any-name' ? 1 : 0),
  );
}

const SESSION: SessionContents = Session.contentsOf(
  toySession({
    ticketAgeAdd: 0xfedc_ba98,
    receivedAt: 2 ** 48 - 3,
    expiresAt: 2 ** 48 - 2,
    authenticationExpiresAt: 2 ** 48 - 1,
    serverName: 'bücher.example',
    peerCertificates: [Uint8Array.of(1), Uint8Array.of(2, 3)],
    externalIdentity: asciiToBytes('sensor 17'),
    alpn: asciiToBytes('sip/2'),
    maxEarlyDataSize: 0xffff_fffe,
    acrossNames: 'any-name',
  }),
);

const STATE: TicketState = {
  cipherSuite: 0x1301,
  psk: new Uint8Array(48).fill(3),
  issuedAt: 2 ** 48 - 2,
  authenticationExpiresAt: 2 ** 48 - 1,
  serverName: 'bücher.example',
  clientPolicy: 'p',
  clientCertificates: [Uint8Array.of(1), Uint8Array.of(2, 3)],
  clientSignatureScheme: 0x0403,
  externalIdentity: asciiToBytes('sensor 17'),
  ticketAgeAdd: 0xfedc_ba98,
  alpn: asciiToBytes('sip/2'),
  maxEarlyDataSize: 0xffff_fffe,
  acrossNames: 'any-name',
};

/** Changes within the format and at its edges, for what both have. */
const EDGES: readonly Partial<SessionContents & TicketState>[] = [
  {},
  { psk: new Uint8Array(32).fill(1) },
  { psk: new Uint8Array(64).fill(1) },
  { serverName: null },
  { externalIdentity: null },
  { externalIdentity: new Uint8Array(0xffff).fill(7) },
  { alpn: null },
  { alpn: new Uint8Array(0xff).fill(7) },
  { maxEarlyDataSize: 0 },
  { acrossNames: 'same-name' },
];

/** What neither may hold. */
const BEYOND: readonly Partial<SessionContents & TicketState>[] = [
  { psk: new Uint8Array(31).fill(1) },
  { psk: new Uint8Array(65).fill(1) },
];

/** The same with bytes as text: arrays of thousands take long to compare. */
function readable(value: object): unknown {
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    part instanceof Uint8Array ? bytesToHex(part) : (part as unknown),
  ]);
  return Object.fromEntries(entries);
}

function refusal(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof TlsError ? error.reason : String(error);
  }
}

describe('a serialised session', () => {
  const edges: readonly Partial<SessionContents>[] = [
    ...EDGES,
    { ticket: Uint8Array.of(9) },
    { ticket: new Uint8Array(0xffff).fill(9) },
    { policy: 'x'.repeat(300) },
    { peerCertificates: [] },
  ];
  const beyond: readonly Partial<SessionContents>[] = [
    ...BEYOND,
    { ticket: NONE },
    { policy: '' },
    { peerCertificates: [Uint8Array.of(1), NONE] },
  ];

  it('has the layout of its version, which is read again', () => {
    for (const edge of edges) {
      const contents = { ...SESSION, ...edge };
      const bytes = layoutOfSession(contents);
      expect(bytesToHex(serializeSession(new Session(contents)))).toBe(bytesToHex(bytes));
      expect(readable(Session.contentsOf(parseSession(bytes)))).toEqual(readable(contents));
    }
  });

  it('is refused with what a session cannot hold, of another version, or with another byte for across names', () => {
    const bytes = layoutOfSession(SESSION);
    expect(refusal(() => parseSession(concatBytes(bytes.slice(0, -1), Uint8Array.of(2))))).toBe('invalid-argument');
    for (const version of [0, 1, 3]) {
      expect(refusal(() => parseSession(layoutOfSession(SESSION, version)))).toBe('invalid-argument');
    }
    for (const change of beyond) {
      const contents = { ...SESSION, ...change };
      expect(refusal(() => parseSession(layoutOfSession(contents)))).toBe('invalid-argument');
      expect(refusal(() => serializeSession(new Session(contents)))).not.toBeNull();
    }
    const notUtf8 = layoutOfSession({ ...SESSION, serverName: 'x' });
    notUtf8[notUtf8.indexOf(0x78)] = 0xff;
    expect(refusal(() => parseSession(notUtf8))).toBe('invalid-argument');
  });

  it('that is no array of bytes is the caller’s mistake', () => {
    expect(() => parseSession(null as never)).toThrow(TypeError);
  });
});

describe('the state in a ticket', () => {
  const edges: readonly Partial<TicketState>[] = [
    ...EDGES,
    { serverName: 'x'.repeat(255) },
    { clientPolicy: null, clientCertificates: [] },
    { clientPolicy: 'x'.repeat(255) },
  ];
  const beyond: readonly Partial<TicketState>[] = [...BEYOND, { clientCertificates: [NONE] }];

  it('has the layout of its version, which is read again', () => {
    for (const edge of edges) {
      const state = { ...STATE, ...edge };
      expect(bytesToHex(encodeTicketState(state))).toBe(bytesToHex(layoutOfState(state)));
      expect(readable(decodeTicketState(layoutOfState(state)) ?? {})).toEqual(readable(state));
    }
  });

  it('is unknown with what a ticket cannot hold, of another version, or with another byte for across names', () => {
    const bytes = layoutOfState(STATE);
    expect(decodeTicketState(concatBytes(bytes.slice(0, -1), Uint8Array.of(2)))).toBeNull();
    for (const version of [0, 1, 3]) expect(decodeTicketState(layoutOfState(STATE, version))).toBeNull();
    for (const change of beyond) {
      expect(decodeTicketState(layoutOfState({ ...STATE, ...change }))).toBeNull();
      expect(refusal(() => encodeTicketState({ ...STATE, ...change }))).not.toBeNull();
    }
    const notUtf8 = layoutOfState({ ...STATE, serverName: 'x' });
    notUtf8[notUtf8.indexOf(0x78)] = 0xff;
    expect(decodeTicketState(notUtf8)).toBeNull();
  });

  it('that is no array of bytes is a mistake of ours', () => {
    expect(() => decodeTicketState(null as never)).toThrow(TypeError);
  });
});

describe('resumption across names', () => {
  it('is one byte, 0 or 1', () => {
    const read = (...bytes: readonly number[]): unknown =>
      acrossNamesCodec.read(new ByteReader(Uint8Array.from(bytes)));
    expect([read(0, 9), read(1, 9)]).toEqual(['same-name', 'any-name']);
    expect(() => read(2)).toThrow(expect.objectContaining({ reason: 'value-out-of-range' }));
    expect(acrossNamesCodec.shape).toEqual({ kind: 'uint', width: 1 });
  });
});

describe('a session', () => {
  it('shows what an application may ask about it', () => {
    for (const contents of [SESSION, { ...SESSION, ...Session.contentsOf(toySession()) }]) {
      const session = new Session(contents);
      expect([session.serverName, session.expiresAt, session.maxEarlyDataSize, session.isResumableAcrossNames]).toEqual(
        [contents.serverName, contents.expiresAt, contents.maxEarlyDataSize, contents.acrossNames === 'any-name'],
      );
    }
  });
});

describe('a policy', () => {
  const verifyPeer = () => ({ trusted: true }) as const;
  const selectCredential = () => null;
  const policies = [
    'a',
    'b',
    { verifyPeer, selectCredential },
    { verifyPeer, selectCredential: null },
    { verifyPeer: () => ({ trusted: true }) as const, selectCredential },
  ];

  it('is the same one if its name is, or both of its functions are', () => {
    for (const left of policies) {
      for (const right of policies) expect(samePolicy(left, right)).toBe(left === right);
      const copy = typeof left === 'string' ? left : { ...left };
      expect(samePolicy(left, copy)).toBe(true);
    }
  });
});
