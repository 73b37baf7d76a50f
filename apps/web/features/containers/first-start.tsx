// Nothing is there yet: what to do next, and a sample for who only wants to see it work.

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Comb } from '../../components/comb.tsx';
import { api } from '../../lib/api.ts';
import { t } from '../../lib/language.ts';
import { infoQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { useAdd } from '../add/add-context.ts';
import { focusHeading } from './return-focus.ts';

export function FirstStart() {
  const add = useAdd();
  const info = useQuery(infoQuery).data;
  const [starting, setStarting] = useState(false);
  const [failure, setFailure] = useState<string>();
  // The last row may have gone with the focus.
  useEffect(focusHeading, []);
  const start = async (): Promise<void> => {
    setStarting(true);
    setFailure(undefined);
    const answer = await api.startDemo();
    const failed = answer.ok ? answer.value.results.find(({ ok }) => !ok) : undefined;
    // When it went well the list takes the place of this.
    if (answer.ok && failed === undefined) return;
    setStarting(false);
    const refusal = answer.ok ? { code: failed?.code ?? '', message: failed?.error ?? '' } : answer;
    setFailure(t('first.demo-failed', { reason: refusalText(refusal) }));
  };
  return (
    <div className="mx-auto flex h-full max-w-2xl flex-col items-center justify-center gap-6 overflow-y-auto p-6 text-center">
      <Comb />
      <div>
        <h1 tabIndex={-1} className="text-figure font-semibold">
          {t('first.title')}
        </h1>
        <p className="mx-auto max-w-md pt-2 text-lead text-muted">{t('first.lead')}</p>
      </div>
      <div className="flex flex-wrap justify-center gap-3">
        <Button look="filled" className="h-11 px-5" onClick={() => add()}>
          {t('first.choose')}
        </Button>
        <Button className="h-11 px-5" disabled={starting} onClick={() => void start()}>
          {starting ? t('first.demo-starting') : t('first.demo')}
        </Button>
      </div>
      <p className="max-w-md text-muted">{t('first.demo-about')}</p>
      {failure !== undefined && (
        <p role="alert" className="text-bad">
          {failure}
        </p>
      )}
      {info !== undefined && (
        <dl className="grid w-full max-w-lg grid-cols-[auto_1fr] gap-x-6 gap-y-2 border-t border-hairline pt-5 text-left text-row">
          <dt className="text-muted">{t('first.where')}</dt>
          <dd className="font-mono">{info.root}</dd>
          {info.tracker !== null && (
            <>
              <dt className="text-muted">{t('first.tracker')}</dt>
              <dd className="font-mono">{info.tracker}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}
