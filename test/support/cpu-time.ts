/**
 * Milliseconds of CPU time that a piece of work costs this process: the least of `runs`. Other programs on the machine
 * make it wait, not cost more; only ever compare two of these, measured in one run.
 */
export function cpuTime(work: () => void, runs = 3): number {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
