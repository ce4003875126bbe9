#!/usr/bin/env node
// The program that BoringSSL's test runner starts for each test. The bundle is made by `npm run bogo`; start-up is most
// of what a test costs.
import { existsSync } from 'node:fs';

const bundle = new URL('./dist/shim.mjs', import.meta.url);
const { main } = await import(existsSync(bundle) ? bundle.href : new URL('./src/main.mjs', import.meta.url).href);
await main(process.argv.slice(2));
