import { createHash } from 'node:crypto';
import {
  AUTHENTICATION_INFO,
  AUTHORIZATION,
  parseHeaderValue,
  parseUri,
  SipError,
  type Credentials,
  type Parameter,
} from '@portico/sip-codec';
import { sipUriArbitrary } from '@portico/sip-codec/arbitraries';
import {
  answerChallenge,
  createAuthenticationInfo,
  createDigestChallenges,
  digestHa1,
  digestResponse,
  readDigestChallenge,
  readDigestCredentials,
  selectChallenges,
  verifyAuthenticationInfo,
  verifyDigest,
  type DigestChallenge,
  type DigestCredentials,
  type DigestDemand,
  type DigestHash,
  type DigestInput,
  type DigestVerification,
  type DigestVerdict,
} from '@portico/sip-codec/extensions';
import { readDigestLeniently } from '@portico/sip-codec/lenient';
import { headerOf } from '@portico/sip-codec/writing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash } from './digest-hash.js';
import { wire } from './wire.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function credentials(text: string): Credentials {
  const [value] = parseHeaderValue(AUTHORIZATION, text);
  if (value === undefined) throw new Error('no credentials');
  return value;
}

const read = (text: string): DigestCredentials => readDigestCredentials(credentials(text));

/** Credentials with everything, of which a test changes one parameter; null takes it out. */
const WHOLE: Readonly<Record<string, string>> = {
  username: '"bob"',
  realm: '"biloxi.com"',
  nonce: '"dcd98b7102dd2f0e8b11d0f600bfb0c093"',
  uri: '"sip:bob@biloxi.com"',
  response: '"89eb0059246c02b2f6ee02c7961d5ea3"',
  algorithm: 'MD5',
  qop: 'auth',
  nc: '00000001',
  cnonce: '"0a4f113b"',
  opaque: '"5ccc069c403ebaf9f0171e9517f40e41"',
};

function text(changes: Readonly<Record<string, string | null>> = {}): string {
  const all = Object.entries({ ...WHOLE, ...changes }).filter(([, value]) => value !== null);
  return `Digest ${all.map(([name, value]) => `${name}=${value}`).join(', ')}`;
}

const DEMAND: DigestDemand = {
  realm: 'biloxi.com',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  algorithms: ['SHA-256', 'MD5'],
  opaque: '5ccc069c403ebaf9f0171e9517f40e41',
};

const VERIFICATION: DigestVerification = {
  credentials: read(text()),
  demand: DEMAND,
  secret: { password: 'zanzibar' },
  method: 'INVITE',
  requestUri: parseUri('sip:bob@biloxi.com'),
  hash,
};

