export { P_ACCESS_NETWORK_INFO, type AccessNetwork } from './extensions/access-network.js';
export {
  ALLOW_EVENTS,
  EVENT,
  INFO_PACKAGE,
  RECV_INFO,
  SIP_ETAG,
  SIP_IF_MATCH,
  SUBSCRIPTION_STATE,
} from './extensions/events.js';
export { IDENTITY, P_ASSERTED_IDENTITY, P_PREFERRED_IDENTITY, PRIVACY, type Identity } from './extensions/identity.js';
export {
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
} from './extensions/preferences.js';
export {
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
  type BillingInfo,
  type LawfulIntercept,
  type Redirect,
} from './extensions/private-headers.js';
export {
  JOIN,
  REFER_SUB,
  REFER_TO,
  REFERRED_BY,
  REPLACES,
  TARGET_DIALOG,
  type DialogReference,
} from './extensions/references.js';
export { MAX_RSEQ, RACK, RSEQ, type RAck } from './extensions/reliability.js';
export { HISTORY_INFO, SERVICE_ROUTE } from './extensions/routes.js';
export {
  GEOLOCATION,
  GEOLOCATION_ERROR,
  GEOLOCATION_ROUTING,
  NIL_SESSION_UUID,
  REASON,
  SESSION_ID,
  USER_TO_USER,
  type SessionId,
} from './extensions/session.js';
export {
  DEFAULT_MAX_BREADTH,
  FLOW_TIMER,
  MAX_BREADTH,
  MIN_SE,
  MIN_SESSION_INTERVAL,
  SESSION_EXPIRES,
} from './extensions/timers.js';
export {
  contactGruus,
  contactInstance,
  contactRegId,
  featureTag,
  MAX_REG_ID,
  type ContactGruus,
} from './extensions/contact-parameters.js';
export { EXTENSION_DEFINITIONS, SIP_EXTENSIONS, type SipExtension } from './extensions/table.js';
export {
  answerChallenge,
  digestResponse,
  readDigestChallenge,
  selectChallenges,
  type DigestChallenge,
  type DigestInput,
} from './extensions/digest.js';
export {
  digestHa1,
  type DigestAlgorithm,
  type DigestHash,
  type DigestSecret,
  type DigestTerms,
} from './extensions/digest-calculation.js';
export {
  readDigestCredentials,
  type CredentialsField,
  type DigestCredentials,
} from './extensions/digest-credentials.js';
export {
  createDigestChallenges,
  verifyDigest,
  type DigestDemand,
  type DigestVerdict,
  type DigestVerification,
} from './extensions/digest-server.js';
export {
  createAuthenticationInfo,
  verifyAuthenticationInfo,
  type AuthenticationInfoVerdict,
} from './extensions/digest-info.js';
