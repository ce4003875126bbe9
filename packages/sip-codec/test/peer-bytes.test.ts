// What a peer writes, odd and hostile, and what our own messages make of it.
import { createResponse } from '@portico/sip-codec';
import { responseTarget } from '@portico/sip-codec/routing';
import { describe, expect, it } from 'vitest';
import { options, request } from './wire.js';

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
