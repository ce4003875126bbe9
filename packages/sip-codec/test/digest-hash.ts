import { createHash } from 'node:crypto';
import type { DigestHash } from '@portico/sip-codec/extensions';

const NODE_NAMES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** The cryptography that the codec leaves to its caller. */
export const hash: DigestHash = (algorithm, bytes) => createHash(NODE_NAMES[algorithm]).update(bytes).digest();
