// What a hostile peer or file can send, in a size to be chosen. Whoever uses it brings the package that makes certificates
// along, so that tests can play the same input against the sources.

const DAY = 86_400_000;

/**
 * `{ name, make(step), size(input), run(input), ends }`: input of about `step` times the first size, and what reads or
 * verifies it and says what came of it. `ends` names the limit that a case meets, whose cost then stays.
 */
export function hostileCases(kit) {
  const readers = readersOf(kit);
  return casesOf(kit).map(({ reader, ...rest }) => ({ ...rest, run: readers[reader] }));
}

/** What each kind of input is for: the outcome is `accepted`, `trusted`, or the reason or rule of a refusal. */
function readersOf({ x509, provider, now }) {
  const outcomeOf = (read) => {
    try {
      read();
    } catch (error) {
      if (error instanceof x509.X509Error) return error.reason;
      throw error;
    }
    return 'accepted';
  };
  return {
    der: (bytes) => outcomeOf(() => readAll(new x509.DerReader(bytes))),
    pem: (text) => outcomeOf(() => x509.decodePem(text)),
    certificate: (der) => outcomeOf(() => x509.parseCertificate(der)),
    path: ({ certificates, trustAnchors, limits, profile }) => {
      const verdict = x509.verifyCertificatePath({
        provider,
        certificates,
        trustAnchors,
        time: now,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'nobody.example.org' },
        limits,
        profile,
        policies: x509.createPolicyChecker(),
      });
      return verdict.trusted ? 'trusted' : verdict.rule;
    },
  };
}

const CONSTRUCTED_BIT = 0x20;

function readAll(reader) {
  while (reader.remaining > 0) {
    const element = reader.element();
    if ((element.tag & CONSTRUCTED_BIT) !== 0) readAll(reader.inside(element));
  }
}

