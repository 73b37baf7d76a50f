// A short message that is spoken once and goes by itself: what was done, with a way back, or what failed.

import type { ValueStore } from './value-store.ts';

const SHOWN_MS = 10_000;

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
  readonly undo: (() => void) | undefined;
}

let lastId = 0;

export function notify(
  notices: ValueStore<readonly Notice[]>,
  text: string,
  { failed = false, undo }: { readonly failed?: boolean; readonly undo?: () => void } = {},
): void {
  lastId += 1;
  const notice: Notice = { id: lastId, text, failed, undo };
  // Three at most: what is older was read or will not be.
  notices.update((list) => [...list.slice(-2), notice]);
  setTimeout(() => dismiss(notices, notice.id), SHOWN_MS);
}

export function dismiss(notices: ValueStore<readonly Notice[]>, id: number): void {
  notices.update((list) => (list.some((notice) => notice.id === id) ? list.filter((one) => one.id !== id) : list));
}
