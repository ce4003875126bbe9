// An SVG chart of lines through measured points, from zero: what is linear is a straight line.

const WIDTH = 860;
const HEIGHT = 420;
const LEFT = 80;
const RIGHT = 230;
const TOP = 48;
const BOTTOM = 48;
const COLORS = ['#1565c0', '#2e7d32', '#b3541e', '#6a1b9a', '#00838f', '#c62828'];

/** `series`: `{ name, points: [{ x, y }] }`. Each line is scaled to its own highest point, which its name tells. */
export function lineChart(title, xUnit, yUnit, series) {
  const xMax = Math.max(...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const width = WIDTH - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const lines = series.map(({ name, points }, index) => {
    const yMax = Math.max(...points.map(({ y }) => y));
    const place = ({ x, y }) => [LEFT + (x / xMax) * width, TOP + height - (y / yMax) * height];
    const path = points
      .map((point) =>
        place(point)
          .map((value) => value.toFixed(1))
          .join(','),
      )
      .join(' ');
    const color = COLORS[index % COLORS.length];
    const [x0, y0] = [LEFT, TOP + height];
    return [
      `<polyline points="${x0},${y0} ${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...points.map((point) => {
        const [x, y] = place(point);
        return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${color}"/>`;
      }),
      `<text x="${WIDTH - RIGHT + 14}" y="${TOP + 18 + index * 36}" fill="${color}">${escape(name)}</text>`,
      `<text x="${WIDTH - RIGHT + 14}" y="${TOP + 32 + index * 36}" fill="#666" font-size="11">top: ${yMax.toFixed(0)} ${yUnit}</text>`,
    ].join('\n');
  });
  const marks = [0.25, 0.5, 0.75, 1].map((share) => {
    const x = LEFT + share * width;
    return `<text x="${x.toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#666">${(share * xMax).toFixed(0)} ${xUnit}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="14" font-weight="bold">${escape(title)}</text>
<text x="12" y="36" fill="#666">each line from zero, scaled to its own highest point; a straight line is linear time</text>
<line x1="${LEFT}" y1="${TOP + height}" x2="${LEFT + width}" y2="${TOP + height}" stroke="#333"/>
<line x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${TOP + height}" stroke="#333"/>
${marks.join('\n')}
${lines.join('\n')}
</svg>
`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
