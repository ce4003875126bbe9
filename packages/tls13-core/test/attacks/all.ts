import type { AttackGroup } from './attack.js';
import { AUTHENTICATION_ATTACKS } from './authentication.js';
import { CERTIFICATE_ATTACKS } from './certificates.js';
import { ENDING_ATTACKS } from './endings.js';
import { EXTENSION_ATTACKS } from './extensions.js';
import { HELLO_ATTACKS } from './hellos.js';
import { RECORD_ATTACKS } from './records.js';

export const ATTACK_GROUPS: readonly AttackGroup[] = [
  AUTHENTICATION_ATTACKS,
  CERTIFICATE_ATTACKS,
  HELLO_ATTACKS,
  EXTENSION_ATTACKS,
  RECORD_ATTACKS,
  ENDING_ATTACKS,
];
