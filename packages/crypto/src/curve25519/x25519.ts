import type { NamedGroup } from '../provider.js';
import { xdhGroup } from '../xdh-group.js';
import { x25519Multiply, x25519PublicKey } from './ladder.js';

/** X25519, RFC 7748 section 6.1 and RFC 9846 section 4.3.8.2. */
export const x25519: NamedGroup = /* @__PURE__ */ xdhGroup(
  { name: 'x25519', id: 0x001d, length: 32 },
  { publicKey: x25519PublicKey, sharedSecret: x25519Multiply },
);
