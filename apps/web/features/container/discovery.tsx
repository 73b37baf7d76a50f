// Where the torrent finds peers: its sources, switched on and off, and its trackers, added, taken out and asked anew.

import type { SourceView, TorrentDetail, TrackerView } from '@enjambre/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Megaphone, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Name } from '../../components/name.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { StateLine } from '../../components/state-mark.tsx';
import { useNow } from '../../fleet/fleet-context.tsx';
import type { ShownState } from '../../fleet/shown-state.ts';
import { type Answer, api, type Refusal } from '../../lib/api.ts';
import { format, t } from '../../lib/language.ts';
import { torrentQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { visibleName } from '../../lib/visible-name.ts';

interface DiscoveryProps {
  readonly id: string;
  readonly torrent: TorrentDetail;
}

const STATES: Readonly<Record<TrackerView['state'], ShownState>> = {
  idle: { kind: 'created', tone: 'rest', word: { key: 'tracker.idle' }, reason: undefined, ticks: false },
  announcing: { kind: 'starting', tone: 'flow', word: { key: 'tracker.announcing' }, reason: undefined, ticks: false },
  working: { kind: 'complete', tone: 'good', word: { key: 'tracker.working' }, reason: undefined, ticks: false },
  failing: { kind: 'stalled', tone: 'wait', word: { key: 'tracker.failing' }, reason: undefined, ticks: false },
  unsupported: { kind: 'stopped', tone: 'rest', word: { key: 'tracker.unsupported' }, reason: undefined, ticks: false },
};

export function Discovery({ id, torrent }: DiscoveryProps) {
  const queries = useQueryClient();
  const now = useNow(true);
  const [url, setUrl] = useState('');
  const [refusal, setRefusal] = useState<Refusal>();
  /** Resolves to whether it was done. */
  const ask = async (asked: Promise<Answer<unknown>>): Promise<boolean> => {
    const answer = await asked;
    setRefusal(answer.ok ? undefined : answer);
    await queries.invalidateQueries({ queryKey: torrentQuery(id, true).queryKey });
    return answer.ok;
  };
  const add = async (): Promise<void> => {
    if (await ask(api.addTracker(id, url.trim()))) setUrl('');
  };
  const next = (at: number | null) =>
    at === null ? '' : t('tracker.next', { time: format.duration((at - now) / 1000) });
  const columns: readonly TableColumn<TrackerView>[] = [
    {
      label: 'tracker.address',
      cell: (tracker) => (
        <>
          <Name name={tracker.url} className="font-mono" />
          {/* What a tracker says is in its own words. */}
          {(tracker.error ?? '') !== '' && (
            <span lang="en" className="block text-note text-muted">
              {visibleName(tracker.error ?? '')}
            </span>
          )}
        </>
      ),
    },
    {
      label: 'column.state',
      className: 'w-1/4 max-md:w-28',
      cell: ({ state, nextAnnounceAt }) => (
        <>
          <StateLine shown={STATES[state]} />
          <span className="text-note text-muted">{next(nextAnnounceAt)}</span>
        </>
      ),
    },
    {
      label: 'tracker.peers',
      className: 'w-24 max-md:hidden',
      numeric: true,
      cell: ({ peersReceived }) => format.number(peersReceived),
    },
    {
      label: 'column.actions',
      spoken: true,
      className: 'w-14 pointer-coarse:w-18',
      cell: (tracker) => (
        <IconButton
          label={t('tracker.take-out', { url: visibleName(tracker.url) })}
          onClick={() => void ask(api.removeTracker(id, tracker.url))}
        >
          <Trash2 size={16} aria-hidden />
        </IconButton>
      ),
    },
  ];
  return (
    <>
      <ul className="flex flex-wrap gap-x-8 gap-y-2 border-b border-hairline px-4 py-3">
        {torrent.sources.map((source) => (
          <Source
            key={source.name}
            source={source}
            next={next(source.nextAt)}
            onSwitch={(enabled) => void ask(api.switchSource(id, source.name, enabled))}
          />
        ))}
      </ul>
      {torrent.trackers.length > 0 && (
        <PlainTable label={t('tracker.title')} columns={columns} rows={torrent.trackers} keyOf={(one) => one.url} />
      )}
      <form
        className="flex flex-wrap items-start gap-2 border-t border-hairline px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Field
          label={t('tracker.add-label')}
          value={url}
          error={refusal === undefined ? undefined : wordsOf(refusal)}
          hint={t('tracker.hint')}
          onChange={({ target }) => {
            setUrl(target.value);
            setRefusal(undefined);
          }}
          className="min-w-48 flex-1 [&_input]:font-mono"
        />
        <Button type="submit" className="md:mt-6" disabled={url.trim() === ''}>
          <Plus size={16} aria-hidden />
          {t('tracker.add')}
        </Button>
        <Button
          className="md:mt-6"
          onClick={() => void ask(api.reannounce(id))}
          disabled={torrent.trackers.length === 0}
        >
          <Megaphone size={16} aria-hidden />
          {t('tracker.reannounce')}
        </Button>
      </form>
    </>
  );
}

/** Why its client does not do it stands in its sentence alone. */
function wordsOf(refusal: Refusal): string {
  return refusalText(refusal.code === 'wrong-state' ? { ...refusal, code: 'invalid-request' } : refusal);
}

interface SourceProps {
  readonly source: SourceView;
  readonly next: string;
  readonly onSwitch: (enabled: boolean) => void;
}

function Source({ source: { name, enabled, found, error }, next, onSwitch }: SourceProps) {
  const facts = [t('source.found', { count: found }), ...(enabled && next !== '' ? [next] : [])];
  return (
    <li>
      <label className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={enabled}
          onChange={({ target }) => onSwitch(target.checked)}
          className="size-4 accent-accent"
        />
        <span className="font-semibold">{name}</span>
        <span className="text-row text-muted">{facts.join(' · ')}</span>
      </label>
      {error !== null && (
        <p lang="en" className="pl-6 text-note text-wait">
          {visibleName(error)}
        </p>
      )}
    </li>
  );
}
