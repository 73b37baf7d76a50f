// Which element of the list shows which row. An element keeps its row as long as that one is in the window, and takes the
// one that comes in at one end when its own goes out at the other. Pure.

/** The element of the row that exists wherever it is. */
const KEPT = -1;

export interface PlacedRow {
  /** Names the element. */
  readonly slot: number;
  /** Of the row, in the order of the list. */
  readonly index: number;
}

interface RowSpan {
  readonly first: number;
  readonly count: number;
}

/**
 * The rows of `span` and the one `kept` (-1 for none), as their elements follow each other in the document.
 * @param leading the row with which the document begins if it is in the order of the list; as long as it stays the same
 *   no element moves
 */
export function placeRows({ first, count }: RowSpan, leading: number, kept: number): PlacedRow[] {
  const rows = Array.from({ length: count }, (_, place) => {
    const slot = (leading + place) % count;
    return { slot, index: first + ((slot - (first % count) + count) % count) };
  });
  const own = { slot: KEPT, index: kept };
  if (kept === -1 || (kept >= first && kept < first + count)) return rows;
  return kept < first ? [own, ...rows] : [...rows, own];
}