describe('Digest credentials as a server reads them (RFC 3261 section 25.1, RFC 7616, RFC 8760)', () => {
  it('credentials as in RFC 3261 section 22.4; names, scheme, algorithm and qop in any case', () => {
    const value = {
      username: 'bob',
      realm: 'biloxi.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      uri: 'sip:bob@biloxi.com',
      response: '89eb0059246c02b2f6ee02c7961d5ea3',
      algorithm: 'MD5',
      session: false,
      cnonce: '0a4f113b',
      opaque: '5ccc069c403ebaf9f0171e9517f40e41',
      qop: 'auth',
      nonceCount: 1,
    };
    expect(read(text())).toEqual(value);
    const { username, ...rest } = WHOLE;
    const all = Object.entries({ ...rest, USERNAME: username, algorithm: 'md5', qop: 'AUTH', extra: '1' });
    expect(read(`DIGEST ${all.map(([name, given]) => `${name}=${given}`).join(',')}`)).toEqual(value);
  });

  it('no algorithm is MD5; -sess, SHA-256 with 64 digits; a count as a number; no qop of RFC 2069', () => {
    expect(read(text({ algorithm: null, opaque: null }))).toMatchObject({ algorithm: 'MD5', opaque: null });
    const long = `"${'0a'.repeat(32)}"`;
    const sha = { algorithm: 'SHA-512-256-SESS', response: long, nc: 'ffffffff', qop: 'auth-int', userhash: 'false' };
    expect(read(text(sha))).toMatchObject({
      ...{ algorithm: 'SHA-512-256', session: true, nonceCount: 0xffff_ffff, qop: 'auth-int' },
    });
    const old = { qop: null, nc: null, cnonce: null };
    expect(read(text(old))).toMatchObject({ qop: null, cnonce: null, nonceCount: null });
    // With -sess a cnonce is needed to calculate anything at all.
    expect(read(text({ ...old, algorithm: 'MD5-sess', cnonce: '"x"' }))).toMatchObject({ qop: null, cnonce: 'x' });
  });

  it('a client that has no challenge yet says who it is (RFC 8760 section 2.7)', () => {
    const first = read('Digest username="a", realm="r", nonce="", uri="sip:r", response=""');
    expect(first).toMatchObject({ username: 'a', response: '' });
    const verdict = verifyDigest({ ...VERIFICATION, demand: { ...DEMAND, realm: 'r' }, credentials: first });
    expect(verdict).toEqual({ type: 'other-challenge', reason: 'none-yet' });
  });

  it.each<readonly [Readonly<Record<string, string | null>>, string, string]>([
    [{ username: null }, 'header-syntax', 'username'],
    [{ realm: null }, 'header-syntax', 'realm'],
    [{ nonce: null }, 'header-syntax', 'nonce'],
    [{ uri: null }, 'header-syntax', 'digest-uri'],
    [{ response: null }, 'header-syntax', 'dresponse'],
    // Quotes where the grammar has none, and none where it has them.
    [{ username: 'bob' }, 'header-syntax', 'username'],
    [{ realm: 'biloxi.com' }, 'header-syntax', 'realm'],
    [{ nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' }, 'header-syntax', 'nonce'],
    [{ uri: 'x' }, 'header-syntax', 'digest-uri'],
    [{ response: '89eb0059246c02b2f6ee02c7961d5ea3' }, 'header-syntax', 'dresponse'],
    [{ cnonce: '0a4f113b' }, 'header-syntax', 'cnonce'],
    [{ opaque: '5ccc069c403ebaf9f0171e9517f40e41' }, 'header-syntax', 'opaque'],
    [{ algorithm: '"MD5"' }, 'header-syntax', 'algorithm'],
    [{ qop: '"auth"' }, 'header-syntax', 'message-qop'],
    [{ nc: '"00000001"' }, 'header-syntax', 'nonce-count'],
    // Values.
    [{ uri: '"/index.html"' }, 'uri-syntax', 'digest-uri-value'],
    [{ uri: '""' }, 'uri-syntax', 'digest-uri-value'],
    [{ response: '"89EB0059246C02B2F6EE02C7961D5EA3"' }, 'header-syntax', 'request-digest'],
    [{ response: '"89eb0059246c02b2f6ee02c7961d5ea"' }, 'header-syntax', 'request-digest'],
    [{ response: '"89eb0059246c02b2f6ee02c7961d5ea3 "' }, 'header-syntax', 'request-digest'],
    [{ response: '"89eb0059246c02b2f6ee02c7961d5eag"' }, 'header-syntax', 'request-digest'],
    [{ response: `"${'0'.repeat(64)}"` }, 'header-syntax', 'request-digest'],
    [{ algorithm: 'SHA-256' }, 'header-syntax', 'request-digest'],
    [{ nc: '1' }, 'header-syntax', 'nc-value'],
    [{ nc: '000000001' }, 'header-syntax', 'nc-value'],
    [{ nc: '0000000A' }, 'header-syntax', 'nc-value'],
    [{ nc: '0x000001' }, 'header-syntax', 'nc-value'],
    [{ nc: '00000000' }, 'value-out-of-range', 'nc-value'],
    // What goes together.
    [{ qop: null }, 'header-syntax', 'nonce-count'],
    [{ qop: null, nc: null }, 'header-syntax', 'cnonce'],
    [{ qop: null, cnonce: null }, 'header-syntax', 'nonce-count'],
    [{ nc: null }, 'header-syntax', 'nonce-count'],
    [{ cnonce: null }, 'header-syntax', 'cnonce'],
    [{ algorithm: 'MD5-sess', qop: null, nc: null, cnonce: null }, 'header-syntax', 'cnonce'],
    // What is not known, and what is not taken.
    [{ algorithm: 'AKAv1-MD5' }, 'auth-scheme-unsupported', 'algorithm'],
    [{ algorithm: 'MD5-sess-sess' }, 'auth-scheme-unsupported', 'algorithm'],
    [{ qop: 'auth-conf' }, 'auth-scheme-unsupported', 'qop-value'],
    [{ userhash: 'true' }, 'auth-scheme-unsupported', 'RFC 7616 section 3.4.4'],
    [{ 'username*': "UTF-8''J%C3%A4s" }, 'header-syntax', 'RFC 7616 section 3.4'],
    [{ username: null, 'username*': "UTF-8''J%C3%A4s" }, 'header-syntax', 'RFC 7616 section 3.4'],
  ])('%j is refused: %s of %s', (changes, reason, rule) => {
    const value = credentials(text(changes));
    const status = reason === 'auth-scheme-unsupported' ? 401 : 400;
    const expected = expect.objectContaining({ name: 'SipError', reason, rule, status, field: 'Proxy-Authorization' });
    expect(() => readDigestCredentials(value, 'Proxy-Authorization')).toThrow(expected);
  });

  it('another scheme is refused, and the field is Authorization unless it is said', () => {
    const expected = expect.objectContaining({
      reason: 'auth-scheme-unsupported',
      field: 'Authorization',
      status: 401,
    });
    expect(() => read('Basic username="a"')).toThrow(expected);
  });

  it('whatever the parameters are, nothing but a SipError is thrown', () => {
    const value = fc.oneof(
      fc.constantFrom('MD5', 'SHA-256-sess', 'auth', 'auth-int', '00000001', 'sip:a@b', 'false', '', 'f'.repeat(32)),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constant(null),
    );
    const names = [...Object.keys(WHOLE), 'username*', 'userhash', 'Nonce'];
    const parameter = fc.record(
      { name: fc.constantFrom(...names), value, quoted: fc.boolean() },
      { noNullPrototype: true },
    );
    const whole = credentials(text()).parameters;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 4 }), fc.nat(whole.length), (first, from) => {
        try {
          readDigestCredentials({ scheme: 'Digest', parameters: [...first, ...whole.slice(from)] });
          taken++;
        } catch (error) {
          expect(error).toBeInstanceOf(SipError);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(5);
  });
});

describe('Digest credentials by the lenient rules', () => {
  const lenient = (given: string): ReturnType<typeof readDigestLeniently> => readDigestLeniently(credentials(given));

  it.each<readonly [Readonly<Record<string, string>>, readonly string[]]>([
    [{ algorithm: '"MD5"' }, ['a Digest token in quotes']],
    [{ qop: '"auth"', nc: '"00000001"', userhash: '"false"' }, ['a Digest token in quotes']],
    [{ username: 'bob', realm: 'biloxi.com', cnonce: '0a4f113b' }, ['a Digest text without quotes']],
    [
      { QOP: '"auth"', OPAQUE: WHOLE['opaque']?.slice(1, -1) ?? '' },
      ['a Digest token in quotes', 'a Digest text without quotes'],
    ],
  ])('%j is read as if its quotes were right', (changes, tolerances) => {
    const capitals = Object.keys(changes).filter((name) => name !== name.toLowerCase());
    const gone = Object.fromEntries(capitals.map((name) => [name.toLowerCase(), null]));
    const reading = lenient(text({ ...gone, ...changes }));
    expect(reading.value).toEqual(read(text()));
    expect(reading.forgiven).toMatchObject({ error: { reason: 'header-syntax', field: 'Authorization' }, tolerances });
    expect(verifyDigest({ ...VERIFICATION, credentials: reading.value })).toMatchObject({ type: 'valid' });
  });

  it('what is right is read as it is; what quotes do not mend has the strict error', () => {
    expect(lenient(text())).toEqual({ value: read(text()), forgiven: null });
    const expected = (rule: string): unknown => expect.objectContaining({ reason: 'header-syntax', rule });
    expect(() => lenient(text({ nc: null }))).toThrow(expected('nonce-count'));
    expect(() => lenient(text({ nc: '"1"' }))).toThrow(expected('nonce-count'));
    expect(() => lenient(text({ algorithm: '"MD5"', cnonce: null }))).toThrow(expected('algorithm'));
  });
});

describe('the check of a server', () => {
  const verdict = (changes: Partial<DigestVerification>): DigestVerdict =>
    verifyDigest({ ...VERIFICATION, ...changes });
  const valid: DigestVerdict = { type: 'valid', nonceCount: 1 };
  const rest = 'dcd98b7102dd2f0e8b11d0f600bfb0c093:00000001:0a4f113b:auth';

  it('takes the response that md5 gives for the user of RFC 3261 section 22.4, by password and by H(A1)', () => {
    const response = md5(`${md5('bob:biloxi.com:zanzibar')}:${rest}:${md5('INVITE:sip:bob@biloxi.com')}`);
    expect(response).toBe(WHOLE['response']?.slice(1, -1));
    expect(verdict({})).toEqual(valid);
    const ha1 = digestHa1({ username: 'bob', realm: 'biloxi.com', password: 'zanzibar', algorithm: 'MD5', hash });
    expect(ha1).toBe('12af60467a33e8518da5c68bbff12b11');
    expect(verdict({ secret: { ha1 } })).toEqual(valid);
    expect(verdict({ secret: { ha1: ha1.toUpperCase() } })).toEqual(valid);
    for (const wrong of ['', ha1.slice(1), `${ha1}00`, `${ha1.slice(1)}g`]) {
      const expected = expect.objectContaining({ reason: 'invalid-argument', field: 'ha1' });
      expect(() => verdict({ secret: { ha1: wrong } })).toThrow(expected);
    }
  });

  it.each<readonly [string, Partial<DigestVerification>, DigestVerdict]>([
    ['another password', { secret: { password: 'zanzibaR' } }, { type: 'wrong-response' }],
    ['an H(A1) of another user', { secret: { ha1: '0'.repeat(32) } }, { type: 'wrong-response' }],
    ['another method', { method: 'BYE' }, { type: 'wrong-response' }],
    ['another realm', { demand: { ...DEMAND, realm: 'x' } }, { type: 'other-challenge', reason: 'realm' }],
    [
      'an algorithm that was not offered',
      { demand: { ...DEMAND, algorithms: ['SHA-256', 'MD5-sess'] } },
      { type: 'other-challenge', reason: 'algorithm' },
    ],
    [
      'a qop that was not offered',
      { demand: { ...DEMAND, qop: ['auth-int'] } },
      { type: 'other-challenge', reason: 'qop' },
    ],
    ['another opaque', { demand: { ...DEMAND, opaque: 'x' } }, { type: 'other-challenge', reason: 'opaque' }],
    ['an old nonce', { demand: { ...DEMAND, nonce: 'new' } }, { type: 'stale', reason: 'nonce', nonceCount: 1 }],
    ['a count that came before', { lastNonceCount: 1 }, { type: 'stale', reason: 'nonce-count', nonceCount: 1 }],
    ['another Request-URI', { requestUri: parseUri('sip:bob@192.0.2.4') }, { type: 'other-uri' }],
    ['an equivalent Request-URI', { requestUri: parseUri('sip:%62ob@BILOXI.com;x=1') }, valid],
    [
      'a Request-URI that the caller knows of',
      { requestUri: parseUri('sip:bob@192.0.2.4'), acceptsUri: (uri) => uri.type === 'sip' && uri.user === 'bob' },
      valid,
    ],
    [
      'another one',
      { requestUri: parseUri('sip:bob@192.0.2.4'), acceptsUri: (uri) => uri.type === 'tel' },
      { type: 'other-uri' },
    ],
    // Without the secret nobody learns which nonce or URI would be right.
    [
      'an old nonce and another password',
      { demand: { ...DEMAND, nonce: 'new' }, secret: { password: '' } },
      { type: 'wrong-response' },
    ],
    [
      'another URI and another password',
      { requestUri: parseUri('sip:x'), secret: { password: '' } },
      { type: 'wrong-response' },
    ],
  ])('%s', (_, changes, expected) => {
    expect(verdict(changes)).toEqual(expected);
  });

  it('a client of RFC 2069 is taken only where it is said, and has no count', () => {
    const response = md5(`${md5('bob:biloxi.com:zanzibar')}:${DEMAND.nonce}:${md5('INVITE:sip:bob@biloxi.com')}`);
    const old = read(text({ qop: null, nc: null, cnonce: null, response: `"${response}"` }));
    expect(verdict({ credentials: old })).toEqual({ type: 'other-challenge', reason: 'qop' });
    expect(verdict({ credentials: old, withoutQop: 'accepted', lastNonceCount: 7 })).toEqual({
      ...{ type: 'valid', nonceCount: null },
    });
    const other = { ...old, nonce: 'x' };
    expect(verdict({ credentials: other, withoutQop: 'accepted' })).toEqual({ type: 'wrong-response' });
  });

  it('an empty opaque is none', () => {
    const { opaque: _, ...demand } = DEMAND;
    expect(verdict({ demand, credentials: read(text({ opaque: '""' })) })).toEqual(valid);
    expect(verdict({ demand, credentials: read(text({ opaque: null })) })).toEqual(valid);
    expect(verdict({ credentials: read(text({ opaque: null })) })).toMatchObject({ reason: 'opaque' });
  });

  it('with auth-int the body counts', () => {
    const bodyHash = md5('v=0');
    const a2 = md5(`INVITE:sip:bob@biloxi.com:${bodyHash}`);
    const response = md5(`${md5('bob:biloxi.com:zanzibar')}:${rest}-int:${a2}`);
    const given = read(text({ qop: 'auth-int', response: `"${response}"` }));
    const demand: DigestDemand = { ...DEMAND, qop: ['auth', 'auth-int'] };
    expect(verdict({ credentials: given, demand, body: wire('v=0') })).toEqual(valid);
    expect(verdict({ credentials: given, demand, body: wire('v=1') })).toEqual({ type: 'wrong-response' });
    expect(verdict({ credentials: given, demand })).toEqual({ type: 'wrong-response' });
  });

  it('the example of RFC 7616 section 3.9.2 was made with SHA-512, cut, and not with SHA-512/256', () => {
    const challenge: DigestChallenge = {
      ...{ realm: 'api@example.org', nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK', opaque: null },
      ...{ algorithm: 'SHA-512-256', session: false, qop: 'auth', stale: false },
    };
    const input = {
      ...{ challenge, username: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?', method: 'GET', uri: '/doe.json' },
      ...{ cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v', nonceCount: 1 },
    };
    const cut: DigestHash = (_, bytes) => createHash('sha512').update(bytes).digest().subarray(0, 32);
    const printed = 'ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd';
    expect(digestResponse({ ...input, hash: cut })).toBe(printed);
    expect(digestResponse({ ...input, hash })).not.toBe(printed);
  });
});

describe('challenges of a server', () => {
  it('are one for each algorithm, in order, with a qop always (RFC 8760 sections 2.3 and 2.6)', () => {
    const rows = createDigestChallenges(DEMAND).map((row) => headerOf(AUTHORIZATION, [row])[1]);
    const opaque = `opaque="${DEMAND.opaque}"`;
    const start = `Digest realm="biloxi.com", nonce="${DEMAND.nonce}", ${opaque}`;
    expect(rows).toEqual([`${start}, algorithm=SHA-256, qop="auth"`, `${start}, algorithm=MD5, qop="auth"`]);
    const [again] = createDigestChallenges(
      { realm: 'r', nonce: 'n', algorithms: ['MD5-sess'], qop: ['auth', 'auth-int'] },
      { stale: 'credentials-right' },
    );
    expect(headerOf(AUTHORIZATION, [again as Credentials])[1]).toBe(
      'Digest realm="r", nonce="n", stale=true, algorithm=MD5-sess, qop="auth,auth-int"',
    );
    expect(readDigestChallenge(again as Credentials)).toEqual({
      ...{ realm: 'r', nonce: 'n', opaque: null, algorithm: 'MD5', session: true, qop: 'auth', stale: true },
    });
  });

  it.each<readonly [Partial<DigestDemand>, string]>([
    [{ algorithms: [] }, 'algorithms'],
    [{ algorithms: ['MD5', 'SHA-256', 'MD5'] }, 'algorithms'],
    [{ qop: [] }, 'qop'],
    [{ nonce: '' }, 'nonce'],
  ])('%j cannot be asked for', (changes, field) => {
    const expected = expect.objectContaining({ reason: 'invalid-argument', field });
    expect(() => createDigestChallenges({ ...DEMAND, ...changes })).toThrow(expected);
  });
});

/** Any text that a quoted-string holds. */
const anyText = fc.string({ unit: 'binary', maxLength: 12 }).map((given) => given.replace(/[\r\n\0]/g, '_'));

const exchange = fc
  .record(
    {
      ...{ username: anyText, password: anyText, realm: anyText, cnonce: anyText },
      nonce: anyText.map((given) => `n${given}`),
      opaque: fc.option(anyText, { nil: undefined }),
      uri: sipUriArbitrary(),
      method: fc.constantFrom('REGISTER', 'INVITE', 'x'),
      nonceCount: fc.integer({ min: 1, max: 0xffff_ffff }),
      algorithm: fc.constantFrom<DigestDemand['algorithms'][number]>('MD5', 'MD5-sess', 'SHA-256', 'SHA-512-256-sess'),
      qop: fc.constantFrom<'auth' | 'auth-int'>('auth', 'auth-int'),
      body: fc.uint8Array({ maxLength: 4 }),
    },
    { noNullPrototype: true },
  )
  .map(({ realm, nonce, opaque, algorithm, qop, ...client }) => {
    const demand: DigestDemand = {
      ...{ realm, nonce, algorithms: [algorithm], qop: [qop], ...(opaque !== undefined && { opaque }) },
    };
    const [challenge] = selectChallenges(createDigestChallenges(demand));
    if (challenge === undefined) throw new Error('no challenge');
    const input: DigestInput = { ...client, challenge, hash };
    const verification = { demand, secret: client, method: client.method, body: client.body, hash };
    return { input, verification: { ...verification, requestUri: parseUri(client.uri) } };
  });

describe('client and server', () => {
  it('agree whatever the texts are, over the wire, and so does Authentication-Info', () => {
    fc.assert(
      fc.property(exchange, ({ input, verification }) => {
        const [, sent] = headerOf(AUTHORIZATION, [answerChallenge(input)]);
        const got = read(sent);
        expect(verifyDigest({ ...verification, credentials: got })).toEqual({
          ...{ type: 'valid', nonceCount: input.nonceCount },
        });
        const { secret, body } = verification;
        const given = createAuthenticationInfo({ credentials: got, secret, body, nextNonce: 'next', hash });
        const info = parseHeaderValue(AUTHENTICATION_INFO, headerOf(AUTHENTICATION_INFO, given)[1]);
        expect(verifyAuthenticationInfo(info, input, body)).toEqual({ type: 'valid', nextNonce: 'next' });
      }),
      { numRuns: 300 },
    );
  });

  it('do not when any one parameter is another, or gone', () => {
    fc.assert(
      fc.property(exchange, fc.nat(), fc.constantFrom('gone', 'longer', 'other'), ({ input, verification }, n, how) => {
        const whole = answerChallenge(input);
        const at = n % whole.parameters.length;
        const changed = whole.parameters.flatMap((parameter, index): readonly Parameter[] => {
          if (index !== at) return [parameter];
          if (how === 'gone') return [];
          const value = parameter.value ?? '';
          const first = value.startsWith('0') ? '1' : '0';
          return [{ ...parameter, value: how === 'longer' ? `${value}0` : `${first}${value.slice(1)}` }];
        });
        const before = whole.parameters[at];
        // No algorithm is MD5, and an empty opaque is none.
        fc.pre(how !== 'gone' || (before?.value !== 'MD5' && !(before?.name === 'opaque' && before.value === '')));
        try {
          const got = readDigestCredentials({ ...whole, parameters: changed });
          expect(verifyDigest({ ...verification, credentials: got }).type).not.toBe('valid');
        } catch (error) {
          if (!(error instanceof SipError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('Authentication-Info (RFC 7616 section 3.5)', () => {
  const challenge = selectChallenges(createDigestChallenges({ ...DEMAND, algorithms: ['MD5'] }))[0] as DigestChallenge;
  const sent: DigestInput = {
    ...{ challenge, username: 'bob', password: 'zanzibar', method: 'INVITE', uri: 'sip:bob@biloxi.com' },
    ...{ cnonce: '0a4f113b', nonceCount: 1, hash },
  };
  const make = createAuthenticationInfo({ credentials: VERIFICATION.credentials, secret: VERIFICATION.secret, hash });

  it('is of the response: A2 has no method', () => {
    const ha1 = md5('bob:biloxi.com:zanzibar');
    const rspauth = md5(`${ha1}:${DEMAND.nonce}:00000001:0a4f113b:auth:${md5(':sip:bob@biloxi.com')}`);
    expect(headerOf(AUTHENTICATION_INFO, make)[1]).toBe(
      `qop=auth, rspauth="${rspauth}", cnonce="0a4f113b", nc=00000001`,
    );
    expect(verifyAuthenticationInfo(make, sent)).toEqual({ type: 'valid', nextNonce: null });
    const old = { ...VERIFICATION.credentials, qop: null, cnonce: null, nonceCount: null };
    const short = createAuthenticationInfo({ credentials: old, secret: { ha1 }, hash });
    expect(short.map(({ name }) => name)).toEqual(['rspauth']);
    expect(verifyAuthenticationInfo(short, { ...sent, challenge: { ...challenge, qop: null } }).type).toBe('valid');
  });

  it.each<readonly [string, string | null, string]>([
    ['rspauth', '0'.repeat(32), 'rspauth'],
    ['rspauth', '', 'rspauth'],
    ['cnonce', 'x', 'cnonce'],
    ['cnonce', null, 'cnonce'],
    ['nc', '00000002', 'nc'],
    ['nc', null, 'nc'],
    ['qop', 'auth-int', 'qop'],
  ])('%s %j is wrong', (name, value, reason) => {
    const others = make.filter((parameter) => parameter.name !== name);
    const info = value === null ? others : [...others, { name, value, quoted: true }];
    expect(verifyAuthenticationInfo(info, sent)).toEqual({ type: 'wrong', reason });
  });

  it("without rspauth it proves nothing, and may name a nonce; without qop it is the request's", () => {
    const info = parseHeaderValue(AUTHENTICATION_INFO, 'nextnonce="47364c23432d2e131a5fb210812c"');
    expect(verifyAuthenticationInfo(info, sent)).toEqual({
      ...{ type: 'no-proof', nextNonce: '47364c23432d2e131a5fb210812c' },
    });
    const withoutQop = make.filter(({ name }) => name !== 'qop');
    expect(verifyAuthenticationInfo(withoutQop, sent).type).toBe('valid');
  });
});
