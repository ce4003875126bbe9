// Routing without reading everything: what elements between user agents need of a message.
export {
  acknowledgementKey,
  answerRule,
  cancelledTransactionKey,
  clientTransactionKey,
  serverTransactionKey,
  type TransactionKey,
} from './routing/transaction.js';
export { dialogKey, receivedDialogId, sentDialogId, type DialogId } from './routing/dialog.js';
export { createProxyBranch, detectLoop, loopDetectionPart, type Digest } from './routing/loop.js';
export { connectionAlias, responseTarget, type ResponseTarget, type SipEndpointName } from './routing/connection.js';
export {
  DEFAULT_MAX_FORWARDS,
  forwardRequest,
  forwardResponse,
  nextHop,
  type ForwardOptions,
} from './routing/forward.js';
export { readTopVia, sentBy, topVia } from './routing/top-via.js';
