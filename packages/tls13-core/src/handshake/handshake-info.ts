import { bytesToUtf8 } from '@portico/bytes';
import type { HandshakeInfo } from '../events.js';
import type { HandshakeResult } from './context.js';

/** What the application is told of a handshake: everything but the secrets and the proofs. */
export function handshakeInfo({ suite, facts }: HandshakeResult): HandshakeInfo {
  return Object.freeze({
    version: 'TLSv1.3',
    cipherSuite: suite.name,
    alpnText: facts.alpn === null ? null : textOrNull(facts.alpn),
    ...facts,
  });
}

function textOrNull(name: Uint8Array): string | null {
  try {
    return bytesToUtf8(name);
  } catch {
    return null;
  }
}
