// node lonely-server.mjs SOCKET PORT COMMAND ARGUMENT...: for servers that insist on listening on every interface. Run
// in a network namespace of its own, it brings up the loopback interface there, starts the command, and joins what
// connects to the Unix socket SOCKET, which processes outside can reach, to the command's port on 127.0.0.1.
import { spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

const [path, port, command, ...args] = process.argv.slice(2);

spawnSync('ip', ['link', 'set', 'lo', 'up']);
const interfaces = Object.keys(networkInterfaces());
if (interfaces.length !== 1 || interfaces[0] !== 'lo') {
  console.error(`expected no interface but lo, got ${interfaces.join(', ') || 'none'}`);
  process.exit(1);
}
// Where this process is killed, the kernel ends the server.
const server = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio: 'inherit' });
server.on('exit', (code) => process.exit(code ?? 0));
process.on('SIGTERM', () => server.kill('SIGTERM'));

const relay = createServer({ allowHalfOpen: true }, (outside) => {
  const inside = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  for (const [from, to] of [
    [outside, inside],
    [inside, outside],
  ]) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroySoon());
  }
});
relay.listen(path);
