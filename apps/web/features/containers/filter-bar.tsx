// Search, and the states to show, each with how many there are.

import { Search } from 'lucide-react';
import type { RefObject } from 'react';
import { STATE_GROUPS, type StateGroup } from '../../fleet/shown-state.ts';
import { format, t } from '../../lib/language.ts';
import type { TextKey } from '../../texts/en.ts';

export const GROUP_TEXTS: Readonly<Record<StateGroup, TextKey>> = {
  all: 'list.all',
  moving: 'list.moving',
  complete: 'list.complete',
  paused: 'list.paused',
  stopped: 'list.stopped',
  attention: 'list.attention',
};

interface FilterBarProps {
  readonly search: string;
  readonly group: StateGroup;
  readonly counts: Readonly<Record<StateGroup, number>>;
  readonly shown: number;
  readonly narrow: boolean;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly onSearch: (search: string) => void;
  readonly onGroup: (group: StateGroup) => void;
}

export function FilterBar(props: FilterBarProps) {
  const { search, group, counts, shown, narrow, searchField, onSearch, onGroup } = props;
  const filtered = shown !== counts.all;
  return (
    <div className="flex items-center gap-x-4 border-b border-hairline bg-surface px-4 py-1 max-lg:gap-x-2 max-md:py-2 md:h-10">
      <search className="relative max-md:min-w-0 max-md:flex-1 md:w-64">
        <Search
          size={16}
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
        />
        <input
          ref={searchField}
          type="search"
          value={search}
          onChange={(event) => onSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onSearch('');
          }}
          placeholder={t(narrow ? 'list.search' : 'list.search-hint')}
          aria-label={t('list.search')}
          className="h-8 w-full rounded-md border border-control bg-surface pr-2 pl-8 placeholder:text-muted max-md:h-11"
        />
      </search>
      <fieldset aria-label={t('list.filter')} className="flex gap-1 max-lg:hidden">
        {STATE_GROUPS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={group === name}
            onClick={() => onGroup(name)}
            className={`inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full px-2.5 text-row pointer-coarse:h-11 ${
              group === name ? 'bg-selected font-semibold text-text' : 'text-muted hover:bg-hover hover:text-text'
            } ${name === 'attention' && counts.attention > 0 ? 'text-wait' : ''}`}
          >
            {t(GROUP_TEXTS[name])}
            <span className="text-note">{format.number(counts[name])}</span>
          </button>
        ))}
      </fieldset>
      <select
        value={group}
        aria-label={t('list.filter')}
        onChange={(event) => onGroup(event.target.value as StateGroup)}
        className="h-8 rounded-md border border-control bg-surface px-2 max-md:h-11 max-md:max-w-36 lg:hidden"
      >
        {STATE_GROUPS.map((name) => (
          <option key={name} value={name}>
            {`${t(GROUP_TEXTS[name])} (${format.number(counts[name])})`}
          </option>
        ))}
      </select>
      <span role="status" className="ml-auto text-row text-muted max-md:sr-only">
        {filtered ? t('list.shown', { shown, total: counts.all }) : ''}
      </span>
    </div>
  );
}
