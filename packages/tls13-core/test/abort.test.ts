import { describe, expect, it } from 'vitest';
import type { ErrorAlert } from '../src/alert.js';
import { TlsError } from '../src/error.js';
import { createPair, dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

function connected(): Pair {
  return runNow(createPair(toyClient(), toyServer()));
}

function alertAtServer(pair: Pair): unknown {
  const last = pair.serverEvents.at(-1);
  return last?.type === 'failed' ? last.error.alert : last;
}

describe('abort with an alert', () => {
  it('is told to the peer behind what was sent before', () => {
    const pair = connected();
    pair.client.send(Uint8Array.of(1, 2, 3));
    pair.client.abort({ alert: 'general_error' });
    expect(pair.client.state).toBe('closed');
    runNow(pair);
    expect(dataOf(pair.serverEvents)).toEqual(Uint8Array.of(1, 2, 3));
    expect(failureOf(pair.serverEvents)).toBe('alert-received');
    expect(alertAtServer(pair)).toEqual({ name: 'general_error', code: 117 });
  });

  it('may be any code of the registry', () => {
    const pair = connected();
    pair.client.abort({ alert: 30 });
    expect(alertAtServer(runNow(pair))).toEqual({ name: 'unknown', code: 30 });
  });

  it('is fatal on the wire', () => {
    const pair = createPair(toyClient(), toyServer());
    pair.client.takeOutput();
    pair.client.abort({ alert: 'access_denied' });
    expect([...pair.client.takeOutput()]).toEqual([21, 3, 3, 0, 2, 2, 49]);
  });

  it('works from inside a callback', () => {
    const pair = createPair(
      toyClient({
        verifyPeer: () => {
          pair.client.abort();
          pair.client.abort({ alert: 'access_denied' });
          return { trusted: true };
        },
      }),
      toyServer(),
    );
    runNow(pair);
    expect(pair.client.state).toBe('closed');
    expect(alertAtServer(pair)).toEqual({ name: 'access_denied', code: 49 });
  });

  it('sends nothing after close_notify (RFC 9846 section 6.1)', () => {
    const pair = connected();
    pair.client.close();
    pair.client.abort({ alert: 'general_error' });
    expect(runNow(pair).serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
  });

  it('sends nothing after the end', () => {
    const pair = connected();
    pair.client.abort();
    pair.client.abort({ alert: 'general_error' });
    expect(pair.client.pendingOutputLength).toBe(0);
  });

  it.each([0, 90, 256, -1, 1.5, Number.NaN, 'close_notify', 'user_canceled'])('is refused with %s', (alert) => {
    const pair = connected();
    expect(() => pair.client.abort({ alert: alert as ErrorAlert })).toThrow(TlsError);
    expect(pair.client.state).toBe('open');
    expect(pair.client.pendingOutputLength).toBe(0);
  });

  it('is left out by default: nothing is sent at all', () => {
    const pair = connected();
    pair.client.send(Uint8Array.of(1));
    pair.client.abort();
    expect(pair.client.pendingOutputLength).toBe(0);
  });
});
