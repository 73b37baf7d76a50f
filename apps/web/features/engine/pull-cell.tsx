// The pull of one image: the button that begins it, how far it is, why it failed.

import type { Image } from '@enjambre/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { useFleet, useSelected } from '../../fleet/fleet-context.tsx';
import { format, t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { imagesQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { amountOf, type Pull } from './pull.ts';
import { pulls } from './pulls.ts';

export function PullCell({ image: { name, id } }: { readonly image: Image }) {
  const pull = useSelected(pulls, (all) => all[name]);
  const { notices } = useFleet();
  const queries = useQueryClient();
  const start = async (): Promise<void> => {
    const { state } = await pulls.start(name);
    if (state !== 'done') return;
    await queries.invalidateQueries({ queryKey: imagesQuery.queryKey });
    pulls.forget(name);
    notify(notices, t('images.pulled', { name }));
  };
  if (pull?.state === 'going' || pull?.state === 'done') return <Progress pull={pull} />;
  return (
    <div className="flex flex-col items-end gap-1">
      <Button onClick={() => void start()}>
        <Download size={14} aria-hidden />
        {t(id === null ? 'images.pull' : 'images.pull-again')}
        <span className="sr-only">{name}</span>
      </Button>
      {pull?.refusal !== undefined && (
        <p role="alert" className="text-right text-note text-bad">
          {refusalText(pull.refusal)}
        </p>
      )}
    </div>
  );
}

function Progress({ pull }: { readonly pull: Pull }) {
  const { current, total } = amountOf(pull);
  const amount = { part: format.bytesIn(current, total), whole: format.bytes(total) };
  return (
    <div role="status">
      <ProgressBar percent={total === 0 ? 0 : (current / total) * 100} tone="flow" label={t('images.progress')} />
      <p className="truncate pt-1 text-right text-note text-muted">
        {total === 0 ? t('images.asking') : t('cell.of', amount)}
      </p>
    </div>
  );
}
