// What stands around every view: the header with the places, the strip that tells of the connection, notices, keys.

import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { FileDown, Hexagon, Keyboard, Plus, Server } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { Mark } from '../components/comb.tsx';
import { ConnectionStrip } from '../components/connection-strip.tsx';
import { Notices } from '../components/notices.tsx';
import { SpeedFigure } from '../components/speed.tsx';
import { useAdd } from '../features/add/add-context.ts';
import { AddProvider } from '../features/add/add-provider.tsx';
import { hasEngine } from '../features/engine/engine-of.ts';
import { stripOf } from '../fleet/connection.ts';
import { useFleet, useNow, useTotals, useValue } from '../fleet/fleet-context.tsx';
import { runCommand, useCommand } from '../lib/commands.ts';
import { t } from '../lib/language.ts';
import { late } from '../lib/late.tsx';
import { infoQuery } from '../lib/queries.ts';
import type { TextKey } from '../texts/en.ts';

const ConsequencePopover = late(async () => (await import('../components/consequence-popover.tsx')).ConsequencePopover);
const KeysDialog = late(async () => (await import('../components/keys-dialog.tsx')).KeysDialog);

const PLACES = [
  { to: '/', label: 'nav.containers', icon: <Hexagon size={20} aria-hidden /> },
  { to: '/torrents', label: 'nav.torrents', icon: <FileDown size={20} aria-hidden /> },
  { to: '/engine', label: 'nav.engine', icon: <Server size={20} aria-hidden /> },
] as const satisfies readonly { to: string; label: TextKey; icon: ReactNode }[];

/** Processes need no engine: then there is no such place. */
function usePlaces(): readonly (typeof PLACES)[number][] {
  const info = useQuery(infoQuery).data;
  return PLACES.filter(({ to }) => to !== '/engine' || hasEngine(info));
}

export function Shell() {
  const navigate = useNavigate();
  const [keysOpen, setKeysOpen] = useState(false);
  const engine = hasEngine(useQuery(infoQuery).data);
  useCommand('help', () => setKeysOpen(true));
  useCommand('containers', () => void navigate({ to: '/' }));
  useCommand('torrents', () => void navigate({ to: '/torrents' }));
  useCommand('engine', () => {
    if (engine) void navigate({ to: '/engine' });
  });
  return (
    <AddProvider>
      <div className="flex h-dvh flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-surface focus:px-4 focus:py-2"
        >
          {t('page.skip')}
        </a>
        <Header />
        <ConnectionStrip />
        <Content />
        <BottomBar />
      </div>
      <Notices />
      <Asking />
      {keysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
    </AddProvider>
  );
}

function Content() {
  const { connection } = useFleet();
  const state = useValue(connection);
  const isStale = stripOf(state, useNow(true)).kind !== 'none';
  return (
    <main id="content" tabIndex={-1} data-stale={isStale || undefined} className="min-h-0 flex-1 outline-none">
      <Outlet />
    </main>
  );
}

function Asking() {
  const { question } = useFleet();
  const asked = useValue(question);
  return asked && <ConsequencePopover question={asked} onClose={() => question.set(undefined)} />;
}

function Header() {
  const add = useAdd();
  const places = usePlaces();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-hairline bg-surface px-4">
      <Link to="/" className="flex items-center gap-2 rounded-md text-lead font-semibold whitespace-nowrap md:pr-4">
        <Mark />
        {/* On the narrowest phones both speeds need its room. */}
        <span className="max-[22.5rem]:sr-only">{t('page.name')}</span>
      </Link>
      <nav aria-label={t('nav.label')} className="flex h-full max-md:hidden">
        {places.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: false, includeSearch: false }}
            className="flex h-full items-center border-b-2 border-transparent px-3 text-muted hover:text-text"
            activeProps={{ className: 'border-accent! text-text font-semibold' }}
          >
            {t(label)}
          </Link>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-3 text-row md:hidden">
        <PhoneTotals />
      </div>
      <div className="ml-auto flex items-center gap-2 max-md:hidden">
        <KeysButton />
        <Button look="filled" onClick={() => add()}>
          <Plus size={16} aria-hidden />
          {t('action.add')}
        </Button>
      </div>
    </header>
  );
}

function KeysButton() {
  return (
    <IconButton label={t('keys.help')} onClick={() => runCommand('help')}>
      <Keyboard size={18} aria-hidden />
    </IconButton>
  );
}

function PhoneTotals() {
  const { downloadSpeed, uploadSpeed } = useTotals();
  return (
    <>
      <SpeedFigure way="down" bytesPerSecond={downloadSpeed} />
      <SpeedFigure way="up" bytesPerSecond={uploadSpeed} />
    </>
  );
}

/** The places on a phone, with adding in the middle. */
function BottomBar() {
  const add = useAdd();
  const places = usePlaces();
  const middle = Math.ceil(places.length / 2);
  const place = ({ to, label, icon }: (typeof PLACES)[number]) => (
    <Link
      key={to}
      to={to}
      activeOptions={{ exact: false, includeSearch: false }}
      className="flex flex-1 flex-col items-center justify-center text-note text-muted"
      activeProps={{ className: 'text-accent! font-semibold' }}
    >
      {icon}
      {t(label)}
    </Link>
  );
  return (
    <nav
      aria-label={t('nav.label')}
      className="flex h-14 shrink-0 border-t border-hairline bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.slice(0, middle).map(place)}
      <button
        type="button"
        onClick={() => add()}
        aria-label={t('action.add')}
        className="-mt-3 inline-flex size-14 items-center justify-center rounded-full bg-accent text-on-accent shadow-over"
      >
        <Plus size={26} aria-hidden />
      </button>
      {places.slice(middle).map(place)}
    </nav>
  );
}
