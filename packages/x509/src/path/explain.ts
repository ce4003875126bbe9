import type { Certificate } from '../certificate.js';
import { subjectOf, type PathFailure, type PathVerdict } from './verdict.js';

/** Lines that are printed; a peer can make the builder try hundreds of paths. */
export const MAX_EXPLAINED_LINES = 200;

interface Branch {
  readonly certificate: Certificate;
  readonly failures: PathFailure[];
  readonly branches: Branch[];
}

/**
 * A verdict for people: on success the chain and how many rules held; on failure the code, and below it every path that
 * was tried (RFC 4158), as a tree from the leaf up, each end with the first rule that it broke. Lines end in `\n`, the last
 * without; there are at most `MAX_EXPLAINED_LINES` and one that says how many more. Never throws.
 */
export function explainVerdict(verdict: PathVerdict): string {
  if (verdict.trusted) {
    const lines = verdict.chain.map((judged, index) => {
      const held = verdict.checks.filter(({ certificate }) => certificate === index).length;
      return `${'   '.repeat(index)}${index === 0 ? '' : '└─ '}${subjectOf(judged)}: ${held} rules held`;
    });
    return ['trusted', ...lines].join('\n');
  }
  const lines = [`${verdict.reason}: ${verdict.message} (${verdict.section}, rule ${verdict.rule})`];
  const roots: Branch[] = [];
  for (const { chain, failure } of verdict.paths) {
    let branches = roots;
    let end: Branch | null = null;
    for (const certificate of chain) {
      end = branches.find((branch) => branch.certificate === certificate) ?? null;
      if (end === null) {
        end = { certificate, failures: [], branches: [] };
        branches.push(end);
      }
      branches = end.branches;
    }
    if (end === null) lines.push(describe(failure));
    else end.failures.push(failure);
  }
  for (const root of roots) print(root, '', '', lines);
  const more = lines.length - MAX_EXPLAINED_LINES;
  return (more > 0 ? [...lines.slice(0, MAX_EXPLAINED_LINES), `and ${more} lines more`] : lines).join('\n');
}

function print({ certificate, failures, branches }: Branch, first: string, rest: string, lines: string[]): void {
  const subject = subjectOf(certificate);
  lines.push(`${first}${subject}${failures.length === 0 ? '' : `: ${failures.map(describe).join('; ')}`}`);
  for (const [index, branch] of branches.entries()) {
    const last = index === branches.length - 1;
    print(branch, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`, lines);
  }
}

function describe({ reason, rule, section, expected, got }: PathFailure): string {
  return `${reason}, expected ${expected}, got ${got} (${section}, rule ${rule})`;
}
