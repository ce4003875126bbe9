// An SVG chart of ratios: one bar for each, with marks for what it must and what it aims to be.

const WIDTH = 860;
const LABEL_WIDTH = 400;
const ROW = 26;
const BAR = 14;

/** `rows`: `{ what, ratio, must, aim, higherIsBetter }`. The bar's length is its share of the budget, on a log scale. */
export function ratioChart(title, rows) {
  const height = 58 + rows.length * ROW;
  const span = WIDTH - LABEL_WIDTH - 90;
  // Share of the budget: 1 is the "must", on the right of it is better.
  const position = (value, { must, higherIsBetter = true }) => {
    const share = higherIsBetter ? value / must : must / value;
    return Math.max(0, Math.min(1, 0.5 + Math.log2(share) / 6)) * span;
  };
  const bars = rows.map((row, index) => {
    const y = 44 + index * ROW;
    const x = LABEL_WIDTH;
    const reached = position(row.ratio, row);
    const color = reached >= position(row.must, row) ? '#2e7d32' : '#b3541e';
    return [
      `<text x="${x - 10}" y="${y + 11}" text-anchor="end">${escape(row.what)}</text>`,
      `<rect x="${x}" y="${y}" width="${reached.toFixed(1)}" height="${BAR}" fill="${color}"/>`,
      mark(x + position(row.must, row), y, '#333'),
      mark(x + position(row.aim, row), y, '#999'),
      `<text x="${(x + Math.max(reached, position(row.aim, row)) + 8).toFixed(1)}" y="${y + 11}">${row.ratio.toFixed(2)}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="14" font-weight="bold">${escape(title)}</text>
<text x="12" y="36" fill="#666">dark mark: must; grey mark: aim; log scale, longer is better</text>
${bars.join('\n')}
</svg>
`;
}

function mark(x, y, color) {
  return `<line x1="${x.toFixed(1)}" y1="${y - 3}" x2="${x.toFixed(1)}" y2="${y + BAR + 3}" stroke="${color}" stroke-width="2"/>`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
