// Writing beyond createRequest and createResponse: typed fields, clients, forms of names.
export { headerOf } from './writing/typed-header.js';
export { withHeaderNames } from './writing/names.js';
export {
  createAck,
  createCancel,
  createClientRequest,
  type ClientRequestInput,
  type ClientViaInput,
} from './writing/client.js';
export {
  createClientDialog,
  createServerDialog,
  dialogAfterResponse,
  judgeDialogRequest,
  type Dialog,
  type DialogVerdict,
} from './writing/dialog.js';
export {
  createDialogAck,
  createDialogRequest,
  type DialogAckInput,
  type DialogRequest,
  type DialogRequestInput,
} from './writing/dialog-requests.js';
export { HONOURED_HEADERS, requestFromUri, type UriRequest } from './writing/from-uri.js';
