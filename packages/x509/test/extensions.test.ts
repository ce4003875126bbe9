import { concatBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import {
  der,
  derImplicit,
  derNamedBits,
  DerReader,
  derSequence,
  OID,
  parseCertificate,
  type GeneralName,
} from '../src/index.js';
import { KEY_USAGES, readAuthorityKeyIdentifier, readExtensions, readKnownExtensions } from '../src/extensions.js';
import { encodeGeneralName, readGeneralName, readGeneralNames } from '../src/name/general-name.js';
import { reasonOf } from './support.js';
import { CERTIFICATE, extension, GENERAL_NAMES, NAME, signed, TBS_CERTIFICATE } from './support/specimens.js';

const withKeyUsage = (value: Uint8Array): readonly string[] | null =>
  parseCertificate(signed([...TBS_CERTIFICATE.slice(0, 7), der(0xa3, derSequence(extension(OID.keyUsage, value)))]))
    .keyUsage;

describe('extensions of certificates', () => {
  it('the specimen gives all of them', () => {
    expect(parseCertificate(CERTIFICATE)).toMatchObject({
      version: 3,
      serialNumber: Uint8Array.of(0x12, 0x34),
      notBefore: Date.UTC(2027, 0),
      notAfter: Date.UTC(2050, 0),
      keyUsage: ['keyCertSign', 'decipherOnly'],
      extendedKeyUsage: [OID.serverAuth, OID.clientAuth],
      basicConstraints: { ca: true, pathLength: 3 },
      subjectKeyIdentifier: new Uint8Array(20).fill(0xee),
      authorityKeyIdentifier: {
        keyIdentifier: new Uint8Array(20).fill(0xee),
        issuer: [{ type: 'directory' }],
        serialNumber: Uint8Array.of(1),
      },
      nameConstraints: {
        permitted: [
          { type: 'dns', name: 'a.test' },
          { type: 'ip', address: { length: 8 } },
        ],
        excluded: [{ type: 'uri' }],
      },
    });
  });

  it.each([
    ['digitalSignature', [0x80]],
    ['contentCommitment', [0x40]],
    ['keyEncipherment', [0x20]],
    ['dataEncipherment', [0x10]],
    ['keyAgreement', [0x08]],
    ['keyCertSign', [0x04]],
    ['cRLSign', [0x02]],
    ['encipherOnly', [0x01]],
    ['decipherOnly', [0x00, 0x80]],
  ])('%s is its bit and no other', (name, octets) => {
    expect(withKeyUsage(der(0x03, Uint8Array.of(0, ...octets)))).toEqual([name]);
  });

  it('usages that have no name are none', () => {
    expect(withKeyUsage(derNamedBits([0, 9, 15]))).toEqual(['digitalSignature']);
    expect(withKeyUsage(derNamedBits([9]))).toEqual([]);
    expect(withKeyUsage(derNamedBits(KEY_USAGES.map((_, position) => position)))).toEqual(KEY_USAGES);
  });

  it('an authority key identifier may have either part', () => {
    const read = (...fields: Uint8Array[]) => readAuthorityKeyIdentifier(new DerReader(derSequence(...fields)));
    expect(read()).toEqual({ keyIdentifier: null, issuer: null, serialNumber: null });
    expect(read(derImplicit(0, Uint8Array.of(7)))).toEqual({
      keyIdentifier: Uint8Array.of(7),
      issuer: null,
      serialNumber: null,
    });
    expect(read(der(0xa1, der(0xa4, NAME)), derImplicit(2, Uint8Array.of(5)))).toMatchObject({
      keyIdentifier: null,
      issuer: [{ type: 'directory', name: { raw: NAME } }],
      serialNumber: Uint8Array.of(5),
    });
  });

  it('tell offsets in the array that they are views of, wherever that lies in its buffer', () => {
    const encoding = derSequence(extension(OID.keyUsage, Uint8Array.of(5, 0)), extension('1.2.3', Uint8Array.of(5, 0)));
    const root = concatBytes(new Uint8Array(100), encoding).subarray(100);
    const extensions = readExtensions(new DerReader(root));
    expect(extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      [OID.keyUsage, false],
      ['1.2.3', false],
    ]);
    expect(() => readKnownExtensions(extensions, root)).toThrow('unexpected-tag at offset 11: expected KeyUsage');
  });
});

describe('general names', () => {
  const forms: readonly GeneralName['type'][] = [
    'other',
    'email',
    'dns',
    'x400',
    'directory',
    'edi-party',
    'uri',
    'ip',
    'registered-id',
  ];

  it.each(forms.map((type, index) => ({ type, encoding: GENERAL_NAMES[index] as Uint8Array })))(
    '$type is read, and written as it was',
    ({ type, encoding }) => {
      const name = readGeneralName(new DerReader(encoding), 'name');
      expect(name.type).toBe(type);
      expect(encodeGeneralName(name)).toEqual(encoding);
    },
  );

  it('give what is in them', () => {
    expect(readGeneralNames(new DerReader(concatBytes(...GENERAL_NAMES)))).toEqual([
      { type: 'other', oid: '1.2.3', value: Uint8Array.from([0x0c, 5, ...Buffer.from('other')]) },
      { type: 'email', address: 'a@a.test' },
      { type: 'dns', name: 'a.test' },
      { type: 'x400', raw: GENERAL_NAMES[3] },
      { type: 'directory', name: expect.objectContaining({ raw: NAME }) as unknown },
      { type: 'edi-party', raw: GENERAL_NAMES[5] },
      { type: 'uri', uri: 'http://a.test/' },
      { type: 'ip', address: Uint8Array.of(192, 0, 2, 1) },
      { type: 'registered-id', oid: '1.2.3' },
    ]);
  });

  it.each([
    [0x7f, 'accepted'],
    [0x80, 'invalid-string'],
  ])('hold ASCII up to %i', (code, expected) => {
    expect(reasonOf(() => readGeneralName(new DerReader(Uint8Array.of(0x82, 1, code)), 'name'))).toBe(expected);
    const name = String.fromCharCode(code);
    expect(reasonOf(() => encodeGeneralName({ type: 'dns', name }))).toBe(expected.replace('string', 'argument'));
  });

  it.each([
    [4, 'name', 'accepted'],
    [16, 'name', 'accepted'],
    [8, 'name', 'invalid-extension'],
    [32, 'name', 'invalid-extension'],
    [0, 'name', 'invalid-extension'],
    [8, 'constraint', 'accepted'],
    [32, 'constraint', 'accepted'],
    [4, 'constraint', 'invalid-extension'],
    [16, 'constraint', 'invalid-extension'],
  ] as const)('an address of %i octets in a %s: %s', (length, role, expected) => {
    const encoding = der(0x87, new Uint8Array(length));
    expect(reasonOf(() => readGeneralName(new DerReader(encoding), role))).toBe(expected);
  });
});
