// What a peer writes, odd and hostile, and what our own messages make of it.
import {
  createBestEffortResponse,
  createResponse,
  parseSipMessage,
  SipResponse,
  type SipRequest,
} from '@portico/sip-codec';
import { responseTarget } from '@portico/sip-codec/routing';
import { describe, expect, it } from 'vitest';
import { createAck, createCancel } from '@portico/sip-codec/writing';
import { options, request, wire, wireText } from './wire.js';

const SOURCE = { address: '192.0.2.1', port: 5 };

describe('a Via that says itself where it came from (RFC 3261 section 18.2.1)', () => {
  const answer = (via: string): ReturnType<typeof createResponse> =>
    createResponse(request(options({ Via: via })), 404, { source: SOURCE });

  it.each([
    ['in plain sight', 'received=6.6.6.6'],
    ['behind white space', `${' '.repeat(70)}received=6.6.6.6`],
    ['behind much white space', `${' \t'.repeat(2000)}RECEIVED = 6.6.6.6`],
    ['on a line of its own', '\r\n received\r\n =\r\n 6.6.6.6'],
    ['behind a quoted semicolon', `x="${';'.repeat(80)}\\";received=7";received=6.6.6.6`],
  ])('%s: received is ours', (_, parameter) => {
    const written = answer(`SIP/2.0/UDP h;branch=z9hG4bKa;${parameter}`);
    expect(written.headers.text('Via')).not.toContain('6.6.6.6');
    expect(responseTarget(written)).toMatchObject({ host: SOURCE.address, from: 'received' });
  });

  it.each(['rport=9', `${' '.repeat(70)}rport=9`, `\r\n rport\r\n =9`])('%j: rport is ours', (parameter) => {
    const written = answer(`SIP/2.0/UDP h;branch=z9hG4bKa;${parameter};x=y`);
    expect(written.headers.text('Via')).toMatch(/;x=y;received=192\.0\.2\.1;rport=5$/);
    expect(responseTarget(written)).toMatchObject({ host: SOURCE.address, port: SOURCE.port });
  });
});

describe('To tags of answers (RFC 3261 section 8.2.6.2)', () => {
  it.each([
    ['in a URI', '<sip:c@d;tag=evil>'],
    ['in a quoted string that does not end', '"x;tag=fake <sip:c>'],
    ['in a quoted string behind the brackets', '<sip:c@d>;x="a;tag=y'],
    ['in a display name', 'a;tag=b <sip:c>'],
  ])('what only looks like a tag, %s, is none', (_, to) => {
    const asked = request(options({ To: to }));
    for (const answer of [
      createResponse(asked, 404, { toTag: 'ours' }),
      createBestEffortResponse(asked, { status: 400, toTag: 'ours' }),
    ]) {
      expect(answer?.headers.text('To')).toBe(`${to};tag=ours`);
    }
  });

  it.each([
    ['broken', '<sip:c@d>>;tag=theirs'],
    ['without brackets', 'sip:c@d@e; tag =theirs'],
    ['right', '"x;y" <sip:c@d>;tag=theirs'],
  ])('one that is there, in a To that is %s, stays the only one', (_, to) => {
    const asked = request(options({ To: to }));
    expect(createResponse(asked, 404, { toTag: 'ours' }).headers.text('To')).toBe(to);
    expect(createBestEffortResponse(asked, { status: 400, toTag: 'ours' })?.headers.text('To')).toBe(to);
  });
});

describe('values that go back to a peer', () => {
  const NUL_NAME = '"a\\\0" <sip:c@d>';
  const invite = (fields: Record<string, string>): SipRequest =>
    request(wire(wireText(options({ CSeq: '1 INVITE', ...fields })).replace('OPTIONS sip', 'INVITE sip')));
  const failure = (to: string): SipResponse => {
    const message = parseSipMessage(
      wire(wireText(createResponse(invite({ To: '@TO@' }), 486, { toTag: 'x' }).bytes).replace('@TO@;tag=x', to)),
    );
    if (message.type !== 'response') throw new Error(message.type);
    return message;
  };

  it.each([
    ['a NUL as quoted-pair', `${NUL_NAME};tag=9`],
    ['bytes that are no UTF-8', '"a\xff\xc3" <sip:c@d>;tag=9'],
    ['UTF-8', '"\xc3\xa9" <sip:c@d>;tag=9'],
  ])('%s in To: the ACK has it byte for byte (section 17.1.1.3)', (_, to) => {
    expect(wireText(createAck(invite({}), failure(to)).bytes)).toContain(`\r\nTo: ${to}\r\n`);
  });

  it('a response without a To is acknowledged by that of the INVITE', () => {
    const bytes = wire(wireText(failure('x').bytes).replace('To: x\r\n', ''));
    expect(createAck(invite({}), parseSipMessage(bytes) as SipResponse).headers.texts('To')).toEqual([
      '<sip:bob@example.com>',
    ]);
  });

  it('CANCEL has the From, To and Route of the INVITE byte for byte, folds as spaces (section 9.1)', () => {
    const cancel = createCancel(
      invite({ From: `${NUL_NAME};tag=1`, To: '"\xff" <sip:x>', Route: '<sip:a;lr>,\r\n <sip:b;lr>' }),
    );
    const text = wireText(cancel.bytes);
    expect(text).toContain(`\r\nFrom: ${NUL_NAME};tag=1\r\nTo: "\xff" <sip:x>\r\n`);
    expect(text).toMatch(/\r\nRoute: <sip:a;lr>, +<sip:b;lr>\r\n/);
  });
});
