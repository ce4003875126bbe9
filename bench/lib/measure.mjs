// Ratios in one run: every contender is measured in turn, and turns are short, so that a slow moment hits them all.

/** CPU seconds of this process, user and system: what another process on the machine does hardly counts. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Seconds of one turn; a longer round has several of each contender. Others use the same processor cores: for seconds at a time
 * all here is half as fast, and not equally so for everybody. In short turns contenders meet the same moment.
 */
const TURN = 0.1;

/** Seconds in front of each turn that do not count: what the one before has left in caches and to the collector is its own. */
const BEFORE_A_TURN = 0.03;

/**
 * Measures contenders `{ name, run }`, where `run()` does a piece of work and returns how many units it did (bytes,
 * messages, handshakes), or a promise of that; or `{ name, rate }`, where `rate(seconds)` is what a process of its own
 * says of so many CPU seconds. Returns units per CPU second by name: `rates` of all turns, and `rate`, their median.
 */
export async function measure(contenders, { rounds, secondsPerRound }) {
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  // Work of which one piece takes longer has longer turns, and fewer.
  let turn = TURN;
  for (const one of contenders) turn = Math.max(turn, await warmUp(one, secondsPerRound / 2));
  const turns = Math.max(1, Math.round(secondsPerRound / turn));
  for (let count = 0; count < rounds * turns; count++) {
    for (const one of contenders) samples.get(one.name).push(await rateOf(one, secondsPerRound / turns));
  }
  return Object.fromEntries([...samples].map(([name, rates]) => [name, { rate: median(rates), rates }]));
}

/** How many times as fast one contender is as another: the median of what each pair of turns, one behind the other, says. */
export function ratioOf(one, other) {
  return median(one.rates.map((rate, turn) => rate / other.rates[turn]));
}

/** Of what `measure` returned, the fastest contender with one of these names. */
export function fastestOf(rates, names) {
  return names.map((name) => rates[name]).reduce((best, one) => (one.rate > best.rate ? one : best));
}

/** Returns the CPU seconds that one piece of the work takes when it is warm. */
async function warmUp({ run }, seconds) {
  if (run === undefined) return 0;
  await runFor(run, seconds);
  const start = cpuSeconds();
  await run();
  return cpuSeconds() - start;
}

async function rateOf({ run, rate }, seconds) {
  if (rate !== undefined) return rate(seconds);
  if (seconds <= TURN) await runFor(run, Math.min(BEFORE_A_TURN, seconds));
  return runFor(run, seconds);
}

async function runFor(run, seconds) {
  const start = cpuSeconds();
  let units = 0;
  let spent = 0;
  do {
    const done = run();
    units += typeof done === 'number' ? done : await done;
    spent = cpuSeconds() - start;
  } while (spent < seconds);
  return units / spent;
}

/**
 * Microseconds of CPU that a piece of work takes, the median over the rounds; once before, to warm up. Short work is done
 * `atOnce` times between two looks at the clock.
 */
export function cpuMicroseconds(work, { rounds, secondsPerRound, atOnce = 1 }) {
  work();
  const samples = Array.from({ length: rounds }, () => {
    const start = cpuSeconds();
    let runs = 0;
    let spent = 0;
    do {
      for (let i = 0; i < atOnce; i++) work();
      runs += atOnce;
      spent = cpuSeconds() - start;
    } while (spent < secondsPerRound);
    return (spent * 1e6) / runs;
  });
  return median(samples);
}

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How long each suite may take. */
export function effort(quick) {
  return quick ? { rounds: 3, secondsPerRound: 0.06 } : { rounds: 5, secondsPerRound: 0.5 };
}
