import type { NamedGroup } from '../provider.js';
import { nobleX448 } from './curve448.js';
import { xdhGroup } from './xdh.js';

/** X448, RFC 7748 section 6.2 and RFC 9846 section 4.3.8.2. */
export const x448: NamedGroup = /* @__PURE__ */ xdhGroup('x448', 0x001e, 56, nobleX448);
