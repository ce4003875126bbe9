import { grease, padToFullRecords, padToMultipleOf } from '@portico/tls13-core';
import { number, present } from './arguments.mjs';

/** Flags of both programs for how records and messages look: --grease, --padding, --record-size-limit, --max-fragment. */
export const RECORD_OPTIONS = {
  grease: { type: 'boolean', default: false },
  padding: { type: 'string' },
  'record-size-limit': { type: 'string' },
  'max-fragment': { type: 'string' },
};

/** What they say in a configuration. `--padding` is a block length in bytes, or `full`. */
export function recordConfig({ grease: wantsGrease, padding, 'record-size-limit': limit, 'max-fragment': fragment }) {
  return present({
    grease: wantsGrease ? grease : undefined,
    padding: padding === undefined ? undefined : paddingPolicy(padding),
    recordSizeLimit: limit === undefined ? undefined : number('record-size-limit', limit, { min: 64, max: 16_385 }),
    maxFragmentLength: fragment === undefined ? undefined : number('max-fragment', fragment, { min: 1, max: 16_384 }),
  });
}

function paddingPolicy(text) {
  return text === 'full' ? padToFullRecords : padToMultipleOf(number('padding', text, { min: 1, max: 16_384 }));
}
