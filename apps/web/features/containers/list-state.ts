// Where the reader is in the list and what is selected: by id, never by place, because rows change places.

import { ValueStore } from '../../lib/value-store.ts';

/** The row itself, before its first cell. */
export const WHOLE_ROW = -1;

export interface ListState {
  readonly cursor: string | undefined;
  readonly cell: number;
  readonly selected: ReadonlySet<string>;
  /** Where a selection of several rows started. */
  readonly anchor: string | undefined;
}

const NOWHERE: ListState = { cursor: undefined, cell: WHOLE_ROW, selected: new Set(), anchor: undefined };

export class ListCursor extends ValueStore<ListState> {
  constructor(at?: string) {
    super({ ...NOWHERE, cursor: at });
  }

  moveTo(id: string, cell = WHOLE_ROW): void {
    this.update((state) => (state.cursor === id && state.cell === cell ? state : { ...state, cursor: id, cell }));
  }

  toggle(id: string): void {
    this.update((state) => {
      const selected = new Set(state.selected);
      if (!selected.delete(id)) selected.add(id);
      return { ...state, selected, anchor: id, cursor: id };
    });
  }

  /** Selects everything from where the selection started to `id`. */
  extendTo(id: string, order: readonly string[]): void {
    this.update((state) => {
      const from = order.indexOf(state.anchor ?? state.cursor ?? id);
      const to = order.indexOf(id);
      if (from === -1 || to === -1) return state;
      const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
      return { ...state, cursor: id, anchor: order[from], selected: new Set([...state.selected, ...range]) };
    });
  }

  select(ids: Iterable<string>): void {
    this.update((state) => ({ ...state, selected: new Set(ids) }));
  }

  clear(): void {
    this.update((state) => (state.selected.size === 0 ? state : { ...state, selected: new Set(), anchor: undefined }));
  }

  /** What is not there any more is not selected any more. */
  forgetGone(exists: (id: string) => boolean): void {
    const { selected } = this.get();
    const left = [...selected].filter(exists);
    if (left.length !== selected.size) this.select(left);
  }
}
