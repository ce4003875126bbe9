// The lenient rules for header values: docs/sip-strictness.md.
export { forgive, readLeniently, TOLERANCES, type LenientReading, type Tolerance } from './headers/tolerances.js';
export { DIGEST_TOLERANCES, readDigestLeniently, type DigestTolerance } from './extensions/digest-tolerances.js';
