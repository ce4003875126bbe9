import { parseUri, requireSipUri } from '@portico/sip-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOfRecord, canonicalHost, comparableUri, sameUri } from '@portico/sip-codec/uri-equality';

function same(left: string, right: string): boolean {
  const [a, b] = [comparableUri(parseUri(left)), comparableUri(parseUri(right))];
  expect(sameUri(a, b), 'equality is symmetric').toBe(sameUri(b, a));
  return sameUri(a, b);
}

describe('URI equality, RFC 3261 section 19.1.4', () => {
  it.each([
    // The examples of the section.
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=off'],
    // Ours.
    ['sip:a@b;x=%41', 'sip:a@b;x=a'],
    ['sip:a%2Fb@c', 'sip:a%2fb@c'],
    ['sip:[::A]', 'sip:[::a]'],
    ['mailto:x@y', 'mailto:x@y'],
    // RFC 5954 section 3.3.
    ['sip:[2001:db8::9:1]', 'sip:[2001:DB8:0:0:0:0:9:01]'],
    ['sip:[::ffff:192.0.2.1]', 'sip:[0:0:0:0:0:FFFF:C000:0201]'],
    // RFC 3966 section 4.
    ['tel:+1-201-555-0123', 'tel:+1(201)5550123'],
    ['tel:+358-555-1234567;postd=pp22', 'TEL:+3585551234567;POSTD=PP22'],
    ['tel:7042;phone-context=Example.com;ext=1-2', 'tel:70-42;ext=12;phone-context=example.COM'],
    ['tel:863-1234;phone-context=+1-914-555', 'tel:8631234;phone-context=+1914555'],
  ])('%s is %s', (left, right) => {
    expect(same(left, right)).toBe(true);
  });

  it.each([
    // The examples of the section.
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    // One for each of the other rules.
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:bob:secret@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;user=ip'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;ttl=1'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;method=INVITE'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;maddr=192.0.2.4'],
    ['sip:bob@biloxi.com;lr', 'sip:bob@biloxi.com;lr=on'],
    ['sip:a%2Fb@c', 'sip:a/b@c'],
    ['sip:a%2541@c', 'sip:aA@c'],
    ['sip:a%252F@c', 'sip:a%2F@c'],
    ['sip:a@b;x=%C3', 'sip:a@b;x=%E3'],
    ['mailto:x@y', 'mailto:X@y'],
    ['sip:[::1]', 'sip:[::2]'],
    ['sip:a', 'mailto:a'],
    ['tel:+12', 'tel:12;phone-context=+1'],
    ['tel:+12', 'tel:+13'],
    ['tel:+12', 'tel:+12;ext=1'],
    ['tel:+12;ext=1', 'tel:+12;ext=2'],
    ['tel:1;phone-context=a-b.c', 'tel:1;phone-context=ab.c'],
    ['tel:+12;x=a-b', 'tel:+12;x=ab'],
    // isub = 1*uric, RFC 3966 section 3: what looks like a separator is part of it.
    ['tel:+12;isub=a.b', 'tel:+12;isub=ab'],
    ['tel:+12', 'sip:+12@a;user=phone'],
  ])('%s is not %s', (left, right) => {
    expect(same(left, right)).toBe(false);
  });

  it('every SIP URI is the same as itself with every harmless escape', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    fc.assert(
      fc.property(word, word, word, (user, name, value) => {
        const escaped = [...user].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
        expect(same(`sip:${user}@host;${name}=${value}`, `sip:${escaped}@HOST;${name}=${value.toUpperCase()}`)).toBe(
          true,
        );
      }),
    );
  });
});

describe('the address-of-record, RFC 3261 section 10.3 step 5', () => {
  it.each([
    ['sip:%41lice@Example.COM;user=phone;transport=tcp?x=y', 'sip:Alice@example.com'],
    ['sips:alice@example.com:5061', 'sips:alice@example.com:5061'],
    ['sip:a%40b@example.com', 'sip:a%40b@example.com'],
  ])('%s is %s', (uri, expected) => {
    expect(addressOfRecord(requireSipUri(parseUri(uri), 'To'))).toBe(expected);
  });
});

describe('a canonical host', () => {
  it.each([
    ['sip:Example.COM', 'example.com'],
    ['sip:192.0.2.1', '192.0.2.1'],
    ['sip:[::]', '[0:0:0:0:0:0:0:0]'],
    ['sip:[1::]', '[1:0:0:0:0:0:0:0]'],
    ['sip:[1:2:3:4:5:6:7:0008]', '[1:2:3:4:5:6:7:8]'],
    ['sip:[2001:db8:::192.0.2.1]', '[2001:db8:0:0:0:0:c000:201]'],
  ])('%s: %s', (uri, expected) => {
    expect(canonicalHost(requireSipUri(parseUri(uri), 'To').host)).toBe(expected);
  });
});
