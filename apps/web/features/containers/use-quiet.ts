// While the list scrolls nothing else is drawn: each frame has rows of its own to show.

import { useEffect } from 'react';
import { useFleet } from '../../fleet/fleet-context.tsx';

/** Who scrolls for longer sees figures that are no older than this. */
const LONGEST_MS = 2_000;

export function useQuietWhile(isScrolling: boolean): void {
  const { store } = useFleet();
  useEffect(() => {
    if (!isScrolling) return;
    store.setQuiet('scrolling', true);
    const breath = setInterval(() => {
      store.setQuiet('scrolling', false);
      store.setQuiet('scrolling', true);
    }, LONGEST_MS);
    return () => {
      clearInterval(breath);
      store.setQuiet('scrolling', false);
    };
  }, [isScrolling, store]);
}
