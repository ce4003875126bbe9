import { format } from 'prettier';
import { STATE_MACHINES } from '../states.js';
import type { State, StateMachine, Step } from '../states/machine.js';

/** docs/states.md: the tables that the oracle test holds the handshake to. */
export function statesMarkdown(): Promise<string> {
  const text = [
    '# States of a connection',
    '',
    'The state machines of RFC 9846 appendix A, with the messages of the features that this stack has. Printed from',
    '`packages/tls13-core/test/states.ts`, to which a property test holds both sides, and to the messages that appendix A',
    'has them send in between; a client made by `createMinimalTlsClient` to the first table. Whatever a table does not name',
    'ends the connection with `unexpected_message`. In every state but `CLOSED` the end of input ends it, too, and an error',
    'alert, without an alert of ours; in a handshake so does `close_notify`, and under keys a record that they do not open,',
    'with `bad_record_mac`. Print it anew with',
    '`npx vitest run packages/tls13-core/test/documents.test.ts -u`.',
    '',
    ...STATE_MACHINES.filter(({ credential }) => credential !== 'impossible').flatMap(machineMarkdown),
  ].join('\n');
  return format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}

function machineMarkdown(machine: StateMachine): string[] {
  return [
    `## ${machine.title}`,
    '',
    `Begins in \`${machine.start}\`.`,
    '',
    '| state | comes | then |',
    '| --- | --- | --- |',
    ...machine.states.flatMap(stateRows),
    '',
    ...machine.states.flatMap(({ name, note }) => (note === undefined ? [] : [`- \`${name}\`: ${note}`])),
    '',
  ];
}

function stateRows({ name, accepts, refuses }: State): string[] {
  const accepted = Object.entries(accepts).map(([step, next]) => [step, `\`${next}\``] as const);
  const refused = Object.entries(refuses)
    .filter(([step]) => !EVERYWHERE.has(step as Step))
    .map(([step, alert]) => [step, `ends with \`${alert}\``] as const);
  const rows = [...accepted, ...refused];
  if (rows.length === 0) return [`| \`${name}\` | anything, ignored | \`${name}\` |`];
  return rows.map(([step, then], index) => `| ${index === 0 ? `\`${name}\`` : ''} | ${step} | ${then} |`);
}

/** What the introduction says once for all tables. */
const EVERYWHERE: ReadonlySet<Step> = new Set<Step>([
  'end of input',
  'error alert',
  'close_notify',
  'unreadable record',
]);
