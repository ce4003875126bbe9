// An SVG chart of memory over the number of connections, all on one scale; dashed where it is the idle connections', solid
// after a burst.

const WIDTH = 860;
const HEIGHT = 420;
const LEFT = 80;
const RIGHT = 200;
const TOP = 48;
const BOTTOM = 48;
const COLORS = ['#1565c0', '#2e7d32', '#b3541e'];

/** `series`: `{ name: [{ count, idle, afterBurst }] }`, in bytes of all connections together. */
export function memoryChart(title, series) {
  const points = Object.values(series).flat();
  const xMax = Math.max(...points.map(({ count }) => count));
  const yMax = Math.max(...points.flatMap(({ idle, afterBurst }) => [idle, afterBurst]));
  const width = WIDTH - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const x = (count) => (LEFT + (count / xMax) * width).toFixed(1);
  const y = (bytes) => (TOP + height - (Math.max(0, bytes) / yMax) * height).toFixed(1);
  const lines = Object.entries(series).flatMap(([name, line], index) => {
    const color = COLORS[index % COLORS.length];
    const path = (what) => [`${x(0)},${y(0)}`, ...line.map((point) => `${x(point.count)},${y(point[what])}`)].join(' ');
    const last = line.at(-1);
    return [
      `<polyline points="${path('idle')}" fill="none" stroke="${color}" stroke-dasharray="4 4"/>`,
      `<polyline points="${path('afterBurst')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      `<text x="${LEFT + width + 10}" y="${y(last.afterBurst)}" fill="${color}">${name}</text>`,
    ];
  });
  const marks = [0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<text x="${x(share * xMax)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#666">${Math.round(share * xMax)}</text>`,
    `<text x="${LEFT - 8}" y="${y(share * yMax)}" text-anchor="end" fill="#666">${((share * yMax) / 2 ** 20).toFixed(0)} MiB</text>`,
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="14" font-weight="bold">${title}</text>
<text x="12" y="36" fill="#666">heap and external memory over the number of connections; dashed: idle, before the burst</text>
<line x1="${LEFT}" y1="${TOP + height}" x2="${LEFT + width}" y2="${TOP + height}" stroke="#333"/>
<line x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${TOP + height}" stroke="#333"/>
${[...marks, ...lines].join('\n')}
</svg>
`;
}
