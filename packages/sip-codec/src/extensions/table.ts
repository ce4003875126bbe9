import type { HeaderDefinition } from '../headers/definition.js';
import { PATH } from '../headers/addresses.js';
import { P_ACCESS_NETWORK_INFO } from './access-network.js';
import { ALLOW_EVENTS, EVENT, INFO_PACKAGE, RECV_INFO, SIP_ETAG, SIP_IF_MATCH, SUBSCRIPTION_STATE } from './events.js';
import { IDENTITY, P_ASSERTED_IDENTITY, P_PREFERRED_IDENTITY, PRIVACY } from './identity.js';
import {
  ACCEPT_CONTACT,
  ACCEPT_RESOURCE_PRIORITY,
  ANSWER_MODE,
  FEATURE_CAPS,
  PRIV_ANSWER_MODE,
  REJECT_CONTACT,
  REQUEST_DISPOSITION,
  RESOURCE_PRIORITY,
  SECURITY_CLIENT,
  SECURITY_SERVER,
  SECURITY_VERIFY,
} from './preferences.js';
import {
  P_ASSOCIATED_URI,
  P_CALLED_PARTY_ID,
  P_CHARGING_FUNCTION_ADDRESSES,
  P_CHARGING_VECTOR,
  P_DCS_BILLING_INFO,
  P_DCS_LAES,
  P_DCS_OSPS,
  P_DCS_REDIRECT,
  P_DCS_TRACE_PARTY_ID,
  P_EARLY_MEDIA,
  P_VISITED_NETWORK_ID,
} from './private-headers.js';
import { JOIN, REFER_SUB, REFER_TO, REFERRED_BY, REPLACES, TARGET_DIALOG } from './references.js';
import { RACK, RSEQ } from './reliability.js';
import { HISTORY_INFO, SERVICE_ROUTE } from './routes.js';
import { GEOLOCATION, GEOLOCATION_ERROR, GEOLOCATION_ROUTING, REASON, SESSION_ID, USER_TO_USER } from './session.js';
import { FLOW_TIMER, MAX_BREADTH, MIN_SE, SESSION_EXPIRES } from './timers.js';

/** What one RFC adds to SIP. */
export interface SipExtension {
  readonly rfc: number;
  readonly title: string;
  readonly headers?: readonly HeaderDefinition<unknown>[];
  readonly methods?: readonly string[];
  readonly optionTags?: readonly string[];
  /** Event packages. */
  readonly events?: readonly string[];
  readonly statuses?: readonly number[];
  readonly uriParameters?: readonly string[];
  /** Parameters of header fields that other RFCs define, as `Field name`. */
  readonly headerParameters?: readonly string[];
}

