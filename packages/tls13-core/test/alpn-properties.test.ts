import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProtocolNameList, selectProtocol } from '../src/alpn.js';
import { protocolNameListDataArbitrary, protocolNamesArbitrary } from '../src/alpn-arbitraries.js';

import { negotiate, serverReads } from './support/alpn.js';

describe('properties', () => {
  /** Selection as one would say it, name by name. */
  function plainSelect(
    offered: readonly string[],
    supported: readonly string[],
    order: 'server' | 'client',
  ): string | null {
    for (const name of order === 'server' ? supported : offered) {
      if ((order === 'server' ? offered : supported).includes(name)) return name;
    }
    return null;
  }

  it('selection agrees with its plain twin', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'A'), { maxLength: 5 });
    fc.assert(
      fc.property(names, names, fc.constantFrom('server' as const, 'client' as const), (offered, supported, order) => {
        const selected = selectProtocol(offered.map(asciiToBytes), supported.map(asciiToBytes), order);
        expect(selected === null ? null : bytesToLatin1(selected)).toBe(plainSelect(offered, supported, order));
      }),
      { numRuns: 500 },
    );
  });

  it('a connection agrees on what selection says, or fails with 120', () => {
    fc.assert(
      fc.property(protocolNamesArbitrary(), protocolNamesArbitrary(), (offered, extra) => {
        const supported = [...extra, ...offered.slice(0, 1)].filter(
          (name, index, all) => all.findIndex((other) => other.join() === name.join()) === index,
        );
        const expected = selectProtocol(offered, supported);
        const pair = negotiate({ protocols: offered }, { protocols: supported });
        expect(pair.client.info?.alpn).toEqual(expected);
        expect(pair.server.info?.alpn).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('whatever a client sends, the server negotiates what was offered, or refuses with a right alert', () => {
    fc.assert(
      fc.property(protocolNameListDataArbitrary(), (data) => {
        const peer = serverReads(data, { protocols: ['h2', 'sip/2'] });
        let names: readonly Uint8Array[] | null = null;
        try {
          names = decodeProtocolNameList(data);
        } catch {
          expect(peer.alerts).toEqual(['decode_error']);
          return;
        }
        if (selectProtocol(names, ['h2', 'sip/2'].map(asciiToBytes)) === null) {
          expect(peer.alerts).toEqual(['no_application_protocol']);
        } else {
          expect(peer.finished().failure).toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });
});
