export { BytesError, describeFailure, type BytesErrorDetails, type BytesErrorReason } from './error.js';
export { bytesEqual, constantTimeEqual } from './equal.js';
export { concatBytes } from './concat.js';
export { copyBytes } from './copy.js';
export { bytesToHex, hexdump, hexToBytes } from './hex.js';
export { asciiToBytes, bytesToLatin1, bytesToUtf8, bytesToUtf8Replacing, decodeUtf8, utf8ToBytes } from './text.js';
export { ByteQueue } from './queue.js';
export { ByteReader, type LengthPrefix } from './reader.js';
export { ByteWriter } from './writer.js';
export {
  decode,
  encode,
  encodeSecret,
  fixed,
  list,
  opaque,
  struct,
  u8,
  u16,
  u24,
  u32,
  type Codec,
  type Shape,
} from './codec.js';
