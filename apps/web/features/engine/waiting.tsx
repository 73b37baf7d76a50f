// In place of a list: that it is being asked for, that it is empty, or why it could not be had.

import { RefusedError } from '../../lib/api.ts';
import { t } from '../../lib/language.ts';
import { refusalText } from '../../lib/refusal-text.ts';

export function Waiting({ error, text }: { readonly error: Error | null; readonly text: string }) {
  if (!(error instanceof RefusedError)) return <p className="p-6 text-center text-muted">{text}</p>;
  return (
    <p role="alert" className="p-6 text-center text-bad">
      {t('engine.failed', { reason: refusalText(error.refusal) })}
    </p>
  );
}
