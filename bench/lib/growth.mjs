// How cost grows with input: the same case at growing sizes.
import { cpuMicroseconds } from './measure.mjs';

const STEPS = [1, 2, 4, 8, 12, 16];

/**
 * Measures cases `{ name, make(step), size(input), run(input) }`, with sizes in bytes, at steps up to sixteen. Returns what a
 * suite reports of them: `rates` at the largest, `ratios` of the largest to the smallest, and `series` for a chart.
 */
export function growth(cases, { rounds, secondsPerRound }) {
  const rates = {};
  const ratios = [];
  const series = [];
  for (const { name, make, size, run } of cases) {
    const inputs = STEPS.map((step) => make(step));
    cpuMicroseconds(() => run(inputs[inputs.length - 1]), { rounds: 1, secondsPerRound });
    const points = inputs.map((input) => ({
      x: size(input) / 1000,
      y: cpuMicroseconds(() => run(input), { rounds, secondsPerRound: secondsPerRound / 4 }),
    }));
    series.push({ name, points });
    const [first, last] = [points[0], points[points.length - 1]];
    rates[name] = { rate: 1e6 / last.y, also: `${last.x.toFixed(0)} KB in ${(last.y / 1000).toFixed(2)} ms` };
    ratios.push({
      what: `${name}: ${(last.x / first.x).toFixed(1)} times the bytes, time times`,
      ratio: last.y / first.y,
    });
  }
  return { rates, ratios, series };
}
