import { type Arbitrary } from 'fast-check';
import type { MsrpMessage, MsrpRequest, MsrpResponse } from './message.js';
/** `ident`: 4 to 32 characters. */
export declare function transactionIdArbitrary(): Arbitrary<string>;
export declare function msrpUriArbitrary(): Arbitrary<string>;
/** Requests that can be written: `serializeMsrp` takes every one of them. */
export declare function msrpRequestArbitrary(): Arbitrary<MsrpRequest>;
export declare function msrpResponseArbitrary(): Arbitrary<MsrpResponse>;
export declare function msrpMessageArbitrary(): Arbitrary<MsrpMessage>;
//# sourceMappingURL=arbitraries.d.ts.map