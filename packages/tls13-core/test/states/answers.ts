import type { HandshakeType } from '../../src/messages/handshake-type.js';
import { stateOf, type StateMachine, type Step } from './machine.js';

/**
 * The handshake messages that the side under test sends of its own accord and in answer to a legal sequence, by the
 * figures of appendix A; KeyUpdate apart, which waits for something to be sent.
 */
export function answersTo(machine: StateMachine, steps: readonly Step[]): readonly HandshakeType[] {
  return machine.side === 'client' ? clientAnswers(machine, steps) : serverAnswers(machine, steps);
}

function clientAnswers({ credential }: StateMachine, steps: readonly Step[]): readonly HandshakeType[] {
  const sent: HandshakeType[] = ['client_hello'];
  for (const step of steps) {
    if (step.startsWith('hello_retry_request')) sent.push('client_hello');
    if (step !== 'finished') continue;
    if (steps.includes('encrypted_extensions with early_data')) sent.push('end_of_early_data');
    if (steps.includes('certificate_request')) {
      sent.push('certificate', ...(credential === 'own' ? (['certificate_verify'] as const) : []));
    }
    sent.push('finished');
  }
  return sent;
}

function serverAnswers(machine: StateMachine, steps: readonly Step[]): readonly HandshakeType[] {
  const sent: HandshakeType[] = [];
  let state = stateOf(machine, machine.start);
  for (const step of steps) {
    const next = state.accepts[step];
    if (next === undefined) return sent;
    state = stateOf(machine, next);
    if (step === 'finished' && machine.resumption !== 'off') sent.push('new_session_ticket');
    if (!step.startsWith('client_hello')) continue;
    if (state.name.startsWith('START')) sent.push('hello_retry_request');
    else sent.push('server_hello', 'encrypted_extensions', ...certificatesAfter(machine, step), 'finished');
  }
  return sent;
}

/** A PSK stands for both sides' certificates (sections 2.2 and 4.4.2). */
function certificatesAfter({ clientAuthentication }: StateMachine, step: Step): readonly HandshakeType[] {
  if (step !== 'client_hello') return [];
  const request: readonly HandshakeType[] = clientAuthentication === 'none' ? [] : ['certificate_request'];
  return [...request, 'certificate', 'certificate_verify'];
}
