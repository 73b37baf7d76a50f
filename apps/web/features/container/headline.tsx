// What one wants to know of a container first: when it is done, or why not, in one line above the bar.

import type { ContainerView } from '@enjambre/contract';
import type { ReactNode } from 'react';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateChip } from '../../components/state-mark.tsx';
import type { ShownState } from '../../fleet/shown-state.ts';
import { format, say, t } from '../../lib/language.ts';
import { isComplete, secondsLeft, sizeText } from '../containers/row-text.ts';

interface HeadlineProps {
  readonly container: ContainerView;
  readonly shown: ShownState;
  /** Beside the state. */
  readonly action: ReactNode;
}

export function Headline({ container, shown, action }: HeadlineProps) {
  const progress = container.status?.progress ?? 0;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StateChip shown={shown} />
        <Answer container={container} shown={shown} />
        {action}
        <span className="ml-auto whitespace-nowrap">
          <span className="text-title font-semibold">{format.percent(progress)}</span>
          <span className="pl-3 text-muted">{sizeText(container)}</span>
        </span>
      </div>
      <div className="pt-3">
        <ProgressBar percent={progress} tone={shown.tone} label={t('column.progress')} thick />
      </div>
    </>
  );
}

function Answer({ container, shown }: Pick<HeadlineProps, 'container' | 'shown'>) {
  const seconds = secondsLeft(container);
  if (shown.kind === 'downloading' && seconds !== undefined) {
    return (
      <p className="flex items-baseline gap-2">
        <span className="text-figure leading-[1.2] font-semibold">{format.duration(seconds)}</span>
        <span className="text-muted">{t('view.left')}</span>
      </p>
    );
  }
  const sentence = [
    ...(isComplete(container) ? [t('view.complete')] : []),
    ...(shown.reason === undefined ? [] : [say(shown.reason)]),
  ].join(' · ');
  return sentence === '' ? null : <p className="text-lead">{sentence}</p>;
}