function casesOf({ x509, issue, provider, now }) {
  const validity = { notBefore: now - DAY, notAfter: now + DAY };
  let seed = 0;
  const newKey = () => ({ type: 'ed25519', seed: new Uint8Array(32).fill(++seed % 256) });
  const authority = (name, options = {}) =>
    issue.createAuthority({ provider, privateKey: newKey(), subject: [['CN', name]], ...validity, ...options });
  const leaf = (issuer, options = {}) =>
    issue.createLeaf({ provider, issuer, key: newKey(), names: ['host.example.com'], ...validity, ...options });
  const root = authority('root');
  // The strict profile takes no Ed25519.
  const ecKey = { type: 'ec', curve: 'P-256', scalar: new Uint8Array(32).fill(1) };
  const ecRoot = authority('root', { privateKey: ecKey });
  const names = (count) => Array.from({ length: count }, (_, index) => `host${index}.example.com`);
  const path = (certificates, anchors = [root], limits = {}) => ({
    certificates: certificates.map((one) => (one.certificate ?? one).raw),
    trustAnchors: anchors,
    limits,
  });
  const lengthOf = ({ length }) => length;
  const pathSize = ({ certificates }) => certificates.reduce((sum, { length }) => sum + length, 0);
  const extension = (oid, value) => ({ oid, critical: false, value });
  const withExtensions = (extraExtensions) => ({ template: { extraExtensions } });
  const policies = (count) =>
    issue.certificatePoliciesExtension(Array.from({ length: count }, (_, index) => `1.3.6.1.4.1.${index}`));

  const requireExplicitPolicy = issue.policyConstraintsExtension({ requireExplicitPolicy: 0 });

  return [
    {
      name: 'DER: sequences in sequences',
      reader: 'der',
      ends: 'MAX_DER_DEPTH',
      make: (step) => nested(1000 * step),
      size: lengthOf,
    },
    {
      name: 'DER: a flat run of empty elements',
      reader: 'der',
      make: (step) => new Uint8Array(8192 * step).map((_, index) => (index % 2 === 0 ? 0x05 : 0)),
      size: lengthOf,
    },
    {
      name: 'PEM: beginnings within lines',
      reader: 'pem',
      make: (step) => '# -----BEGIN A----- x -----END A-----x'.repeat(1000 * step),
      size: lengthOf,
    },
    {
      name: 'PEM: lines that look like headers',
      reader: 'pem',
      make: (step) => `-----BEGIN A-----\n${'a: b \n \t'.repeat(2000 * step)}\n-----END A-----\n`,
      size: lengthOf,
    },
    {
      name: 'a certificate with many names',
      reader: 'certificate',
      make: (step) => leaf(root, { names: names(500 * step) }).raw,
      size: lengthOf,
    },
    {
      name: 'a subject of many attributes',
      reader: 'certificate',
      make: (step) => {
        const subject = Array.from({ length: 250 * step }, (_, index) => ['OU', `unit  number ${index}`]);
        return authority('', { subject }).certificate.raw;
      },
      size: lengthOf,
    },
    {
      name: 'a certificate with many extensions',
      reader: 'certificate',
      make: (step) => {
        const many = Array.from({ length: 500 * step }, (_, index) => extension(`1.2.3.${index}`, x509.derNull()));
        return leaf(root, withExtensions(many)).raw;
      },
      size: lengthOf,
    },
    {
      name: 'a leaf with many names, none of them ours',
      reader: 'path',
      make: (step) => path([leaf(root, { names: names(300 * step) })]),
      size: pathSize,
    },
    {
      name: 'many names below many name constraints',
      reader: 'path',
      ends: 'PathLimits.maxNameComparisons',
      make: (step) => {
        const excluded = names(60 * step).map((name) => ({ type: 'dns', name: `x.${name}` }));
        const ca = authority('ca', { issuer: root, template: { nameConstraints: { permitted: [], excluded } } });
        return path([leaf(ca, { names: [...names(60 * step), 'nobody.example.org'] }), ca]);
      },
      size: pathSize,
    },
    {
      name: 'CAs of one name that could all have issued each other',
      reader: 'path',
      ends: 'PathLimits.maxCandidates',
      make: (step) => {
        const tangle = Array.from({ length: 2 * step - 1 }, () => authority('tangle', { issuer: authority('tangle') }));
        return path([leaf(authority('tangle'), { names: ['nobody.example.org'] }), ...tangle]);
      },
      size: pathSize,
    },
    {
      name: 'possible issuers by the thousand',
      reader: 'path',
      ends: 'PathLimits.maxCertificates',
      make: (step) => {
        const { certificate } = authority('other');
        const end = leaf(authority('tangle'), { names: ['nobody.example.org'] });
        return path([end, ...Array.from({ length: 625 * step }, () => certificate)]);
      },
      size: pathSize,
    },
    {
      name: 'many common names beside many alternative names, to the strict profile',
      reader: 'path',
      make: (step) => {
        const subject = Array.from({ length: 200 * step }, () => ['CN', 'z']);
        const others = Array.from({ length: 1500 * step }, () => 'a');
        const end = leaf(ecRoot, { key: ecKey, subject, names: [...others, 'z', 'nobody.example.org'] });
        return { ...path([end], [ecRoot]), profile: x509.strictProfile };
      },
      size: pathSize,
    },
    {
      name: 'certificate policies at each CA',
      reader: 'path',
      make: (step) => {
        const upper = authority('upper', { issuer: root, ...withExtensions([policies(50 * step)]) });
        const lower = authority('lower', { issuer: upper, ...withExtensions([policies(50 * step)]) });
        return path([
          leaf(lower, { names: ['nobody.example.org'], ...withExtensions([policies(50 * step)]) }),
          lower,
          upper,
        ]);
      },
      size: pathSize,
    },
    {
      name: 'certificate policies at CAs of one name that nobody signed',
      reader: 'path',
      ends: 'PathLimits.maxCandidates',
      make: (step) => {
        const forger = { certificate: root.certificate, privateKey: newKey() };
        const forged = Array.from({ length: step }, () =>
          authority('root', { issuer: forger, ...withExtensions([policies(4000 / step)]) }),
        );
        return path([leaf(forger, { names: ['nobody.example.org'] }), ...forged]);
      },
      size: pathSize,
    },
    {
      name: 'certificate policies at CAs that a root has signed',
      reader: 'path',
      ends: 'PathLimits.maxPolicies',
      make: (step) => {
        const privateKey = newKey();
        const cas = Array.from({ length: step }, () =>
          authority('ca', { privateKey, issuer: root, ...withExtensions([policies(1000), requireExplicitPolicy]) }),
        );
        return path([leaf(cas[0], { names: ['nobody.example.org'] }), ...cas], [root], { maxPolicies: 10_000 });
      },
      size: pathSize,
    },
  ];
}

/** That many SEQUENCEs, each in the one before. */
function nested(count) {
  // The outermost has the largest length; written from the inside.
  const octets = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const header = length < 0x80 ? [length, 0x30] : [length & 0xff, (length >> 8) & 0xff, length >> 16, 0x83, 0x30];
    if (length >= 0x80 && length < 0x1_0000) header.splice(2, 2, 0x82);
    if (length >= 0x80 && length < 0x100) header.splice(1, 2, 0x81);
    octets.push(...header);
    length += header.length;
  }
  return Uint8Array.from(octets.reverse());
}