/** The extensions that this package knows, by number. */
// prettier-ignore
export const SIP_EXTENSIONS: readonly SipExtension[] = [
  { rfc: 3262, title: 'reliable provisional responses', headers: [RACK, RSEQ], methods: ['PRACK'], optionTags: ['100rel'] },
  { rfc: 3311, title: 'UPDATE', methods: ['UPDATE'] },
  { rfc: 3323, title: 'privacy', headers: [PRIVACY], optionTags: ['privacy'] },
  { rfc: 3325, title: 'asserted identity', headers: [P_ASSERTED_IDENTITY, P_PREFERRED_IDENTITY], headerParameters: ['Privacy id'] },
  { rfc: 3326, title: 'Reason', headers: [REASON] },
  { rfc: 3327, title: 'Path', headers: [PATH], optionTags: ['path'] },
  { rfc: 3329, title: 'security agreement', headers: [SECURITY_CLIENT, SECURITY_SERVER, SECURITY_VERIFY], optionTags: ['sec-agree'], statuses: [494] },
  { rfc: 3428, title: 'MESSAGE', methods: ['MESSAGE'] },
  { rfc: 3515, title: 'REFER', headers: [REFER_TO], methods: ['REFER'], events: ['refer'] },
  { rfc: 3581, title: 'symmetric response routing', headerParameters: ['Via rport'] },
  { rfc: 3608, title: 'Service-Route', headers: [SERVICE_ROUTE] },
  { rfc: 3841, title: 'caller preferences', headers: [REQUEST_DISPOSITION, ACCEPT_CONTACT, REJECT_CONTACT], optionTags: ['pref'] },
  { rfc: 3856, title: 'presence', events: ['presence'] },
  { rfc: 3891, title: 'Replaces', headers: [REPLACES], optionTags: ['replaces'] },
  { rfc: 3892, title: 'Referred-By', headers: [REFERRED_BY], statuses: [429] },
  { rfc: 3903, title: 'PUBLISH', headers: [SIP_ETAG, SIP_IF_MATCH], methods: ['PUBLISH'], statuses: [412] },
  { rfc: 3911, title: 'Join', headers: [JOIN], optionTags: ['join'] },
  { rfc: 4028, title: 'session timers', headers: [SESSION_EXPIRES, MIN_SE], optionTags: ['timer'], statuses: [422] },
  { rfc: 4412, title: 'resource priority', headers: [RESOURCE_PRIORITY, ACCEPT_RESOURCE_PRIORITY], optionTags: ['resource-priority'], statuses: [417] },
  { rfc: 4488, title: 'REFER without subscription', headers: [REFER_SUB], optionTags: ['norefersub'] },
  { rfc: 4538, title: 'Target-Dialog', headers: [TARGET_DIALOG], optionTags: ['tdialog'] },
  { rfc: 5009, title: 'early media', headers: [P_EARLY_MEDIA] },
  { rfc: 5373, title: 'answering modes', headers: [ANSWER_MODE, PRIV_ANSWER_MODE], optionTags: ['answermode'] },
  { rfc: 5393, title: 'amplification', headers: [MAX_BREADTH], statuses: [440] },
  { rfc: 5503, title: 'PacketCable', headers: [P_DCS_TRACE_PARTY_ID, P_DCS_OSPS, P_DCS_BILLING_INFO, P_DCS_LAES, P_DCS_REDIRECT] },
  { rfc: 5626, title: 'outbound', headers: [FLOW_TIMER], optionTags: ['outbound'], statuses: [430, 439], uriParameters: ['ob'], headerParameters: ['Contact reg-id', 'Contact +sip.instance'] },
  { rfc: 5627, title: 'GRUU', optionTags: ['gruu'], uriParameters: ['gr'], headerParameters: ['Contact pub-gruu', 'Contact temp-gruu'] },
  { rfc: 5923, title: 'connection reuse', headerParameters: ['Via alias'] },
  { rfc: 6086, title: 'INFO', headers: [INFO_PACKAGE, RECV_INFO], methods: ['INFO'], statuses: [469] },
  { rfc: 6140, title: 'registration of many numbers', optionTags: ['gin'], uriParameters: ['bnc', 'sg'], headerParameters: ['Contact temp-gruu-cookie'] },
  { rfc: 6442, title: 'location', headers: [GEOLOCATION, GEOLOCATION_ROUTING, GEOLOCATION_ERROR], optionTags: ['geolocation-sip', 'geolocation-http'], statuses: [424] },
  { rfc: 6665, title: 'events', headers: [EVENT, ALLOW_EVENTS, SUBSCRIPTION_STATE], methods: ['SUBSCRIBE', 'NOTIFY'], statuses: [489] },
  { rfc: 6809, title: 'feature capabilities', headers: [FEATURE_CAPS] },
  { rfc: 7044, title: 'History-Info', headers: [HISTORY_INFO], optionTags: ['histinfo'], headerParameters: ['Contact rc', 'Contact mp', 'Contact np', 'Privacy history'] },
  { rfc: 7315, title: '3GPP headers', headers: [P_ASSOCIATED_URI, P_CALLED_PARTY_ID, P_VISITED_NETWORK_ID, P_ACCESS_NETWORK_INFO, P_CHARGING_FUNCTION_ADDRESSES, P_CHARGING_VECTOR] },
  { rfc: 7433, title: 'User-to-User', headers: [USER_TO_USER], optionTags: ['uui'] },
  { rfc: 7989, title: 'Session-ID', headers: [SESSION_ID], headerParameters: ['Session-ID remote'] },
  { rfc: 8224, title: 'Identity', headers: [IDENTITY], statuses: [428, 436, 437, 438] },
  { rfc: 8599, title: 'push notifications', statuses: [555], uriParameters: ['pn-provider', 'pn-param', 'pn-prid', 'pn-purr'], headerParameters: ['Feature-Caps +sip.pns', 'Feature-Caps +sip.vapid', 'Feature-Caps +sip.pnsreg', 'Feature-Caps +sip.pnspurr', 'Contact +sip.pnsreg'] },
  { rfc: 8760, title: 'Digest with SHA-256', headerParameters: ['WWW-Authenticate algorithm'] },
];

/** Every header of these extensions. */
export const EXTENSION_DEFINITIONS: readonly HeaderDefinition<unknown>[] = /* @__PURE__ */ SIP_EXTENSIONS.flatMap(
  ({ headers = [] }) => headers,
);
