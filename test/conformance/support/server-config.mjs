import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bytesEqual } from '@portico/bytes';
import {
  createCookieProtector,
  createReplayStore,
  createTicketProtector,
  oidFilters,
  serverEarlyData,
} from '@portico/tls13-core';
import { choice, groupNames, list, namedKeys, number, present, UsageError } from './arguments.mjs';
import { authorityNames, credentialFromFiles, provider, verifierFromFile } from './credentials.mjs';
import { HANDSHAKE_OPTIONS, handshakeConfig, pskList } from './handshake-options.mjs';
import { RECORD_OPTIONS, recordConfig } from './record-options.mjs';
import { createTicketStore } from './ticket-store.mjs';

/** Flags of `server.mjs` that make a configuration. */
export const SERVER_OPTIONS = {
  cert: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  ocsp: { type: 'string', multiple: true, default: [] },
  alpn: { type: 'string' },
  'alpn-required': { type: 'boolean', default: false },
  'alpn-preference': { type: 'string', default: 'server' },
  alias: { type: 'string', multiple: true, default: [] },
  'no-overlap': { type: 'string', default: 'alert' },
  'client-auth': { type: 'string', default: 'none' },
  ca: { type: 'string' },
  'certificate-authorities': { type: 'string' },
  'oid-filter': { type: 'string', multiple: true, default: [] },
  'group-choice': { type: 'string' },
  'middlebox-compatibility': { type: 'string' },
  'server-name-acknowledgement': { type: 'string' },
  cookie: { type: 'string', default: 'none' },
  'cookie-key': { type: 'string', multiple: true },
  tickets: { type: 'string' },
  'ticket-key': { type: 'string', multiple: true },
  'ticket-store': { type: 'boolean', default: false },
  'ticket-lifetime': { type: 'string', default: '7200' },
  'early-data': { type: 'string' },
  'freshness-window': { type: 'string' },
  ...HANDSHAKE_OPTIONS,
  ...RECORD_OPTIONS,
};

export function serverConfig(values, aliases) {
  const { cert: certificates = [], key: keys = [] } = values;
  const psks = pskList(values);
  if (certificates.length !== keys.length || (certificates.length === 0 && psks === undefined)) {
    throw new UsageError('as many --key as --cert are needed, and at least one, or --psk');
  }
  const credential = (path, index) =>
    credentialFromFiles(path, keys[index], { ocspPath: values.ocsp[index], schemes: list(values['sign-with'][index]) });
  return {
    provider,
    credentials: certificates.map(credential),
    ...handshakeConfig(values),
    ...recordConfig(values),
    ...present({
      groups: values.groups?.split(',').map((alike) => groupNames(alike.replaceAll('=', ','))),
      helloRetry: helloRetryConfig(values),
      alpn: alpnConfig(values, aliases),
      groupChoice: optional(values, 'group-choice', ['with-share', 'preferred']),
      middleboxCompatibility: optional(values, 'middlebox-compatibility', ['when-asked', 'always']),
      serverNameAcknowledgement: optional(values, 'server-name-acknowledgement', ['sent', 'omitted']),
      tickets: ticketConfig(values),
      externalPsks: psks && ((identity) => psks.find((psk) => bytesEqual(psk.identity, identity)) ?? null),
      pskModes: values['psk-ke'] ? ['psk_dhe_ke', 'psk_ke'] : undefined,
      clientAuthentication: clientAuthentication(values),
    }),
  };
}

function optional(values, name, words) {
  return values[name] === undefined ? undefined : choice(name, values[name], words);
}

/** What a certificate is asked for is part of the policy: tickets made under another are not taken. */
function clientAuthentication(values) {
  const { 'client-auth': modeText, ca, 'certificate-authorities': authorities = ca, 'oid-filter': filters } = values;
  const mode = choice('client-auth', modeText, ['none', 'request', 'require']);
  if (mode === 'none') return undefined;
  if (ca === undefined) throw new UsageError('--client-auth needs --ca');
  const policy = createHash('sha256').update(readFileSync(ca)).update(JSON.stringify(filters)).digest('hex');
  return {
    mode,
    verifyPeer: verifierFromFile(ca),
    policy,
    ...(authorities === 'none' ? {} : { certificateAuthorities: authorityNames(authorities) }),
    ...(filters.length === 0 ? {} : { oidFilters: oidFilters(usages(filters)) }),
  };
}

