import { ByteReader, ByteWriter } from '@portico/bytes';
import { parseCertificate } from '@portico/x509';
import { describe, expect, it } from 'vitest';
import { LATEST_TIME } from '../../src/limits.js';
import { authenticationExpiry, timeCodec } from '../../src/session/lifetime.js';
import { START } from '../support/sessions.js';
import { TOY_CLIENT, TOY_SERVER } from '../support/toy-credentials.js';

const WEEK = 7 * 86_400_000;

describe('a check of certificates', () => {
  const chain = [...TOY_SERVER.certificateChain, ...TOY_CLIENT.certificateChain];
  const ends = Math.min(...chain.map((certificate) => parseCertificate(certificate).notAfter));

  it('stands for seven days, or until the first certificate expires', () => {
    for (const [now, certificates, expiry] of [
      [START, [], START + WEEK],
      [START, chain, START + WEEK],
      [ends - WEEK - 1, chain, ends - 1],
      [ends - WEEK + 1, chain, ends],
      [ends - 1, [...chain].reverse(), ends],
    ] as const) {
      expect(authenticationExpiry(now, certificates)).toBe(expiry);
    }
  });

  it('has no limit from what is no certificate: nobody trusted anything because of it', () => {
    const broken = Uint8Array.of(0x30, 0x00);
    expect(authenticationExpiry(START, [broken])).toBe(START + WEEK);
    expect(authenticationExpiry(ends - 1, [broken, ...chain])).toBe(ends);
  });
});

describe('a time', () => {
  it('is written in six bytes, from 1970 to the year 10889', () => {
    expect(new Date(LATEST_TIME).getUTCFullYear()).toBe(10889);
    for (const time of [0, 1, START, 2 ** 32, LATEST_TIME]) {
      const writer = new ByteWriter(6);
      timeCodec.write(writer, time);
      const bytes = writer.toBytes();
      expect([bytes.length, timeCodec.read(new ByteReader(bytes))]).toEqual([6, time]);
    }
    expect(() => timeCodec.write(new ByteWriter(6), LATEST_TIME + 1)).toThrow('value-out-of-range');
    expect(timeCodec.shape).toEqual({ kind: 'uint', width: 6 });
  });
});
