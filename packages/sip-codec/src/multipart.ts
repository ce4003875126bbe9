// Bodies of several parts. What is in a part, SDP above all, stays bytes.
export {
  DEFAULT_PART_FIELD_BYTES,
  DEFAULT_PART_LIMIT,
  multipartBoundary,
  partField,
  readMultipart,
  readPartField,
  writeMultipart,
  type BodyPart,
  type MultipartLimits,
  type WrittenMultipart,
} from './bodies/multipart.js';
