import fc from 'fast-check';
import { decodeProtocolNameList, encodeProtocolNameList, selectProtocol, TlsError } from '@portico/tls13-core/alpn';
import { protocolNameListDataArbitrary } from '@portico/tls13-core/alpn-arbitraries';
import { mutate, randomBytes } from '../random.mjs';

const samples = fc.sample(protocolNameListDataArbitrary(), { numRuns: 500, seed: 1 });
const supported = ['sip/2', 'h2', 'http/1.1'].map((name) => Uint8Array.from(name, (c) => c.charCodeAt(0)));

/** Names of which some are GREASE, unknown, or likely to come twice. */
const names = [...supported, Uint8Array.of(0x0a, 0x0a), Uint8Array.of(0xff), new Uint8Array(255).fill(0x61)];

/** A well-formed list, whatever a configuration would say to it. */
function encodeAnything(list) {
  const body = list.flatMap((name) => [name.length, ...name]);
  return Uint8Array.from([body.length >> 8, body.length & 0xff, ...body]);
}

/** The ALPN codec: whatever comes in, a list or our error; what decodes means exactly these bytes. */
export const target = {
  name: 'alpn',
  generate: (random) => {
    if (random(8) === 0) return randomBytes(random, random(64));
    if (random(4) === 0)
      return encodeAnything(Array.from({ length: 1 + random(5) }, () => names[random(names.length)]));
    const sample = samples[random(samples.length)];
    return random(3) === 0 ? sample : mutate(random, sample, supported);
  },
  run: (input) => {
    let names;
    try {
      names = decodeProtocolNameList(input);
    } catch (error) {
      if (error instanceof TlsError && error.kind === 'decode') return `refused: ${error.reason}`;
      throw error;
    }
    const length = names.reduce((sum, name) => sum + 1 + name.length, 0);
    if (names.length === 0 || length !== input.length - 2) throw new Error('the names are not the input');
    if (names.some((name) => name.length === 0)) throw new Error('an empty name was taken');
    for (const preference of ['server', 'client']) {
      const selected = selectProtocol(names, supported, preference);
      if (selected !== null && !supported.some((name) => same(name, selected))) throw new Error('selected a stranger');
    }
    let again;
    try {
      again = encodeProtocolNameList(names);
    } catch (error) {
      // Duplicates and GREASE are read from a peer and refused in a configuration.
      if (error instanceof TlsError && error.reason === 'invalid-configuration')
        return 'taken: not for a configuration';
      throw error;
    }
    if (!same(again, input)) throw new Error('encodes to something else');
    return selectProtocol(names, supported) === null ? 'taken: no overlap' : 'taken: selected';
  },
};

function same(left, right) {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
