// The comb, the page's one picture: seven cells, each as full as it should be one day.

const CELLS: readonly (readonly [x: number, y: number, filled: number])[] = [
  [60, 40, 1],
  [94, 40, 0.7],
  [77, 69.5, 0.9],
  [43, 69.5, 0.45],
  [26, 40, 0.25],
  [43, 10.5, 0.6],
  [77, 10.5, 0.1],
];
const RADIUS = 17;

function hexagon(x: number, y: number): string {
  const corners = Array.from({ length: 6 }, (_, corner) => {
    const angle = (Math.PI / 3) * corner - Math.PI / 2;
    return `${(x + RADIUS * Math.cos(angle)).toFixed(2)} ${(y + RADIUS * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${corners.join('L')}z`;
}

export function Comb() {
  return (
    <svg width="150" height="125" viewBox="4 -10 112 101" aria-hidden="true">
      {CELLS.map(([x, y, filled]) => {
        const outline = hexagon(x, y);
        const clip = `comb-${x}-${y}`.replaceAll('.', '_');
        return (
          <g key={clip}>
            <clipPath id={clip}>
              <rect x={x - RADIUS} y={y + RADIUS - 2 * RADIUS * filled} width={2 * RADIUS} height={2 * RADIUS} />
            </clipPath>
            <path d={outline} className="fill-track" />
            <path d={outline} clipPath={`url(#${clip})`} className="fill-flow-fill" />
          </g>
        );
      })}
    </svg>
  );
}

/** The mark beside the name of the page. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75z" className="fill-track" />
      <path d="M3.4 14h25.2v9.25L16 30.5 3.4 23.25z" className="fill-flow-fill" />
    </svg>
  );
}
