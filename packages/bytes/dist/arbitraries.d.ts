import { type Arbitrary } from 'fast-check';
import { type Codec } from './codec.js';
/** A fresh Uint8Array of `minLength` to `maxLength` random bytes. */
export declare function bytesArbitrary(minLength?: number, maxLength?: number): Arbitrary<Uint8Array>;
/** Values that the codec can encode, derived from its shape. */
export declare function codecArbitrary<T>(codec: Codec<T>): Arbitrary<T>;
/**
 * Cuts an input into chunks, empty ones included: every framer must give the same events for each cut. Byte by byte and
 * the whole at once are among them.
 */
export declare function chunksArbitrary(bytes: Uint8Array): Arbitrary<Uint8Array[]>;
//# sourceMappingURL=arbitraries.d.ts.map