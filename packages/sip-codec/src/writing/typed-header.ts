import { SipError } from '../error.js';
import { parseHeaderValue, type HeaderDefinition } from '../headers/definition.js';
import type { HeaderInput } from '../message/write.js';

/**
 * A header field with a typed value, for `createRequest`, `createResponse` and the others. What is written is read again:
 * a value that would come back as another one, such as a parameter with a comma and no quotes, is refused. So no part of a
 * value can become another part, another value or another field.
 * @throws SipError `invalid-argument`, or `line-break-in-value` where the text could be more than one line
 */
export function headerOf<T>(definition: HeaderDefinition<T>, value: T): HeaderInput {
  const text = definition.format(value);
  let again: T;
  try {
    again = parseHeaderValue(definition, text);
  } catch (error) {
    if (error instanceof SipError) throw refusal(definition.name, error.message);
    throw error;
  }
  if (!isSame(value, again)) throw refusal(definition.name, text.slice(0, 120));
  return [definition.name, text];
}

function refusal(field: string, got: string): SipError {
  return new SipError('invalid-argument', { field, expected: 'a value that its grammar can hold', got });
}

/** Whether two values of a header are the same, part by part: plain objects, arrays and primitives are all there is. */
export function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  const [ours, theirs] = [Object.entries(left), new Map(Object.entries(right))];
  return (
    Array.isArray(left) === Array.isArray(right) &&
    ours.length === theirs.size &&
    ours.every(([key, value]) => theirs.has(key) && isSame(value, theirs.get(key)))
  );
}
