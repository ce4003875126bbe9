import {
  createBestEffortResponse,
  createRequest,
  createResponse,
  findFaults,
  parseHeaderValue,
  TO,
  type HeaderInput,
} from '@portico/sip-codec';
import { createClientRequest } from '@portico/sip-codec/writing';
import { describe, expect, it } from 'vitest';
import { options, request, wire } from './wire.js';

const client = (uri: string, headers: readonly HeaderInput[] = []): ReturnType<typeof createClientRequest> =>
  createClientRequest({
    method: 'OPTIONS',
    uri,
    from: parseHeaderValue(TO, '<sip:a@example.com>'),
    to: parseHeaderValue(TO, '<sip:b@example.com>'),
    via: { transport: 'TLS', host: 'a.example.com' },
    random: (length) => new Uint8Array(length).fill(7),
    headers,
  });

describe('fields that the writers write themselves', () => {
  it.each(['Content-Length', 'content-LENGTH', 'l', 'L'])('a second length, as %s, is refused by each', (name) => {
    const headers = [[name, '5']] as const;
    const asked = request(options());
    for (const write of [
      () => createRequest({ method: 'OPTIONS', uri: 'sip:a', headers, body: wire('12345') }),
      () => createResponse(asked, 404, { headers }),
      () => createBestEffortResponse(asked, { status: 400, headers }),
    ]) {
      expect(write).toThrow(expect.objectContaining({ reason: 'invalid-argument', field: name }));
    }
  });

  it.each(['Via', 'v', 'Max-Forwards', 'From', 'f', 'To', 't', 'Call-ID', 'i', 'cseq', 'Route', 'l'])(
    'a second %s in a request of a client is refused',
    (name) => {
      expect(() => client('sip:a', [[name, 'x']])).toThrow(
        expect.objectContaining({ reason: 'invalid-argument', field: 'headers' }),
      );
    },
  );

  it('a client’s own fields go through', () => {
    expect(client('sip:a', [['Contact', '<sip:a@b>']]).headers.text('Contact')).toBe('<sip:a@b>');
  });

  it('headers and method of a URI do not get into the Request-URI (RFC 3261 section 19.1.1)', () => {
    const written = client('sip:c@d;lr;m%65thod=BYE?Route=x');
    expect(written.requestUri).toBe('sip:c@d;lr');
    expect(findFaults(written)).toEqual([]);
    expect(client('tel:+1').requestUri).toBe('tel:+1');
  });
});
