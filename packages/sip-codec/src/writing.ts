// Writing beyond createRequest and createResponse: typed fields, clients, forms of names.
export { headerOf } from './writing/typed-header.js';
export { withHeaderNames } from './writing/names.js';
export { createAck, createCancel, createClientRequest, type ClientRequestInput } from './writing/client.js';
export { requestFromUri, type UriRequest } from './writing/from-uri.js';
