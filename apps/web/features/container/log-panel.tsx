// The log, live: it follows what is written until somebody scrolls up, and says how many lines came since.

import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownToLine, Search } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useValue } from '../../fleet/fleet-context.tsx';
import { format, t } from '../../lib/language.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { LogStream } from './log-stream.ts';

const LINE_HEIGHT = 20;
/** How near the end still counts as being there. */
const END_SLACK = 24;

const LEVEL_COLOURS = { error: 'text-bad', warn: 'text-wait', info: '' } as const;

/** @param several whether the container has several instances: each line says then which wrote it */
export function LogPanel({ id, several }: { readonly id: string; readonly several: boolean }) {
  const [stream] = useState(() => new LogStream());
  useEffect(() => stream.open(id, several), [stream, id, several]);
  const { lines, connection } = useValue(stream);
  const [search, setSearch] = useState('');
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return wanted === ''
      ? lines
      : lines.filter(({ writer = '', text }) => `${writer} ${text}`.toLowerCase().includes(wanted));
  }, [lines, search]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  const last = lines.at(-1)?.number ?? 0;
  // With each rendering, since each shows new lines.
  useLayoutEffect(() => {
    if (following && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  });

  const onScroll = (): void => {
    const place = scroller.current;
    if (place === null) return;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < END_SLACK;
    if (atEnd !== following) {
      setFollowing(atEnd);
      setSeen(last);
    }
  };

  const note =
    lines.length > 0 && shown.length === 0
      ? t('log.none-match', { search })
      : lines.length === 0 && connection === 'open'
        ? t('log.empty')
        : undefined;
  return (
    <section
      aria-label={t('log.title')}
      className="flex h-112 min-w-0 flex-col rounded-md border border-hairline bg-surface lg:sticky lg:top-4 lg:h-[calc(100dvh-7rem)] lg:min-h-80 lg:flex-1"
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-hairline px-3 py-2">
        <h2 className="font-semibold">{t('log.title')}</h2>
        <span className="text-note text-muted" role="status">
          {connection === 'open' ? '' : t(connection === 'lost' ? 'log.lost' : 'log.connecting')}
        </span>
        <search className="relative ml-auto max-md:basis-36 max-md:grow">
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
          />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            aria-label={t('log.search')}
            placeholder={t('log.search')}
            className="h-8 w-full rounded-md md:w-48 border border-control bg-surface pr-2 pl-8 placeholder:text-muted pointer-coarse:h-11"
          />
        </search>
        <Button aria-pressed={following} onClick={() => setFollowing(true)} disabled={following}>
          <ArrowDownToLine size={14} aria-hidden />
          <span className={following ? 'max-md:sr-only' : ''}>
            {following ? t('log.following') : last > seen ? t('log.new', { count: last - seen }) : t('log.follow')}
          </span>
        </Button>
      </header>
      {note !== undefined && <p className="p-6 text-center text-muted">{note}</p>}
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t('log.title')}
        className="min-h-0 flex-1 overflow-auto font-mono text-note"
      >
        <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const { number, at, level, writer, text } = shown[index];
            return (
              <div
                key={number}
                style={{ height: LINE_HEIGHT, transform: `translateY(${start}px)` }}
                className={`absolute left-0 flex items-center gap-3 px-3 whitespace-pre ${level === undefined ? '' : LEVEL_COLOURS[level]}`}
              >
                {at !== undefined && <span className="text-muted">{format.clock(at)}</span>}
                {writer !== undefined && <bdi className="text-muted">{visibleName(writer)}</bdi>}
                <bdi>{visibleName(text)}</bdi>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