/** `keyUsage=NAME` or `extendedKeyUsage=OID`, any number of them. */
function usages(texts) {
  const wanted = { keyUsage: [], extendedKeyUsage: [] };
  for (const text of texts) {
    const [, extension, usage] = /^(keyUsage|extendedKeyUsage)=(.+)$/.exec(text) ?? [];
    if (usage === undefined) throw new UsageError('--oid-filter is keyUsage=NAME or extendedKeyUsage=OID');
    wanted[extension].push(usage);
  }
  return wanted;
}

/** Without `--cookie-key` cookies are good for as long as the process lives. */
function helloRetryConfig({ cookie, 'cookie-key': texts, stateless }) {
  const demand = choice('cookie', cookie, ['none', 'when-needed', 'always']);
  if (demand === 'none') {
    if (texts !== undefined || stateless) throw new UsageError('--cookie-key and --stateless need --cookie');
    return undefined;
  }
  const keys = namedKeys('cookie-key', texts) ?? [{ name: 'process', key: provider.random(32) }];
  return { demand, cookies: createCookieProtector({ provider, keys, now: () => Date.now() }) };
}

/** Without `--ticket-key` tickets are good for as long as the process lives. */
function ticketConfig(values) {
  const { tickets, 'ticket-key': texts, 'ticket-lifetime': lifetime, 'early-data': earlyData } = values;
  if (tickets === undefined) {
    if (texts !== undefined) throw new UsageError('--ticket-key needs --tickets');
    if (values['ticket-store']) throw new UsageError('--ticket-store needs --tickets');
    if (earlyData !== undefined) throw new UsageError('--early-data needs --tickets');
    return undefined;
  }
  const keys = namedKeys('ticket-key', texts);
  if (values['ticket-store'] && keys !== undefined) throw new UsageError('--ticket-store takes no --ticket-key');
  return {
    protector: values['ticket-store']
      ? createTicketStore()
      : createTicketProtector({ provider, keys: keys ?? [{ name: 'process', key: provider.random(32) }] }),
    now: () => Date.now(),
    count: number('tickets', tickets, { min: 0, max: 16 }),
    lifetimeSeconds: number('ticket-lifetime', lifetime, { min: 1, max: 604_800 }),
    ...(values['across-names'] ? { acrossNames: 'any-name' } : {}),
    ...(earlyData === undefined ? {} : { earlyData: earlyDataFeature(values, keys) }),
  };
}

/** Where the tickets are this process's own, no early data can have come before it began. */
function earlyDataFeature({ 'early-data': bytes, 'freshness-window': window }, keys) {
  const store = createReplayStore({ now: () => Date.now() });
  return serverEarlyData({
    maxSize: number('early-data', bytes, { min: 1, max: 0xffffffff }),
    replayStore: keys === undefined ? { ...store, startedAt: 0 } : store,
    ...(window === undefined
      ? {}
      : { freshnessWindow: number('freshness-window', window, { min: 0, max: Number.MAX_SAFE_INTEGER }) }),
  });
}

function alpnConfig(values, aliases) {
  const names = list(values.alpn);
  if (names === undefined) {
    if (values['alpn-required']) throw new UsageError('--alpn-required needs --alpn');
    return undefined;
  }
  return {
    // An alias stands behind the name that it stands for.
    protocols: names.flatMap((name) => [name, ...[...aliases].filter(([, of]) => of === name).map(([alias]) => alias)]),
    preference: choice('alpn-preference', values['alpn-preference'], ['server', 'client']),
    onNoOverlap: choice('no-overlap', values['no-overlap'], ['alert', 'continue']),
    required: values['alpn-required'],
  };
}
