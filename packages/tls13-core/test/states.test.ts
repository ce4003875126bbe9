import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertName } from '../src/alert.js';
import { STATE_MACHINES, stepsAgainst } from './states.js';
import { answersTo } from './states/answers.js';
import { pathTo, stateOf, type State, type StateMachine, type Step } from './states/machine.js';
import { start, take } from './states/play.js';
import type { ScriptedPeer } from './support/scripted-peer.js';

/** The messages that the connection itself says it waits for, by the table. */
function expectedByTable(state: State): string[] {
  const messages = (Object.keys(state.accepts) as Step[]).filter((step) => !RECORD_STEPS.has(step));
  const names = messages.map((step) => step.replace('empty ', '').replace(/ with.*/, ''));
  return [...new Set(names)].sort();
}

const RECORD_STEPS: ReadonlySet<Step> = new Set<Step>([
  'application_data',
  'unreadable record',
  'change_cipher_spec',
  'user_canceled',
  'close_notify',
]);

function demandRefusal(peer: ScriptedPeer, state: State, step: Step): void {
  const alert: AlertName | 'none' = state.refuses[step] ?? 'unexpected_message';
  const outcome = { state: peer.connection.state, last: peer.events.at(-1)?.type, alerts: peer.alerts };
  const expected = { state: 'failed', last: 'failed', alerts: alert === 'none' ? [] : [alert] };
  expect([state.name, step, outcome]).toEqual([state.name, step, expected]);
}

/** Whatever was legal has been answered as appendix A says, and everything else with silence. */
function demandAnswers(peer: ScriptedPeer, machine: StateMachine, steps: readonly Step[]): void {
  const heard = peer.heard.map(({ type }) => type);
  expect([steps, heard.filter((type) => type !== 'key_update')]).toEqual([steps, answersTo(machine, steps)]);
  // Section 4.7.3: a KeyUpdate that asks for one is answered before the next application data, and no other is.
  if (peer.connection.state !== 'open' || steps.includes('close_notify')) return;
  peer.connection.send(Uint8Array.of(1));
  const updates = peer.listen().heard.filter(({ type }) => type === 'key_update');
  expect([steps, updates.length]).toEqual([steps, steps.filter((step) => step === 'key_update with request').length]);
}

describe.each(STATE_MACHINES.map((machine) => [machine.title, machine] as const))('%s', (_title, machine) => {
  const choice = fc.record({ legal: fc.integer({ min: 1, max: 5 }).map((drawn) => drawn <= 4), pick: fc.nat() });

  it('accepts exactly the sequences of the table, and answers them', () => {
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 16 }), (choices) => {
        const peer = start(machine);
        const steps: Step[] = [];
        let state = stateOf(machine, machine.start);
        for (const { legal, pick } of choices) {
          if (state.name === 'CLOSED') {
            const all = stepsAgainst(machine);
            take(peer, all[pick % all.length] as Step);
            expect(peer.failure).toBeNull();
            continue;
          }
          expect([...peer.connection.expectedMessages].sort()).toEqual(expectedByTable(state));
          const accepted = Object.keys(state.accepts) as Step[];
          const refused = stepsAgainst(machine).filter((step) => !(step in state.accepts));
          const step = (legal ? accepted[pick % accepted.length] : refused[pick % refused.length]) as Step;
          take(peer, step);
          if (!legal) {
            demandRefusal(peer, state, step);
            return;
          }
          expect([state.name, step, peer.failure]).toEqual([state.name, step, null]);
          steps.push(step);
          demandAnswers(peer, machine, steps);
          state = stateOf(machine, state.accepts[step] as string);
          expect(peer.connection.info !== null).toBe(state.name === 'CONNECTED' || state.name === 'CLOSED');
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(machine.states.filter(({ name }) => name !== 'CLOSED').map((state) => [state.name, state] as const))(
    'takes in %s what the table says and nothing else',
    (_name, state) => {
      const path = pathTo(machine, state.name);
      for (const step of stepsAgainst(machine)) {
        const peer = start(machine);
        for (const before of path) take(peer, before);
        expect(peer.failure).toBeNull();
        take(peer, step);
        if (step in state.accepts) expect([step, peer.failure]).toEqual([step, null]);
        else demandRefusal(peer, state, step);
      }
    },
  );

  it('names in its tables nothing that is not tried', () => {
    const tried = new Set(stepsAgainst(machine));
    for (const { accepts, refuses } of machine.states) {
      for (const step of [...Object.keys(accepts), ...Object.keys(refuses)] as Step[]) expect(tried).toContain(step);
    }
  });
});
