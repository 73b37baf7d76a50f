// The columns of the list, in their order. `cell` numbers are what arrow keys walk through.

import type { SortColumn } from '../../fleet/list-order.ts';
import type { TextKey } from '../../texts/en.ts';

export interface Column {
  readonly name: SortColumn;
  readonly label: TextKey;
  readonly numeric: boolean;
  /** What one wants to see first when clicking it. */
  readonly descendingFirst: boolean;
}

export const COLUMNS: readonly Column[] = [
  { name: 'torrent', label: 'column.torrent', numeric: false, descendingFirst: false },
  { name: 'container', label: 'column.container', numeric: false, descendingFirst: false },
  { name: 'state', label: 'column.state', numeric: false, descendingFirst: false },
  { name: 'progress', label: 'column.progress', numeric: false, descendingFirst: true },
  { name: 'size', label: 'column.size', numeric: true, descendingFirst: true },
  { name: 'down', label: 'column.down', numeric: true, descendingFirst: true },
  { name: 'up', label: 'column.up', numeric: true, descendingFirst: true },
  { name: 'peers', label: 'column.peers', numeric: true, descendingFirst: true },
  { name: 'left', label: 'column.left', numeric: true, descendingFirst: false },
  // Only there while containers are on several hosts.
  { name: 'host', label: 'column.host', numeric: false, descendingFirst: false },
];

/** Besides the columns: the box that selects, first, and the button of the menu, last. */
export const CELL_COUNT = COLUMNS.length + 2;
