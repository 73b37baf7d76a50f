// The cell of a comb as a path: a hexagon on its tip, whole or filled from below. Pure.

const CORNERS = 6;

/** @param radius from the middle to a corner */
export function hexagon(x: number, y: number, radius: number): string {
  return pathOf(cornersOf(x, y, radius));
}

/** The part of it that lies below the level of `filled`, 0 to 1 of its height. */
export function hexagonFilled(x: number, y: number, radius: number, filled: number): string {
  const level = y + radius - 2 * radius * Math.min(1, Math.max(0, filled));
  const corners = cornersOf(x, y, radius);
  const kept = corners.flatMap((corner, index) => {
    const next = corners[(index + 1) % CORNERS];
    const inside = corner[1] >= level ? [corner] : [];
    // An edge that crosses the level ends or begins there.
    if (corner[1] >= level === next[1] >= level) return inside;
    const share = (level - corner[1]) / (next[1] - corner[1]);
    return [...inside, [corner[0] + share * (next[0] - corner[0]), level] as const];
  });
  return pathOf(kept);
}

type Point = readonly [x: number, y: number];

function cornersOf(x: number, y: number, radius: number): Point[] {
  return Array.from({ length: CORNERS }, (_, corner) => {
    const angle = (Math.PI / 3) * corner - Math.PI / 2;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
  });
}

function pathOf(points: readonly Point[]): string {
  return points.length < 3 ? '' : `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}z`;
}
