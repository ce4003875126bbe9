import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCallServer } from '../support/call-server.js';
import { opensslCertificates } from '../support/certificates.js';
import { PROJECT_ROOT } from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';
import { start } from '../support/processes.js';

const MODULES = '/usr/lib/baresip/modules';
const PROGRAMS = existsSync(join(MODULES, 'aubridge.so')) ? ['baresip', 'openssl'] : ['baresip-core'];

/** A telephone that nobody here wrote: it has no sound device, so that what it hears is what it says. */
const config = (ca: string): string => `
sip_listen 127.0.0.1:0
sip_cafile ${ca}
module_path ${MODULES}
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
audio_player aubridge,x
audio_source aubridge,x
audio_alert aubridge,x
`;

describePeer('baresip', PROGRAMS, () => {
  it('registers, calls, talks and hangs up through our port', async () => {
    const { folder, ca, server } = opensslCertificates(['rsa']);
    const calls = await startCallServer(server('rsa'));
    const home = join(folder, 'baresip');
    mkdirSync(home);
    writeFileSync(join(home, 'config'), config(ca));
    writeFileSync(join(home, 'accounts'), `<sip:alice@127.0.0.1:${calls.port};transport=tls>;regint=60;auth_pass=x\n`);
    writeFileSync(join(home, 'contacts'), '');
    const baresip = start('baresip', ['-f', home, '-4', '-e', '/dial bob', '-t', '6']);
    await baresip.waitFor(/200 OK \(\) \[1 binding\]/);
    await baresip.waitFor(/Call established/);
    await baresip.waitFor(/terminated \(duration/);
    expect(await baresip.exited).toBe(0);
    // It registers, and takes its registration back at the end.
    expect(await calls.stop()).toMatchObject({
      invites: 1,
      confirmed: 1,
      ended: 1,
      strays: 0,
      open: 0,
      registrations: 2,
    });
  });

  it('registers with Digest credentials that the strict rules read', async () => {
    const { folder, ca, server } = opensslCertificates(['rsa']);
    const { cert, key } = server('rsa');
    const program = join(PROJECT_ROOT, 'test/interop/support/registrar.mjs');
    const registrar = start('node', [program, '--cert', cert, '--key', key, '--password', 'secret']);
    const [, port] = await registrar.waitFor(/listening on 127\.0\.0\.1:(\d+)/);
    const home = join(folder, 'baresip');
    mkdirSync(home);
    writeFileSync(join(home, 'config'), config(ca));
    writeFileSync(join(home, 'accounts'), `<sip:alice@127.0.0.1:${port};transport=tls>;regint=60;auth_pass=secret\n`);
    writeFileSync(join(home, 'contacts'), '');
    const baresip = start('baresip', ['-f', home, '-4', '-t', '2']);
    await baresip.waitFor(/200 OK \(\) \[1 binding\]/);
    expect(await baresip.exited).toBe(0);
    await registrar.stop();
    // It registers, and takes its registration back at the end.
    expect(JSON.parse(registrar.stdout)).toEqual({ 'no-credentials': 2, valid: 2 });
  });
});
