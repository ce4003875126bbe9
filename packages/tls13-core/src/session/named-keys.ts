import { copyBytes, utf8ToBytes } from '@portico/bytes';
import { TlsError } from '../error.js';
import { SHORTEST_TICKET_KEY, LONGEST_KEY_NAME } from '../limits.js';

/** A key of the application's, under a name that says which one it is. */
export interface NamedKey {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * Keys as they were configured, copied. The first makes, all of them take: so they can rotate.
 * @throws TlsError `invalid-configuration` for no key, a short or all-zero one, or a name that is too long or stands twice
 */
export function checkedKeys(
  subject: string,
  keys: readonly { readonly name: string; readonly key: Uint8Array }[],
): readonly [NamedKey, ...NamedKey[]] {
  const names = new Set(keys.map(({ name }) => name));
  if (names.size !== keys.length) invalid(subject, 'a name of its own for each');
  const [first, ...others] = keys.map(({ name, key }) => {
    const nameBytes = utf8ToBytes(name);
    if (nameBytes.length === 0 || nameBytes.length > LONGEST_KEY_NAME) {
      invalid(subject, `names of 1 to ${LONGEST_KEY_NAME} bytes`);
    }
    if (key.length < SHORTEST_TICKET_KEY)
      invalid(subject, `at least ${SHORTEST_TICKET_KEY} bytes each`, String(key.length));
    // What an unset environment variable or a forgotten initialisation comes to.
    if (key.every((byte) => byte === 0)) invalid(subject, 'random bytes', 'zeros');
    return { name: nameBytes, key: copyBytes(key) };
  });
  return first === undefined ? invalid(subject, 'at least one') : [first, ...others];
}

function invalid(subject: string, expected: string, got?: string): never {
  throw new TlsError('invalid-configuration', { subject, expected, ...(got === undefined ? {} : { got }) });
}
