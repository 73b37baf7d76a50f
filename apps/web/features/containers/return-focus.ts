// Where the focus goes when somebody comes back from a container's own view, which took it away with itself: to the row of
// that container or, where it has none, to the heading. What has the focus already keeps it.

import { ValueStore } from '../../lib/value-store.ts';

/** The container whose own view was shown last. */
export const lookedAt = new ValueStore<string | undefined>(undefined);

export function isFocusLost(): boolean {
  return lookedAt.get() !== undefined && document.activeElement === document.body;
}

export function focusHeading(): void {
  if (isFocusLost()) document.querySelector('h1')?.focus();
}
