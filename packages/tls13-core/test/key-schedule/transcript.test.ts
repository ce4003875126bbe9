import { concatBytes } from '@portico/bytes';
import type { Hash } from '@portico/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Transcript } from '../../src/key-schedule/transcript.js';
import { toyProvider } from '../support/toy-provider.js';

const [short, long] = toyProvider(1, 'two hashes').hashes as [Hash, Hash];
const FIRST = Uint8Array.of(1, 0, 0, 2, 7, 7);
const SECOND = Uint8Array.of(2, 0, 0, 1, 9);

describe('the transcript hash, section 4.1', () => {
  it('is that of all messages, whenever the hash became known, and may be asked for any number of times', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(messages, fc.nat({ max: 6 }), (all, startsAt) => {
        const transcript = new Transcript();
        all.forEach((message, index) => {
          if (index === startsAt) transcript.start(short);
          transcript.add(message);
          // Each message changes it.
          if (index >= startsAt) {
            expect(transcript.current()).toEqual(short.digest(concatBytes(...all.slice(0, index + 1))));
          }
        });
        transcript.start(short);
        expect(transcript.current()).toEqual(short.digest(concatBytes(...all)));
        expect(transcript.current()).toEqual(short.digest(concatBytes(...all)));
      }),
      { numRuns: 200 },
    );
  });

  it('is not there before its hash is known, and has one hash only', () => {
    const transcript = new Transcript();
    transcript.add(FIRST);
    expect(() => transcript.current()).toThrow('not known yet');
    expect(() => transcript.replaceWithMessageHash()).toThrow('not known yet');
    transcript.start(short);
    transcript.start({ ...short });
    expect(() => transcript.start(long)).toThrow('the transcript hash is sha256, not sha384');
    expect(transcript.current()).toEqual(short.digest(FIRST));
  });

  it('takes message_hash in the place of the first ClientHello', () => {
    for (const hash of [short, long]) {
      const transcript = new Transcript();
      transcript.add(FIRST);
      transcript.start(hash);
      transcript.replaceWithMessageHash();
      transcript.add(SECOND);
      const messageHash = concatBytes(Uint8Array.of(254, 0, 0, hash.outputLength), hash.digest(FIRST));
      expect(transcript.current()).toEqual(hash.digest(concatBytes(messageHash, SECOND)));
      const remembered = new Transcript();
      remembered.start(hash);
      remembered.addMessageHash(hash.digest(FIRST));
      remembered.add(SECOND);
      expect(remembered.current()).toEqual(transcript.current());
    }
  });
});

describe('the hash that a binder covers, section 4.3.11.2', () => {
  it('takes in a part of the next message, which is not added', () => {
    const transcript = new Transcript();
    expect(transcript.currentWith(long, SECOND)).toEqual(long.digest(SECOND));
    transcript.start(short);
    transcript.add(FIRST);
    expect(transcript.currentWith(short, SECOND)).toEqual(short.digest(concatBytes(FIRST, SECOND)));
    expect(transcript.current()).toEqual(short.digest(FIRST));
  });

  it('is of the one hash, or of no message before', () => {
    const waiting = new Transcript();
    waiting.add(FIRST);
    expect(() => waiting.currentWith(short, SECOND)).toThrow('messages and no hash');
    waiting.start(short);
    expect(() => waiting.currentWith(long, SECOND)).toThrow('the transcript hash is not sha384');
  });
});
