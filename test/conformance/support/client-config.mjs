import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import {
  clientEarlyData,
  firstFittingCredential,
  ocspStatus,
  parseSession,
  permutedExtensions,
} from '@portico/tls13-core';
import { choice, groupNames, list, number, present, UsageError } from './arguments.mjs';
import { credentialFromFiles, provider, verifierFromFile, verifierFromHost } from './credentials.mjs';
import { HANDSHAKE_OPTIONS, handshakeConfig, pskList, traceOption } from './handshake-options.mjs';
import { RECORD_OPTIONS, recordConfig } from './record-options.mjs';

/** Flags of `client.mjs` that make a configuration. */
export const CLIENT_OPTIONS = {
  servername: { type: 'string' },
  ca: { type: 'string' },
  insecure: { type: 'boolean', default: false },
  identity: { type: 'string', default: 'host' },
  ocsp: { type: 'string' },
  cert: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  alpn: { type: 'string' },
  'alpn-required': { type: 'boolean', default: false },
  'key-shares': { type: 'string' },
  'middlebox-compatibility': { type: 'string', default: 'on' },
  'permute-extensions': { type: 'boolean', default: false },
  'session-in': { type: 'string' },
  'session-out': { type: 'string' },
  'ticket-request': { type: 'string' },
  'early-data': { type: 'string' },
  ...HANDSHAKE_OPTIONS,
  ...RECORD_OPTIONS,
};

/** `record` is told which certificate is shown, and `noteStapled` the lengths of OCSP responses in bytes. */
export async function clientConfig(values, { host, record, noteStapled }) {
  const serverName = values.servername ?? host;
  const judge = await verifierFor(values, serverName);
  return {
    provider,
    serverName,
    verifyPeer: (peer) => {
      noteStapled((peer.ocspResponses ?? []).map(({ length }) => length));
      return judge(peer);
    },
    middleboxCompatibility:
      choice('middlebox-compatibility', values['middlebox-compatibility'], ['on', 'off']) === 'on',
    ...handshakeConfig(values),
    ...recordConfig(values),
    ...traceOption(values.trace, 1),
    ...resumption(values, serverName),
    ...present({
      extensionOrder: values['permute-extensions'] ? permutedExtensions : undefined,
      alpn: alpnConfig(values),
      keyShares: values['key-shares'] === 'none' ? [] : groupNames(values['key-shares']),
      selectCredential: selection(values, record),
      externalPsks: pskList(values),
      certificateStatus: values.ocsp === undefined ? undefined : ocspStatus,
      pskModes: values['psk-ke'] ? ['psk_ke'] : undefined,
      earlyData: values['early-data'] === undefined ? undefined : clientEarlyData(),
    }),
  };
}

function alpnConfig({ alpn, 'alpn-required': required }) {
  const protocols = list(alpn);
  if (protocols === undefined && required) throw new UsageError('--alpn-required needs --alpn');
  return protocols === undefined ? undefined : { protocols, required };
}

/** Which of our credentials a server that asks gets, with a note in the record. */
function selection({ cert = [], key = [], 'sign-with': schemes }, record) {
  if (cert.length !== key.length) throw new UsageError('--cert and --key belong together');
  if (cert.length === 0) return undefined;
  const credentials = cert.map((path, index) =>
    credentialFromFiles(path, key[index], { schemes: list(schemes[index]) }),
  );
  const choose = credentials.length === 1 ? () => credentials[0] : firstFittingCredential(credentials);
  return (request) => {
    const credential = choose(request);
    record.ownCertificate = credential?.certificateChain[0] ?? null;
    return credential;
  };
}

/** A session is bound to everything on the command line that says whom to trust and who we are. */
function resumption({ 'session-in': from, 'session-out': to, ...values }, serverName) {
  if (from === undefined && values['early-data'] !== undefined) throw new UsageError('--early-data needs --session-in');
  if (from === undefined && to === undefined) return {};
  const { insecure, ca, identity, cert = [], ocsp } = values;
  const files = [ca, ...cert].map((path) => (path === undefined ? null : readFileSync(path, 'latin1')));
  // Across names the verifier is asked again, for the new name.
  const name = values['across-names'] ? null : serverName;
  const bound = JSON.stringify([insecure, identity, name, ocsp, ...files]);
  return {
    resumption: {
      now: () => Date.now(),
      policy: createHash('sha256').update(bound).digest('hex'),
      ...present({
        acrossNames: values['across-names'] ? 'where-allowed' : undefined,
        ticketRequest: ticketRequest(values['ticket-request']),
      }),
    },
    ...present({ session: from === undefined ? undefined : parseSession(new Uint8Array(readFileSync(from))) }),
  };
}

/** `NEW:RESUMED`: how many tickets we would like after a full handshake, and after a resumption (RFC 9149). */
function ticketRequest(text) {
  if (text === undefined) return undefined;
  const [newSession, resumed, ...rest] = text.split(':');
  if (newSession === undefined || resumed === undefined || rest.length > 0) {
    throw new UsageError('--ticket-request is NEW:RESUMED');
  }
  const count = (digits) => number('ticket-request', digits, { min: 0, max: 255 });
  return { newSession: count(newSession), resumption: count(resumed) };
}

async function verifierFor({ insecure, ca, identity, ocsp = 'ask' }, serverName) {
  if (insecure) return () => ({ trusted: true });
  const revocation = choice('ocsp', ocsp, ['ask', 'soft-fail', 'hard-fail']);
  const reference =
    choice('identity', identity, ['host', 'sip-domain']) === 'host'
      ? isIP(serverName) === 0
        ? { type: 'dns', name: serverName }
        : { type: 'ip', address: serverName }
      : { type: 'sip-domain', domain: serverName };
  return ca === undefined ? await verifierFromHost(reference, revocation) : verifierFromFile(ca, reference, revocation);
}
