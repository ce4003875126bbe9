/** The command was wrong; the message is one clear line for the user. */
export class UsageError extends Error {}

/** Counts verdicts in the form that every conformance command prints. */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** @type {{ id: string, expected: string, got: string }[]} */
  failures = [];
  /** @type {Record<string, number>} */
  skips = {};

  /** @param {string} suite */
  constructor(suite) {
    this.suite = suite;
  }

  /** One verdict: it passes if `got` is `expected`. */
  check(id, expected, got) {
    if (got === expected) {
      this.passed++;
    } else {
      this.failed++;
      this.failures.push({ id, expected: String(expected), got: String(got) });
    }
  }

  skip(reason, count = 1) {
    this.skipped += count;
    this.skips[reason] = (this.skips[reason] ?? 0) + count;
  }

  toJSON() {
    const { suite, passed, failed, skipped, failures, skips } = this;
    return { suite, passed, failed, skipped, failures, skips };
  }
}
