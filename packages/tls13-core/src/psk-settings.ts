import type { ClientConfig } from './config.js';
import { checkExternalPsk } from './session/external-psk.js';
import {
  checkedPskModes,
  checkInteger,
  invalid,
  type ClientPskSettings,
  type ClientResumptionSettings,
} from './settings.js';
import { LONGEST_POLICY, MAX_TICKETS_REQUESTED } from './limits.js';

/**
 * What a client's configuration says of PSKs, checked.
 * @throws TlsError `invalid-configuration`
 */
export function clientPskSettings(config: ClientConfig): ClientPskSettings {
  return {
    resumption: clientResumptionSettings(config),
    session: config.session ?? null,
    externalPsks: (config.externalPsks ?? []).map(checkExternalPsk),
    pskModes: checkedPskModes(config),
  };
}

function clientResumptionSettings(config: ClientConfig): ClientResumptionSettings | null {
  const { resumption = 'off', verifyPeer, selectCredential } = config;
  if (resumption === 'off') {
    if (config.session !== undefined) invalid('session', 'resumption to be configured');
    return null;
  }
  const { now, policy, ticketRequest, store = null, acrossNames = 'never' } = resumption;
  if (typeof now !== 'function') invalid('resumption.now', 'a function that gives milliseconds since 1970');
  if (policy !== undefined && (policy === '' || policy.length > LONGEST_POLICY)) {
    invalid('resumption.policy', `1 to ${LONGEST_POLICY} characters`);
  }
  if (ticketRequest !== undefined) {
    checkInteger('resumption.ticketRequest.newSession', ticketRequest.newSession, 0, MAX_TICKETS_REQUESTED);
    checkInteger('resumption.ticketRequest.resumption', ticketRequest.resumption, 0, MAX_TICKETS_REQUESTED);
  }
  return Object.freeze({
    now,
    policy: policy ?? { verifyPeer, selectCredential: selectCredential ?? null },
    store,
    acrossNames,
    ticketRequest:
      ticketRequest === undefined
        ? null
        : { newSessionCount: ticketRequest.newSession, resumptionCount: ticketRequest.resumption },
  });
}
