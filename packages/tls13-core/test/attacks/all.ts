import type { AttackGroup } from './attack.js';
import { CERTIFICATE_ATTACKS } from './certificates.js';
import { CLIENT_AUTHENTICATION_ATTACKS } from './client-authentication.js';
import { CLIENT_HELLO_ATTACKS } from './client-hellos.js';
import { COOKIE_ATTACKS } from './cookies.js';
import { EARLY_DATA_ATTACKS } from './early-data.js';
import { ENDING_ATTACKS } from './endings.js';
import { EXTENSION_ATTACKS } from './extensions.js';
import { EXTERNAL_PSK_ATTACKS } from './external-psks.js';
import { RECORD_ATTACKS } from './records.js';
import { RESUMPTION_ATTACKS } from './resumption.js';
import { SERVER_AUTHENTICATION_ATTACKS } from './server-authentication.js';
import { SERVER_HELLO_ATTACKS } from './server-hellos.js';

export const ATTACK_GROUPS: readonly AttackGroup[] = [
  SERVER_AUTHENTICATION_ATTACKS,
  CLIENT_AUTHENTICATION_ATTACKS,
  CERTIFICATE_ATTACKS,
  SERVER_HELLO_ATTACKS,
  CLIENT_HELLO_ATTACKS,
  COOKIE_ATTACKS,
  EXTENSION_ATTACKS,
  RESUMPTION_ATTACKS,
  EXTERNAL_PSK_ATTACKS,
  EARLY_DATA_ATTACKS,
  RECORD_ATTACKS,
  ENDING_ATTACKS,
];
