import { inspect } from 'node:util';
import { bytesToHex } from '@portico/bytes';
import { bytesArbitrary } from '@portico/bytes/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCodecProperties } from '../../../../test/support/codec-properties.js';
import { TlsError } from '../../src/error.js';
import { parseSession, serializeSession, Session, type SessionContents } from '../../src/session/session.js';
import { decodeTicketState, encodeTicketState, type TicketState } from '../../src/session/ticket-state.js';
import { OFFERED_PSK, toySession } from '../support/sessions.js';

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const certificates = (minLength: number) => fc.array(bytesArbitrary(1, 40), { minLength, maxLength: 3 });
const codePoint = fc.integer({ min: 0, max: 0xffff });

const contents: fc.Arbitrary<SessionContents> = fc.record(
  {
    cipherSuite: codePoint,
    psk: bytesArbitrary(32, 64),
    ticket: bytesArbitrary(1, 60),
    ticketAgeAdd: fc.integer({ min: 0, max: 0xffff_ffff }),
    receivedAt: time,
    expiresAt: time,
    authenticationExpiresAt: time,
    serverName: fc.option(text),
    policy: text,
    peerCertificates: certificates(0),
    peerSignatureScheme: codePoint,
    externalIdentity: fc.option(bytesArbitrary(1, 40)),
    alpn: fc.option(bytesArbitrary(1, 255)),
    maxEarlyDataSize: fc.integer({ min: 0, max: 0xffff_ffff }),
    acrossNames: fc.constantFrom('same-name', 'any-name'),
  },
  { noNullPrototype: true },
);

describeCodecProperties<SessionContents>('a serialised session', {
  decode: (bytes) => Session.contentsOf(parseSession(bytes)),
  encode: (value) => serializeSession(new Session(value)),
  arbitrary: contents,
  isOurError: (error) => error instanceof TlsError && error.reason === 'invalid-argument',
});

const state: fc.Arbitrary<TicketState> = fc.record(
  {
    cipherSuite: codePoint,
    psk: bytesArbitrary(32, 64),
    issuedAt: time,
    authenticationExpiresAt: time,
    serverName: fc.option(text),
    clientPolicy: fc.option(text),
    clientCertificates: certificates(0),
    clientSignatureScheme: codePoint,
    externalIdentity: fc.option(bytesArbitrary(1, 40)),
    ticketAgeAdd: fc.integer({ min: 0, max: 0xffff_ffff }),
    alpn: fc.option(bytesArbitrary(1, 255)),
    maxEarlyDataSize: fc.integer({ min: 0, max: 0xffff_ffff }),
    acrossNames: fc.constantFrom('same-name', 'any-name'),
  },
  { noNullPrototype: true },
);

describeCodecProperties<TicketState>('the state in a ticket', {
  decode: (bytes) => {
    const decoded = decodeTicketState(bytes);
    if (decoded === null) throw new TlsError('invalid-argument');
    return decoded;
  },
  encode: encodeTicketState,
  arbitrary: state,
  isOurError: (error) => error instanceof TlsError,
});

describe('a session', () => {
  it('shows nothing of its secrets, whichever way it is looked at', () => {
    const session = toySession();
    const views = [
      JSON.stringify(session),
      inspect(session, { depth: 9, showHidden: true }),
      Object.prototype.toString.call(session),
    ];
    for (const view of views) {
      expect(view).not.toContain(bytesToHex(OFFERED_PSK));
      expect(view).not.toContain('154, 154');
    }
    expect(Object.keys(session)).toEqual([]);
    expect([session.serverName, session.expiresAt]).toEqual(['localhost', expect.any(Number)]);
  });

  it('of another version is refused', () => {
    const bytes = serializeSession(toySession());
    bytes[0] = 1;
    expect(() => parseSession(bytes)).toThrow('version 2');
  });

  it('does not depend on the array that it was read from', () => {
    const bytes = serializeSession(toySession());
    const session = parseSession(bytes);
    bytes.fill(0);
    expect(Session.contentsOf(session).psk).toEqual(OFFERED_PSK);
  });

  it('made under functions cannot be serialised: nothing could tell what it was made under', () => {
    const session = toySession({ policy: { verifyPeer: () => ({ trusted: true }), selectCredential: null } });
    expect(() => serializeSession(session)).toThrow('resumption.policy');
  });
});
