import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/processes.js';
import { obtain, onLinuxX64, RUNTIMES } from './runtimes.js';

describe.skipIf(!onLinuxX64)('the packages in other runtimes (on Linux x64)', () => {
  it.for(RUNTIMES)(
    '$name $version: a handshake in memory, ALPN and SIP',
    { timeout: 200_000 },
    async (runtime, { skip }) => {
      const program = await obtain(runtime);
      if (program === null) return skip(`no ${runtime.package}@${runtime.version} from the npm registry`);
      const script = join(import.meta.dirname, 'in-memory.mjs');
      const { code, stdout, stderr } = await run(program, [...runtime.flags, script]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        version: 'TLSv1.3',
        cipherSuite: 'TLS_CHACHA20_POLY1305_SHA256',
        group: 'X25519MLKEM768',
        alpnText: 'sip/2',
        same: true,
        method: 'OPTIONS',
        callId: ['one'],
      });
    },
  );
});
