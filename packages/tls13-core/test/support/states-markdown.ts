import { format } from 'prettier';
import { STATE_MACHINES, type State, type StateMachine } from '../states.js';

/** docs/states.md: the tables that the oracle test holds the handshake to. */
export function statesMarkdown(): Promise<string> {
  const text = [
    '# States of a connection',
    '',
    'The state machines of RFC 9846 appendix A, with the messages of the features that this stack has. Printed from',
    '`packages/tls13-core/test/states.ts`, to which a property test holds both sides: whatever a table does not name ends',
    'the connection with `unexpected_message`. Print it anew with',
    '`npx vitest run packages/tls13-core/test/documents.test.ts -u`.',
    '',
    ...STATE_MACHINES.flatMap(machineMarkdown),
  ].join('\n');
  return format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}

function machineMarkdown(machine: StateMachine): string[] {
  return [
    `## ${machine.title}`,
    '',
    `Begins in \`${machine.start}\`.`,
    '',
    '| state | accepts | then |',
    '| --- | --- | --- |',
    ...machine.states.flatMap(stateRows),
    '',
    ...machine.states.flatMap(({ name, note }) => (note === undefined ? [] : [`- \`${name}\`: ${note}`])),
    '',
  ];
}

function stateRows({ name, accepts }: State): string[] {
  const steps = Object.entries(accepts);
  if (steps.length === 0) return [`| \`${name}\` | anything, ignored | \`${name}\` |`];
  return steps.map(([step, next], index) => `| ${index === 0 ? `\`${name}\`` : ''} | ${step} | \`${next}\` |`);
}
