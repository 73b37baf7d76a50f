// The keys of the list. They work on the row under the cursor, or on all that is selected.

import type { KeyboardEvent } from 'react';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { useAct } from '../../fleet/use-actions.ts';
import { makesSense } from '../../fleet/verb.ts';
import { CELL_COUNT } from './columns.ts';
import { rowId } from './grid-row.tsx';
import { type ListCursor, WHOLE_ROW } from './list-state.ts';

interface GridKeys {
  readonly cursor: ListCursor;
  readonly ids: readonly string[];
  readonly rowsInView: () => number;
  readonly scrollTo: (index: number) => void;
  readonly onOpen: (id: string) => void;
  readonly onMenu: (id: string, anchor: Element) => void;
  readonly onRemove: (ids: readonly string[]) => void;
}

export function useGridKeys(keys: GridKeys): (event: KeyboardEvent) => void {
  const { store } = useFleet();
  const act = useAct();
  const { cursor, ids, rowsInView, scrollTo, onOpen, onMenu, onRemove } = keys;

  const move = (to: number, extend: boolean, keepCell: boolean): void => {
    if (ids.length === 0) return;
    const index = Math.min(ids.length - 1, Math.max(0, to));
    if (extend) cursor.extendTo(ids[index], ids);
    else cursor.moveTo(ids[index], keepCell ? cursor.get().cell : WHOLE_ROW);
    scrollTo(index);
  };

  return (event) => {
    // The boxes and buttons in the header keep their own keys.
    if (event.target !== event.currentTarget || event.altKey) return;
    const { cursor: at, cell, selected } = cursor.get();
    const index = at === undefined ? -1 : ids.indexOf(at);
    const targets = selected.size > 0 ? ids.filter((id) => selected.has(id)) : at === undefined ? [] : [at];
    const some = (verb: 'pause' | 'start') =>
      targets.some((id) => {
        const row = store.row(id);
        return row !== undefined && makesSense(verb, row);
      });
    const row = at === undefined ? null : document.getElementById(rowId(at));
    const command = event.ctrlKey || event.metaKey;
    const commands: Readonly<Record<string, () => void>> = command
      ? { a: () => cursor.select(ids), Home: () => move(0, false, true), End: () => move(ids.length - 1, false, true) }
      : {
          ArrowDown: () => move(index + 1, event.shiftKey, true),
          ArrowUp: () => move(index - 1, event.shiftKey, true),
          PageDown: () => move(index + rowsInView(), event.shiftKey, true),
          PageUp: () => move(index - rowsInView(), event.shiftKey, true),
          Home: () => (cell === WHOLE_ROW ? move(0, event.shiftKey, false) : at && cursor.moveTo(at, 0)),
          End: () =>
            cell === WHOLE_ROW ? move(ids.length - 1, event.shiftKey, false) : at && cursor.moveTo(at, CELL_COUNT - 1),
          ArrowRight: () => at && cursor.moveTo(at, nextCell(row, cell, 1)),
          ArrowLeft: () => at && cursor.moveTo(at, nextCell(row, cell, -1)),
          ' ': () => at && cursor.toggle(at),
          x: () => at && cursor.toggle(at),
          Enter: () => {
            if (at === undefined) return;
            if (cell === 0) cursor.toggle(at);
            else if (cell === CELL_COUNT - 1 && row !== null) onMenu(at, row);
            else onOpen(at);
          },
          p: () => act(some('pause') ? 'pause' : 'resume', targets, row),
          s: () => act(some('start') ? 'start' : 'stop', targets, row),
          r: () => act('restart', targets, row),
          Delete: () => targets.length > 0 && onRemove(targets),
          Escape: () => cursor.clear(),
        };
    const run = Object.hasOwn(commands, event.key) ? commands[event.key] : undefined;
    if (run === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
}

/** The next cell that there is room for; the row itself comes before the first. */
function nextCell(row: Element | null, from: number, step: 1 | -1): number {
  const cells = row?.querySelectorAll('[role="gridcell"]') ?? [];
  for (let cell = from + step; cell > WHOLE_ROW && cell < cells.length; cell += step) {
    if (cells[cell].checkVisibility()) return cell;
  }
  return step === 1 ? from : WHOLE_ROW;
}
