import { type MsrpMessage } from './message.js';
/**
 * The bytes of a message, RFC 4975 section 9. A message that came from a framer gives back the bytes it came from.
 * @throws MsrpError `unwritable-message` for anything that its own framer would not take back, and `end-line-in-body`
 * where section 7.1 asks for another transaction identifier
 */
export declare function serializeMsrp(message: MsrpMessage): Uint8Array<ArrayBuffer>;
/**
 * A transaction identifier of 16 characters with 80 random bits; section 7.1 asks for at least 64.
 * @param random a source of cryptographically strong bytes
 */
export declare function createTransactionId(random: (length: number) => Uint8Array): string;
//# sourceMappingURL=serialize.d.ts.map