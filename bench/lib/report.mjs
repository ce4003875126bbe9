// Turns results into a table for people.

/** `1234567` as `1.23 M`. */
export function short(value) {
  const units = [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  for (const [size, suffix] of units) if (value >= size) return `${(value / size).toPrecision(3)}${suffix}`;
  return value >= 10 ? value.toFixed(0) : value.toPrecision(3);
}

/** One result: `{ title, unit, rates: { name: { rate } }, ratios: [{ what, ratio, must, aim, higherIsBetter }] }`. */
export function printResult({ title, unit, rates, ratios, notes = [] }) {
  console.log(`\n${title}`);
  const width = Math.max(...Object.keys(rates).map((name) => name.length));
  for (const [name, { rate, also = '' }] of Object.entries(rates)) {
    console.log(`  ${name.padEnd(width)}  ${`${short(rate)}${unit}`.padStart(14)}  ${also}`);
  }
  for (const { what, ratio, must, aim, higherIsBetter = true } of ratios) {
    const verdict = judge({ ratio, must, aim, higherIsBetter });
    const budget = must === undefined ? '' : `  (must ${sign(higherIsBetter)} ${must}, aim ${aim})  ${verdict}`;
    console.log(`  → ${what}: ${ratio.toFixed(2)}${budget}`);
  }
  for (const note of notes) console.log(`  ${note}`);
}

/** Where a ratio stands against its budget. */
export function judge({ ratio, must, aim, higherIsBetter = true }) {
  if (must === undefined) return '';
  const reaches = (goal) => (higherIsBetter ? ratio >= goal : ratio <= goal);
  return reaches(aim) ? 'aim reached' : reaches(must) ? 'must reached' : 'MISSED';
}

function sign(higherIsBetter) {
  return higherIsBetter ? '≥' : '≤';
}
