import { createHash } from 'node:crypto';
import {
  AUTHORIZATION,
  parseHeaderValue,
  parseSipMessage,
  WWW_AUTHENTICATE,
  type Credentials,
} from '@portico/sip-codec';
import {
  answerChallenge,
  digestResponse,
  readDigestChallenge,
  selectChallenges,
  type DigestChallenge,
  type DigestInput,
} from '@portico/sip-codec/extensions';
import { headerOf } from '@portico/sip-codec/writing';
import { describe, expect, it } from 'vitest';
import { hash } from './digest-hash.js';
import { wire } from './wire.js';

function challenges(...rows: readonly string[]): readonly Credentials[] {
  const text = rows.map((row) => `WWW-Authenticate: ${row}\r\n`).join('');
  return parseSipMessage(wire(`SIP/2.0 401 x\r\n${text}\r\n`)).headers.read(WWW_AUTHENTICATE) ?? [];
}

const read = (row: string): DigestChallenge | null => readDigestChallenge(challenges(row)[0] as Credentials);

/** The example of RFC 7616 section 3.9.1. */
const MUFASA: Omit<DigestInput, 'challenge'> = {
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nonceCount: 1,
  hash,
};
const EXAMPLE =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

describe('Digest with several algorithms (RFC 8760)', () => {
  it.each([
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ])('the example of RFC 7616 section 3.9.1, %s', (algorithm, response) => {
    const challenge = read(`Digest ${EXAMPLE}, algorithm=${algorithm}`) as DigestChallenge;
    expect(challenge).toMatchObject({ algorithm, qop: 'auth', session: false, stale: false });
    expect(digestResponse({ ...MUFASA, challenge })).toBe(response);
  });

  it('the example of RFC 2617 section 3.5, and servers of RFC 2069 without qop', () => {
    const text = 'realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const input = { ...MUFASA, password: 'Circle Of Life', cnonce: '0a4f113b' };
    expect(digestResponse({ ...input, challenge: read(`Digest ${text}, qop="auth"`) as DigestChallenge })).toBe(
      '6629fae49393a05397450978507c4ef1',
    );
    const old = read(`digest ${text}`) as DigestChallenge;
    expect(old).toMatchObject({ algorithm: 'MD5', qop: null, opaque: null });
    const h = (value: string): string => createHash('md5').update(value).digest('hex');
    const expected = h(`${h('Mufasa:testrealm@host.com:Circle Of Life')}:${old.nonce}:${h('GET:/dir/index.html')}`);
    expect(digestResponse({ ...input, challenge: old })).toBe(expected);
    expect(answerChallenge({ ...input, challenge: old }).parameters.map(({ name }) => name)).toEqual([
      ...['username', 'realm', 'nonce', 'uri', 'response', 'algorithm'],
    ]);
  });

  it('session algorithms and the integrity of bodies change the response', () => {
    const of = (row: string, body?: Uint8Array): string =>
      digestResponse({ ...MUFASA, ...(body && { body }), challenge: read(`Digest ${row}`) as DigestChallenge });
    const text = 'realm="r", nonce="n", algorithm=SHA-256';
    const h = (value: string): string => createHash('sha256').update(value).digest('hex');
    const secret = h('Mufasa:r:Circle of Life');
    const rest = `n:00000001:${MUFASA.cnonce}`;
    expect(of(`${text}-sess, qop="auth"`)).toBe(
      h(`${h(`${secret}:n:${MUFASA.cnonce}`)}:${rest}:auth:${h('GET:/dir/index.html')}`),
    );
    expect(of(`${text}, qop="auth-int"`, wire('v=0'))).toBe(
      h(`${secret}:${rest}:auth-int:${h(`GET:/dir/index.html:${h('v=0')}`)}`),
    );
    expect(of(`${text}, qop="auth-int"`)).not.toBe(of(`${text}, qop="auth-int"`, wire('v=0')));
  });

  it('the topmost challenge of each realm that can be answered is chosen; others are ignored (section 2.4)', () => {
    const rows = challenges(
      'Basic realm="a"',
      'Digest realm="a", nonce="1", algorithm=SHA-3',
      'Digest realm="a", nonce="2", algorithm=sha-512-256',
      'Digest realm="b", nonce="3"',
      'Digest realm="a", nonce="4", algorithm=SHA-256',
      'Digest realm="a", nonce="5"',
      'Digest realm="c", nonce="6", qop="other"',
      'Digest realm="d"',
      'Digest nonce="7"',
    );
    const nonces = (...supported: Parameters<typeof selectChallenges>[1][]): readonly string[] =>
      selectChallenges(rows, ...supported).map(({ nonce }) => nonce);
    expect(nonces()).toEqual(['2', '3']);
    expect(nonces(['SHA-256', 'MD5'])).toEqual(['3', '4']);
    expect(nonces(['MD5'])).toEqual(['3', '5']);
    expect(nonces([])).toEqual([]);
  });

  it('an answer is a value of Authorization that reads as it was, whatever is in the names', () => {
    const challenge = read(`Digest ${EXAMPLE}, algorithm=SHA-256-sess, stale=TRUE`) as DigestChallenge;
    expect(challenge.stale).toBe(true);
    const credentials = answerChallenge({ ...MUFASA, username: 'Mü, "x"\\', nonceCount: 0xab, challenge });
    const [name, text] = headerOf(AUTHORIZATION, [credentials]);
    expect(name).toBe('Authorization');
    expect(text).toContain(', algorithm=SHA-256-sess, cnonce="');
    expect(text).toContain(', qop=auth, nc=000000ab, opaque="');
    expect(parseHeaderValue(AUTHORIZATION, text)).toEqual([credentials]);
    for (const nonceCount of [0, -1, 1.5, 2 ** 32]) {
      expect(() => answerChallenge({ ...MUFASA, challenge, nonceCount })).toThrow(/nonceCount/);
    }
    const evil = answerChallenge({ ...MUFASA, username: 'a\r\nEvil: b', challenge });
    expect(() => headerOf(AUTHORIZATION, [evil])).toThrow(expect.objectContaining({ kind: 'api-misuse' }));
  });
});
