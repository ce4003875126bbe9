import { describe, expect, it } from 'vitest';
import { alertForReason } from '../../src/error.js';
import { ATTACK_GROUPS } from './all.js';

describe.each(ATTACK_GROUPS)('$title', ({ attacks, declined = [], refusedEarlyData = [] }) => {
  it.each(attacks)('$against: $attack', async ({ reason, run }) => {
    const peer = await run();
    expect(peer.failure).toBe(reason);
    const alert = alertForReason(reason);
    expect(peer.alerts).toEqual(alert === 'none' ? [] : [alert]);
    expect(peer.connection.state).toBe('failed');
    // The failure is the last that is heard of the connection.
    expect(peer.connection.receive(peer.record('application_data', Uint8Array.of(1)))).toEqual([]);
    expect(peer.connection.takeOutput()).toHaveLength(0);
  });
  it.each(declined)('$against, which does a full handshake: $attack', ({ run }) => {
    const peer = run();
    expect([peer.failure, peer.alerts]).toEqual([null, []]);
    expect(peer.connection.state).toBe('open');
    expect(peer.connection.info?.resumed).toBe(false);
  });
  it.each(refusedEarlyData)('$against, which passes over: $attack', ({ run }) => {
    const peer = run();
    expect([peer.failure, peer.alerts]).toEqual([null, []]);
    expect(peer.eventTypes).toEqual(['handshake-complete']);
    expect(peer.connection.info).toMatchObject({ resumed: true, earlyData: 'refused' });
  });
});
