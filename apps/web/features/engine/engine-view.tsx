// What runs the containers: whether it answers, its hosts, networks and images. Processes have none, and the view says so.

import { useQuery } from '@tanstack/react-query';
import { StateIcon } from '../../components/state-mark.tsx';
import { t } from '../../lib/language.ts';
import { infoQuery } from '../../lib/queries.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { hasEngine } from './engine-of.ts';
import { Hosts } from './hosts.tsx';
import { Images } from './images.tsx';
import { Networks } from './networks.tsx';

export function EngineView() {
  const info = useQuery(infoQuery).data;
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-6xl flex-col gap-4 px-4 py-4">
        <header className="min-h-12">
          <h1 className="text-title leading-[1.2] font-semibold">{t('nav.engine')}</h1>
          {info !== undefined && <Answering driver={info.driver} problem={info.driverProblem} />}
        </header>
        {info !== undefined && !hasEngine(info) && (
          <p className="rounded-md border border-hairline bg-surface p-4">
            {t('engine.none')} {t('engine.none-how')}
          </p>
        )}
        {hasEngine(info) && (
          <>
            <Hosts />
            <Networks />
            <Images />
          </>
        )}
      </div>
    </div>
  );
}

function Answering({ driver, problem }: { readonly driver: string; readonly problem: string | null }) {
  return (
    <p className="flex items-center gap-2 pt-0.5 text-row text-muted">
      <StateIcon kind={problem === null ? 'complete' : 'no-answer'} tone={problem === null ? 'good' : 'wait'} />
      {problem === null ? t('engine.answers', { driver }) : t('engine.gone', { driver, reason: visibleName(problem) })}
    </p>
  );
}
