// The torrent as its client tells of it: which pieces are here, and its files, peers, trackers and sources.

import type { ContainerView } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useState } from 'react';
import { format, t } from '../../lib/language.ts';
import { torrentQuery } from '../../lib/queries.ts';
import type { TextKey } from '../../texts/en.ts';
import { FileTable, PeerTable } from './content-tables.tsx';
import { Discovery } from './discovery.tsx';
import { PiecesBar } from './pieces-bar.tsx';

const TABS = ['files', 'peers', 'discovery'] as const;
type Tab = (typeof TABS)[number];

const LABELS: Readonly<Record<Tab, TextKey>> = {
  files: 'torrent.files',
  peers: 'torrent.peers',
  discovery: 'torrent.discovery',
};

/** Nothing while nobody can tell. */
export function TorrentPanel({ container }: { readonly container: ContainerView }) {
  const answers = container.state === 'running' && container.health === 'healthy';
  const { data: torrent } = useQuery(torrentQuery(container.id, answers));
  const [tab, setTab] = useState<Tab>('files');
  const id = useId();
  if (torrent === undefined || !answers) return null;
  const counts: Readonly<Record<Tab, number>> = {
    files: torrent.files.total,
    peers: torrent.peers.total,
    discovery: torrent.trackers.length,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    setTab(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <section aria-label={t('torrent.title')} className="overflow-hidden rounded-md border border-hairline bg-surface">
      <div className="px-4 pt-3">
        <PiecesBar torrent={torrent} />
      </div>
      <div
        role="tablist"
        aria-label={t('torrent.title')}
        onKeyDown={onKeyDown}
        className="flex gap-1 overflow-x-auto border-b border-hairline px-2"
      >
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === tab}
            aria-controls={`${id}-panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
            className={`inline-flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2 pointer-coarse:h-11 ${
              name === tab ? 'border-accent font-semibold' : 'border-transparent text-muted hover:text-text'
            }`}
          >
            {t(LABELS[name])}
            <span className="text-note font-normal text-muted">{format.number(counts[name])}</span>
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tab}`}
        tabIndex={0}
        className="max-h-80 overflow-y-auto"
      >
        {tab === 'files' && <FileTable torrent={torrent} />}
        {tab === 'peers' && <PeerTable torrent={torrent} />}
        {tab === 'discovery' && <Discovery id={container.id} torrent={torrent} />}
      </div>
    </section>
  );
}
