import type { NamedGroup } from '../provider.js';
import { xdhGroup } from '../xdh-group.js';
import { nobleX448 } from './curve448.js';
import { nobleXdh } from './xdh.js';

/** X448, RFC 7748 section 6.2 and RFC 9846 section 4.3.8.2. */
export const x448: NamedGroup = /* @__PURE__ */ xdhGroup(
  { name: 'x448', id: 0x001e, length: 56 },
  /* @__PURE__ */ nobleXdh(56, nobleX448),
);
