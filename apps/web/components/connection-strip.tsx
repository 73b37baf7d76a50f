// One line below the header when the page and the backend do not talk as they should. Spoken once, politely.

import type { Info } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { type Strip, stripOf } from '../fleet/connection.ts';
import { useFleet, useNow, useValue } from '../fleet/fleet-context.tsx';
import { format, t } from '../lib/language.ts';
import { infoQuery } from '../lib/queries.ts';
import { visibleName } from '../lib/visible-name.ts';

/** Set when the page is built. */
declare const PAGE_VERSION: string;

export function ConnectionStrip() {
  const { connection } = useFleet();
  const state = useValue(connection);
  const now = useNow(true);
  const info = useQuery(infoQuery).data;
  const strip = stripOf(state, now);
  const isOlder = strip.kind === 'none' && info !== undefined && info.version !== PAGE_VERSION;
  const line = isOlder ? t('strip.older') : (lineOf(strip) ?? engineLine(info));
  return (
    <div role="status" className="empty:hidden">
      {line !== undefined && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-wait-tint px-4 py-1.5 text-wait">
          <span className="font-semibold">{line}</span>
          {strip.kind === 'gone' && <span>{t('strip.gone-how')}</span>}
          {strip.kind === 'signed-out' && (
            // Asked for a page, the backend asks for its token.
            <a href="/" className="min-h-6 font-semibold underline">
              {t('strip.sign-in')}
            </a>
          )}
          {isOlder && (
            <button type="button" onClick={() => location.reload()} className="min-h-6 font-semibold underline">
              {t('page.reload')}
            </button>
          )}
          {strip.kind === 'quiet' && (
            // Ticks each second, which nobody wants to hear.
            <span aria-hidden="true">
              {t('strip.data-from', { time: format.duration((now - strip.heardAt) / 1000) })}
            </span>
          )}
        </p>
      )}
    </div>
  );
}

/** The backend is there, but what runs the containers is not. */
function engineLine(info: Info | undefined): string | undefined {
  if (info === undefined || info.driverProblem === null) return undefined;
  return t('engine.gone', { driver: info.driver, reason: visibleName(info.driverProblem) });
}

function lineOf(strip: Strip): string | undefined {
  switch (strip.kind) {
    case 'none':
      return undefined;
    case 'reconnecting':
      return t('strip.reconnecting');
    case 'gone':
      return t('strip.gone', { time: format.minute(strip.since) });
    case 'quiet':
      return t('strip.paused');
    case 'signed-out':
      return t('strip.signed-out');
  }
}
