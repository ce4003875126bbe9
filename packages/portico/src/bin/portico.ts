#!/usr/bin/env node
// Nothing but this file may run on an old Node: what follows is loaded only when it can work.
const MINIMUM_NODE: readonly [number, number] = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  console.error(`portico needs Node ${MINIMUM_NODE.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

const { main } = await import('../cli/main.js');
process.exitCode = await main(process.argv.slice(2), process.env);

export {};
