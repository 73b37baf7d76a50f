// The table of commands: every key of the page, what it is called and where it works. Views say what a command does as
// long as they are there; the window of keys shows the table.

import { useEffect, useRef } from 'react';
import type { TextKey } from '../texts/en.ts';
import { ValueStore } from './value-store.ts';

export interface Command {
  readonly name: string;
  /** As `KeyboardEvent.key`; a `+` joins keys that are held. */
  readonly keys: readonly string[];
  readonly label: TextKey;
}

/** Anywhere outside fields and dialogs. */
export const PAGE_COMMANDS = [
  { name: 'search', keys: ['/'], label: 'keys.search' },
  { name: 'add', keys: ['a'], label: 'keys.add' },
  { name: 'containers', keys: ['1'], label: 'keys.containers' },
  { name: 'torrents', keys: ['2'], label: 'keys.torrents' },
  { name: 'engine', keys: ['3'], label: 'nav.engine' },
  { name: 'help', keys: ['?'], label: 'keys.help' },
] as const satisfies readonly Command[];

/** While the list has the focus; see features/containers/use-grid-keys.ts. */
export const LIST_COMMANDS: readonly Command[] = [
  { name: 'move', keys: ['↑', '↓'], label: 'keys.move' },
  { name: 'page', keys: ['Page ↑', 'Page ↓'], label: 'keys.page' },
  { name: 'ends', keys: ['Home', 'End'], label: 'keys.ends' },
  { name: 'cells', keys: ['←', '→'], label: 'keys.cells' },
  { name: 'open', keys: ['Enter'], label: 'keys.open' },
  { name: 'select', keys: ['Space', 'x'], label: 'keys.select' },
  { name: 'select-more', keys: ['Shift+↑', 'Shift+↓'], label: 'keys.select-more' },
  { name: 'select-all', keys: ['Ctrl+a'], label: 'keys.select-all' },
  { name: 'clear', keys: ['Esc'], label: 'keys.clear' },
  { name: 'pause', keys: ['p'], label: 'keys.pause' },
  { name: 'start', keys: ['s'], label: 'keys.start' },
  { name: 'restart', keys: ['r'], label: 'keys.restart' },
  { name: 'undo', keys: ['Ctrl+z'], label: 'keys.undo' },
  { name: 'remove', keys: ['Del'], label: 'keys.remove' },
];

export type PageCommand = (typeof PAGE_COMMANDS)[number]['name'];

const SWITCH = 'enjambre-single-keys';
/** Single keys can be turned off: who dictates would press them by speaking (WCAG 2.1.4). */
export const singleKeys = new ValueStore(localStorage.getItem(SWITCH) !== 'off');

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SWITCH, on ? 'on' : 'off');
  singleKeys.set(on);
}

const handlers = new Map<string, () => void>();

/** `run` is what the command does as long as the calling component is there. */
export function useCommand(name: PageCommand, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const handler = () => latest.current();
    handlers.set(name, handler);
    return () => {
      if (handlers.get(name) === handler) handlers.delete(name);
    };
  }, [name]);
}

export function runCommand(name: PageCommand): void {
  handlers.get(name)?.();
}

/** Listens for the keys of the page; gives what stops it. */
export function listenForCommands(target: Window): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !singleKeys.get()) return;
    const element = event.target as Element | null;
    if (element?.closest('input:not([type=checkbox]), textarea, select, [role=dialog], [role=menu]')) return;
    const command = PAGE_COMMANDS.find(({ keys }) => keys.some((key) => key === event.key));
    const run = command === undefined ? undefined : handlers.get(command.name);
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}
