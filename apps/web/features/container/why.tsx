// Why a container does not do what it should: the backend's reason in its words, since when, with which exit code.

import type { ContainerView, Reason } from '@enjambre/contract';
import { format, t } from '../../lib/language.ts';
import type { TextKey } from '../../texts/en.ts';

/** Of a running container; with any other reason it waits for something. */
const RUNNING_TITLES: Partial<Record<Reason['code'], TextKey>> = {
  'no-answer': 'view.why-no-answer',
  storage: 'view.why-error',
};

export function Why({ container }: { readonly container: ContainerView }) {
  const { reason, exitCode, state } = container;
  if (reason === null || reason.code === 'starting' || reason.code === 'checking') return null;
  const title = state === 'running' ? (RUNNING_TITLES[reason.code] ?? 'view.why-stalled') : 'view.why';
  const facts = [
    t('view.since-when', { when: format.date(reason.since) }),
    ...(exitCode !== null && state !== 'running' ? [t('view.exit-code', { code: String(exitCode) })] : []),
  ];
  return (
    <div className="mt-4 border-t border-hairline pt-3">
      <h2 className="font-semibold">{t(title)}</h2>
      {/* The backend's sentence is in English whatever the page speaks. */}
      <p lang="en">{reason.message}</p>
      <p className="text-row text-muted">{facts.join(' · ')}</p>
    </div>
  );
}
