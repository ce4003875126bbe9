import { format } from 'prettier';
import { ATTACK_GROUPS } from '../attacks/all.js';
import type { AttackGroup } from '../attacks/attack.js';
import { KNOWN_ATTACKS, type KnownAttack } from '../attacks/known.js';

/** docs/attacks.md: every attack that the tests play, and the check that refuses it. */
export function attacksMarkdown(): Promise<string> {
  const count = ATTACK_GROUPS.reduce(
    (sum, { attacks, declined = [], refusedEarlyData = [] }) =>
      sum + attacks.length + declined.length + refusedEarlyData.length,
    0,
  );
  const text = [
    '# Attacks and where they are excluded',
    '',
    `The ${count} ways to break the protocol that the tests play against both sides. Each names the section of RFC 9846 (or`,
    'of the document it names) that forbids it, the check that refuses it, and the reason with which the connection fails;',
    'the alert follows from the reason. Paths are relative to `packages/tls13-core/src`. Each test plays the attack with',
    'right keys and a right transcript, so that only the named check stands in its way.',
    '',
    'Floods, and every other bound, are in `packages/tls13-core/test/limits.test.ts`, each at the limit and one beyond.',
    'Printed from `packages/tls13-core/test/attacks/`; print it anew with',
    '`npx vitest run packages/tls13-core/test/documents.test.ts -u`.',
    '',
    '## Known attacks',
    '',
    'By the names under which people look for them; rows of the tables below stand in italics. `npm run mutate:attacks`',
    'takes away the named checks one by one and says for each row whether its test notices.',
    '',
    '| attack | played as |',
    '| --- | --- |',
    ...KNOWN_ATTACKS.map(knownRow),
    '',
    ...ATTACK_GROUPS.flatMap(groupMarkdown),
  ].join('\n');
  return format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}

function knownRow({ known, rows = [], tests = [] }: KnownAttack): string {
  const played = rows.map((row) => `_${row}_`);
  const files = [...new Set(tests.map(([file]) => `\`${file}\``))];
  return `| ${known} | ${[...played, ...files].join('; ')} |`;
}

function groupMarkdown({ title, file, attacks, declined = [], refusedEarlyData = [] }: AttackGroup): string[] {
  return [
    `## ${title}`,
    '',
    `Played in \`packages/tls13-core/test/attacks/${file}\`.`,
    '',
    '| attack | against | section | excluded in | reason |',
    '| --- | --- | --- | --- | --- |',
    ...attacks.map(
      ({ attack, against, section, excludedIn, reason }) =>
        `| ${attack} | ${against} | ${section} | ${excludedIn} | \`${reason}\` |`,
    ),
    ...declined.map(
      ({ attack, against, section, excludedIn }) =>
        `| ${attack} | ${against} | ${section} | ${excludedIn} | none: a full handshake |`,
    ),
    ...refusedEarlyData.map(
      ({ attack, against, section, excludedIn }) =>
        `| ${attack} | ${against} | ${section} | ${excludedIn} | none: it is passed over |`,
    ),
    '',
  ];
}
