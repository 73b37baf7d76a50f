// One container: when it will be done or why it is not, its figures, its log, how it was asked for.

import type { ContainerView as Container } from '@enjambre/contract';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Name } from '../../components/name.tsx';
import { VERB_ICONS, VERB_TEXTS } from '../../components/verb-face.tsx';
import { useLoaded, useNow, usePending, useRow } from '../../fleet/fleet-context.tsx';
import { useAct } from '../../fleet/use-actions.ts';
import { makesSense, VERBS } from '../../fleet/verb.ts';
import { t } from '../../lib/language.ts';
import { RemovalDialog } from '../containers/late-dialogs.ts';
import { lookedAt } from '../containers/return-focus.ts';
import { stateInList } from '../containers/row-text.ts';
import { Configuration } from './configuration.tsx';
import { Figures } from './figures.tsx';
import { Headline } from './headline.tsx';
import { UpdateButton, UpdateState } from './image-update.tsx';
import { Instances } from './instances.tsx';
import { LogPanel } from './log-panel.tsx';
import { Past } from './past.tsx';
import { TorrentPanel } from './torrent-panel.tsx';
import { Why } from './why.tsx';

const route = getRouteApi('/containers/$id');

export function ContainerView() {
  const { id } = route.useParams();
  const loaded = useLoaded();
  const container = useRow(id);
  useEffect(() => lookedAt.set(id), [id]);
  if (container !== undefined) return <Known key={id} container={container} />;
  return (
    <div className="flex flex-col items-center gap-4 p-12 text-center text-muted">
      <p role="status">{loaded ? t('view.gone') : t('view.loading')}</p>
      {loaded && (
        <Link to="/" className="font-semibold text-accent hover:underline">
          {t('view.back')}
        </Link>
      )}
    </div>
  );
}

function Known({ container }: { readonly container: Container }) {
  const { id } = container;
  const act = useAct();
  const navigate = useNavigate();
  const pending = usePending(id);
  const now = useNow(true);
  const [removing, setRemoving] = useState<readonly string[]>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const shown = stateInList(container, pending, now);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex min-h-full max-w-6xl flex-col gap-4 px-4 py-4">
        <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
          <Link
            to="/"
            aria-label={t('view.back')}
            title={t('view.back')}
            className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text pointer-coarse:size-11"
          >
            <ArrowLeft size={18} aria-hidden />
          </Link>
          <div className="min-w-0 flex-1 basis-48">
            <h1 ref={heading} tabIndex={-1} className="text-title leading-[1.3] font-semibold">
              <Name name={container.torrentName || container.name} />
            </h1>
            <p className="flex text-muted">
              <Name name={container.name} />
            </p>
          </div>
          <div className="flex flex-wrap gap-2 max-md:grid max-md:w-full max-md:grid-cols-2 max-md:[&>:last-child:nth-child(odd)]:col-span-2">
            {VERBS.filter((verb) => makesSense(verb, container)).map((verb) => (
              <Button key={verb} onClick={(event) => act(verb, [id], event.currentTarget)}>
                {VERB_ICONS[verb]}
                {t(VERB_TEXTS[verb])}
              </Button>
            ))}
            <UpdateButton container={container} />
            <Button onClick={() => setRemoving([id])} className="text-bad">
              <Trash2 size={16} aria-hidden />
              {t('action.remove')}
            </Button>
          </div>
        </header>

        <section aria-label={t('column.state')} className="rounded-md border border-hairline bg-surface p-4">
          <Headline
            container={container}
            shown={shown}
            action={
              pending?.silent === true &&
              pending.verb !== 'remove' && (
                <Button onClick={(event) => pending.verb !== 'remove' && act(pending.verb, [id], event.currentTarget)}>
                  {t('action.retry')}
                </Button>
              )
            }
          />
          <Why container={container} />
          <UpdateState container={container} />
        </section>

        <Figures container={container} now={now} />
        <Instances container={container} now={now} />
        <TorrentPanel container={container} />

        <div className="flex flex-1 flex-col gap-4 lg:flex-row">
          <LogPanel id={id} several={container.instances.length > 0} />
          <div className="flex flex-col gap-4 lg:w-96">
            <Past id={id} />
            <Configuration container={container} />
          </div>
        </div>
      </div>
      {removing !== undefined && (
        <RemovalDialog
          ids={removing}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => void navigate({ to: '/' })}
        />
      )}
    </div>
  );
}
