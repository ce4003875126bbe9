import { ALPHANUM, bytesOf, DIGIT, HEXDIG, PARAMCHAR, type CharacterClass } from '../grammar/characters.js';
import { asciiLowerCase } from '../grammar/text.js';
import type { Scanner } from '../grammar/scanner.js';
import { isHostname } from './host.js';

/** tel URI, RFC 3966 section 3. */
export interface TelUri {
  readonly type: 'tel';
  /** The digits with their visual separators, and '+' in front of a global number, as on the wire. */
  readonly number: string;
  readonly parameters: readonly { readonly name: string; readonly value: string | null }[];
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const PLUS = 0x2b;

/** `phonedigit-hex = HEXDIG / "*" / "#" / [ visual-separator ]`; of these, `*` and `#` are tested apart. */
function isLocalDigit(byte: number): boolean {
  return HEXDIG[byte] === 1 || byte === 0x2a || byte === 0x23 || isVisualSeparator(byte);
}

/** `visual-separator = "-" / "." / "(" / ")"` */
function isVisualSeparator(byte: number): boolean {
  return byte === 0x2d || byte === 0x2e || byte === 0x28 || byte === 0x29;
}

/**
 * `telephone-uri = "tel:" ( global-number / local-number )` after the colon. A local number needs a phone-context.
 * @throws SipError `uri-syntax`
 */
export function readTelUri(scanner: Scanner): TelUri {
  const global = scanner.take(PLUS);
  let digits = '';
  let hasDigit = false;
  for (;;) {
    const byte = scanner.peek();
    const isDigit = byte !== -1 && (global ? DIGIT[byte] === 1 : isLocalDigit(byte));
    if (byte === -1 || (!isDigit && !isVisualSeparator(byte))) break;
    if (!isVisualSeparator(byte)) hasDigit = true;
    digits += String.fromCharCode(byte);
    scanner.offset++;
  }
  if (!hasDigit) scanner.fail(global ? 'global-number-digits' : 'local-number-digits', 'a digit', 'uri-syntax');
  const parameters: { name: string; value: string | null }[] = [];
  const keys = new Set<string>();
  while (scanner.take(SEMICOLON)) {
    const at = scanner.offset;
    const name = scanner.run(PARAMETER_NAME);
    if (name === '') scanner.fail('pname', 'alphanum', 'uri-syntax');
    let value: string | null = null;
    const key = asciiLowerCase(name);
    if (scanner.take(EQUALS)) {
      const valueAt = scanner.offset;
      value = scanner.run(PARAMETER_VALUE);
      if (value === '') scanner.fail('pvalue', 'paramchar', 'uri-syntax');
      checkValue(scanner, valueAt, key, value);
    } else if (VALUED.includes(key)) {
      scanner.offset = at;
      scanner.fail(key, 'a value', 'uri-syntax');
    }
    if (keys.size === keys.add(key).size) {
      scanner.offset = at;
      scanner.fail('parameter', 'each parameter once', 'uri-syntax');
    }
    parameters.push({ name, value });
  }
  if (!scanner.atEnd) scanner.fail('telephone-uri', 'the end of the URI', 'uri-syntax');
  if (!global && !keys.has('phone-context')) scanner.fail('local-number', 'a phone-context', 'uri-syntax');
  return { type: 'tel', number: `${global ? '+' : ''}${digits}`, parameters };
}

/** Parameters of RFC 3966 section 3 that are nothing without a value. */
const VALUED: readonly string[] = ['ext', 'isub', 'phone-context'];

/** What some values have to be, RFC 3966 section 3, beyond `1*paramchar`. */
function checkValue(scanner: Scanner, at: number, key: string, value: string): void {
  const end = scanner.offset;
  const percent = /%(?![0-9a-f]{2})/i.exec(value);
  scanner.offset = at + (percent?.index ?? 0);
  if (percent !== null) scanner.fail('pct-encoded', 'two hexadecimal digits after %', 'uri-syntax');
  if (key === 'ext' && !/^[0-9.()-]+$/.test(value)) scanner.fail('extension', 'phonedigits', 'uri-syntax');
  if (key === 'phone-context' && !/^\+[0-9.()-]*[0-9][.()-]*$/.test(value) && !isHostname(value)) {
    scanner.fail('descriptor', 'a domain name or a global number', 'uri-syntax');
  }
  scanner.offset = end;
}

/** `pname = 1*( alphanum / "-" )` */
const PARAMETER_NAME: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, '-');

/** `paramchar`, and `%` for `pct-encoded`, which is kept as it is. */
const PARAMETER_VALUE: CharacterClass = /* @__PURE__ */ bytesOf(PARAMCHAR, '%');
