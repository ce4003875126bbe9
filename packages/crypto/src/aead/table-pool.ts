import { fillLargeTable, LARGE_TABLE_WORDS } from './ghash.js';

/**
 * Large GHASH tables are lent, not owned: one for each key would cost an idle connection 128 KiB. 32 of them are 2 MiB
 * for the whole program, and enough for the connections that are busy at the same moment.
 */
const MAX_LARGE_TABLES = 32;

/**
 * Bytes that a key hashes with its small table before it gets a large one: filling it takes as long as it saves over
 * about 8 KiB, so even keys that take turns at losing it gain.
 */
export const BYTES_BEFORE_LARGE_TABLE: number = 64 * 1024;

/** A large table on loan: it is the borrower's as long as `owner` is the borrower. */
export interface TableLoan {
  readonly table: Int32Array;
  owner: object | null;
  lastUse: number;
}

/** A bounded set of large tables; the least recently used one changes hands. */
export class TablePool {
  readonly #loans: TableLoan[] = [];
  readonly #capacity: number;
  #clock = 0;

  constructor(capacity: number = MAX_LARGE_TABLES) {
    this.#capacity = capacity;
  }

  /** A table filled for `owner`; whoever had it before falls back to its small one. */
  borrow(owner: object, small: Int32Array): TableLoan {
    const loan = this.#free();
    fillLargeTable(loan.table, small);
    loan.owner = owner;
    this.touch(loan);
    return loan;
  }

  touch(loan: TableLoan): void {
    loan.lastUse = ++this.#clock;
  }

  /** Gives a table back and wipes it: its content is as secret as the key. */
  release(loan: TableLoan): void {
    loan.owner = null;
    loan.lastUse = 0;
    loan.table.fill(0);
  }

  #free(): TableLoan {
    let oldest: TableLoan | undefined;
    for (const loan of this.#loans) if (oldest === undefined || loan.lastUse < oldest.lastUse) oldest = loan;
    if (oldest !== undefined && (oldest.owner === null || this.#loans.length >= this.#capacity)) return oldest;
    const loan: TableLoan = { table: new Int32Array(LARGE_TABLE_WORDS), owner: null, lastUse: 0 };
    this.#loans.push(loan);
    return loan;
  }
}
