import type { CryptoProvider, NamedGroup } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { ScriptedClient } from './support/scripted-client.js';
import type { ScriptedPeer } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const FAILURE = new Error('the module does not answer');

/** A provider whose key exchanges fail on that side, at once or later, for no fault of the peer's. */
function failing(side: 'client' | 'server', when: 'now' | 'later'): CryptoProvider {
  const provider = toyProvider(1);
  const fail = (): never => {
    if (when === 'later') return Promise.reject(FAILURE) as never;
    throw FAILURE;
  };
  const failingGroup = (group: NamedGroup): NamedGroup => {
    if (side === 'server') return { ...group, respond: fail };
    const start: NamedGroup['start'] = (random) => ({
      share: random(group.shareLength),
      finish: fail,
      destroy: () => undefined,
    });
    return { ...group, start };
  };
  const groups = provider.groups.map(failingGroup);
  return { ...provider, groups };
}

function expectOurFailure(peer: ScriptedPeer): void {
  expect(peer.alerts).toEqual(['internal_error']);
  // What went wrong is told as it was.
  expect(peer.events.at(-1)).toMatchObject({ type: 'failed', error: { reason: 'internal-error', cause: FAILURE } });
}

describe.each(['now', 'later'] as const)('a provider that fails %s', (when) => {
  it('is no bad share of the server’s', async () => {
    const server = new ScriptedServer(toyClient({ provider: failing('client', when) })).serverHello();
    await server.settled();
    expectOurFailure(server);
  });

  it('is no bad share of the client’s', async () => {
    const config = toyServer({ provider: failing('server', when) });
    const client = await new ScriptedClient(config, undefined, toyProvider(2)).clientHello().settled();
    expectOurFailure(client);
  });
});
