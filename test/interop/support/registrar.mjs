// node registrar.mjs --cert F --key F --password P: a registrar behind Portico's port that lets nobody in without Digest
// credentials (RFC 3261 section 22), for tests. Standard error says "listening on 127.0.0.1:P"; standard output has one JSON
// line with what happened, when it is told to end.
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import {
  AUTHENTICATION_INFO,
  AUTHORIZATION,
  createResponse,
  createSipFramer,
  createTag,
  parseSipMessage,
  SipError,
  WWW_AUTHENTICATE,
} from '@portico/sip-codec';
import {
  createAuthenticationInfo,
  createDigestChallenges,
  digestHa1,
  readDigestCredentials,
  verifyDigest,
} from '@portico/sip-codec/extensions';
import { headerOf } from '@portico/sip-codec/writing';
import { listenForSip } from './sip-port.mjs';

/** Nonces that may be known at once; the oldest goes. */
const MAX_NONCES = 10_000;
const REALM = 'localhost';
const { values } = parseArgs({
  options: {
    ...{ cert: { type: 'string' }, key: { type: 'string' }, password: { type: 'string' } },
    algorithms: { type: 'string', default: 'MD5' },
  },
});
const HASHES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };
const hash = (algorithm, bytes) => createHash(HASHES[algorithm]).update(bytes).digest();
const algorithms = values.algorithms.split(',');
/** From verdicts, `no-credentials` and the reasons of refusals to how often they came. */
const counts = {};
/** From each nonce that was given out to the highest count that was valid with it. */
const nonces = new Map();

await listenForSip({ cert: values.cert, key: values.key, handle: serve, report: () => counts });

function serve(connection) {
  const framer = createSipFramer({ mode: 'stream' });
  connection.on('error', () => {});
  connection.on('data', (chunk) => {
    for (const item of framer.push(chunk)) {
      if (item.type !== 'message') continue;
      const message = parseSipMessage(item);
      if (message.type === 'request') connection.write(answer(message).bytes);
    }
  });
}

function answer(request) {
  try {
    const mine = (request.headers.read(AUTHORIZATION) ?? []).map((value) => readDigestCredentials(value));
    const credentials = mine.find(({ realm }) => realm === REALM);
    if (credentials === undefined) return challenge(request, 'no-credentials');
    return decide(request, credentials);
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    // A scheme or an algorithm that is not known: the challenge says which are (401).
    if (error.status === 401) return challenge(request, error.reason);
    count(error.reason);
    return createResponse(request, error.status);
  }
}

function decide(request, credentials) {
  const { username, nonce, algorithm } = credentials;
  const known = nonces.has(nonce);
  const demand = { realm: REALM, nonce: known ? nonce : newNonce(), algorithms };
  const ha1 = digestHa1({ username, realm: REALM, password: values.password, algorithm, hash });
  const verdict = verifyDigest({
    ...{ credentials, demand, secret: { ha1 }, method: request.method, requestUri: request.uri, hash },
    ...{ body: request.body, lastNonceCount: nonces.get(nonce) ?? 0 },
    // SIPp writes the address that it connects to, whatever the Request-URI is.
    acceptsUri: (uri) => uri.type === 'sip' && uri.user === null && uri.host.text === '127.0.0.1',
  });
  switch (verdict.type) {
    case 'valid': {
      count('valid');
      nonces.set(nonce, verdict.nonceCount);
      const info = createAuthenticationInfo({ credentials, secret: { ha1 }, hash });
      const contacts = request.headers.texts('Contact').map((text) => ['Contact', text]);
      const headers = [headerOf(AUTHENTICATION_INFO, info), ...contacts];
      return createResponse(request, 200, { toTag: createTag(randomBytes), headers });
    }
    case 'stale':
      return challenge(request, `stale-${verdict.reason}`, { stale: 'credentials-right' });
    case 'other-uri':
      count(verdict.type);
      return createResponse(request, 400);
    case 'other-challenge':
    case 'wrong-response':
      return challenge(request, verdict.type);
  }
}

function challenge(request, why, options) {
  count(why);
  const rows = createDigestChallenges({ realm: REALM, nonce: newNonce(), algorithms }, options);
  const headers = rows.map((row) => headerOf(WWW_AUTHENTICATE, [row]));
  return createResponse(request, 401, { toTag: createTag(randomBytes), headers });
}

function newNonce() {
  const nonce = randomBytes(18).toString('base64');
  nonces.set(nonce, 0);
  if (nonces.size > MAX_NONCES) nonces.delete(nonces.keys().next().value);
  return nonce;
}

function count(what) {
  counts[what] = (counts[what] ?? 0) + 1;
}
