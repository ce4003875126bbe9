import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseCommand, UsageError } from '../src/cli/arguments.js';
import { oneLiners, quote } from '../src/cli/one-liners.js';

describe('the command line', () => {
  test.each([
    [['serve'], {}, { name: 'serve', address: { host: '127.0.0.1', port: 8443 }, keyLogPath: null }],
    [
      ['serve', '--keylog', 'k'],
      { HOST: '::', PORT: '5061' },
      { name: 'serve', address: { host: '::', port: 5061 }, keyLogPath: 'k' },
    ],
    [
      ['serve'],
      { HOST: '', PORT: '' },
      { name: 'serve', address: { host: '127.0.0.1', port: 8443 }, keyLogPath: null },
    ],
    [['serve'], { PORT: '0' }, { name: 'serve', address: { host: '127.0.0.1', port: 0 }, keyLogPath: null }],
    [['demo'], {}, { name: 'demo', target: null }],
    [
      ['demo', '[::1]:99', '--ca', 'f'],
      {},
      { name: 'demo', target: { address: { host: '::1', port: 99 }, caPath: 'f' } },
    ],
    [['--help'], {}, { name: 'help' }],
    [['-v'], {}, { name: 'version' }],
  ])('%j with %j', (args, environment, expected) => {
    expect(parseCommand(args, environment)).toEqual(expected);
  });

  test.each([
    [[], {}],
    [['sing'], {}],
    [['serve', 'x'], {}],
    [['serve', '--ca', 'f'], {}],
    [['serve', '--nonsense'], {}],
    [['serve'], { PORT: '65536' }],
    [['serve'], { PORT: '80a' }],
    [['serve'], { PORT: '-1' }],
    [['demo', 'localhost:1'], {}],
    [['demo', '--ca', 'f'], {}],
    [['demo', 'localhost', '--ca', 'f'], {}],
    [['demo', 'a:1', 'b', '--ca', 'f'], {}],
    [['demo', '--keylog', 'f'], {}],
  ])('%j with %j is refused', (args, environment) => {
    expect(() => parseCommand(args, environment)).toThrow(UsageError);
  });

  test('an IPv6 address is written in brackets', () => {
    expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatAddress({ host: 'a', port: 1 })).toBe('a:1');
  });
});

describe('one-liners', () => {
  test('go to loopback when the server is on every interface', () => {
    const commands = oneLiners({ host: '0.0.0.0', port: 5061 }, '/tmp/ca.pem').map(({ command }) => command);
    expect(commands[0]).toContain('-connect 127.0.0.1:5061 -servername localhost -CAfile /tmp/ca.pem');
    expect(commands[1]).toContain("'https://localhost:5061/?format=json'");
    expect(oneLiners({ host: '::', port: 1 }, 'c')[0]?.command).toContain("-connect '[::1]:1' -servername localhost");
    expect(oneLiners({ host: 'pbx.example', port: 1 }, 'c')[0]?.command).toContain('-servername pbx.example');
  });

  test('a path with spaces and quotes stays one word', () => {
    for (const { command } of oneLiners({ host: '127.0.0.1', port: 1 }, "/it's here/ca.pem")) {
      expect(command).toContain(`'/it'\\''s here/ca.pem'`);
    }
  });

  test('a quoted word is that word for a shell', () => {
    const words = fc.sample(
      fc.string({ unit: 'grapheme-ascii' }).filter((word) => word !== '' && !word.includes('\0')),
      50,
    );
    const script = `for word in ${words.map(quote).join(' ')}; do printf '%s\\0' "$word"; done`;
    const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(output.split('\0').slice(0, -1)).toEqual(words);
  });
});
