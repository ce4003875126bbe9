import type { NamedGroup } from '../provider.js';
import { nobleX25519 } from './curve25519.js';
import { xdhGroup } from './xdh.js';

/** X25519, RFC 7748 section 6.1 and RFC 9846 section 4.3.8.2. */
export const x25519: NamedGroup = /* @__PURE__ */ xdhGroup('x25519', 0x001d, 32, nobleX25519);
