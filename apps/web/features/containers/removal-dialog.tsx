// Asks before containers go, with what the backend's dry run says will happen, and removes exactly that set. When it
// changed meanwhile nothing is removed, and the dialog shows what is different.

import type { RemovalPlan } from '@enjambre/contract';
import { useCallback, useEffect, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { Field } from '../../components/field.tsx';
import { Name } from '../../components/name.tsx';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { api, type Refusal } from '../../lib/api.ts';
import { format, say, t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { planDifference } from './plan-difference.ts';

const NAMES_SHOWN = 5;
/** Nobody deletes the data of more than these by a slip. */
const TYPED_FROM = 100;

interface RemovalDialogProps {
  readonly ids: readonly string[];
  readonly onClose: () => void;
  readonly onRemoved?: () => void;
}

export function RemovalDialog({ ids, onClose, onRemoved }: RemovalDialogProps) {
  const { pending, notices } = useFleet();
  const [withData, setWithData] = useState(false);
  const [plan, setPlan] = useState<RemovalPlan>();
  const [before, setBefore] = useState<RemovalPlan>();
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState<Refusal>();

  const ask = useCallback(async (wanted: readonly string[], data: boolean): Promise<void> => {
    setPlan(undefined);
    const answer = await api.planRemoval(wanted, data);
    setRefusal(answer.ok ? undefined : answer);
    if (answer.ok) setPlan(answer.value);
  }, []);
  useEffect(() => void ask(ids, withData), [ask, ids, withData]);

  const submit = async (): Promise<void> => {
    if (plan === undefined) return;
    const chosen = plan.items.map(({ id }) => id);
    pending.ask('remove', chosen);
    const answer = await api.remove(plan.token);
    if (!answer.ok) {
      for (const id of chosen) pending.drop(id);
      if (answer.code !== 'plan-changed') return setRefusal(answer);
      setBefore(plan);
      return ask(ids, withData);
    }
    const failures = answer.value.results.filter(({ ok }) => !ok);
    for (const { id } of failures) pending.drop(id);
    const [first] = failures;
    const count = answer.value.results.length - failures.length;
    if (first === undefined) notify(notices, t('done.remove', { count }));
    else {
      const reason = refusalText({ code: first.code ?? '', message: first.error ?? '' });
      const values = { count: failures.length, total: answer.value.results.length, reason };
      notify(notices, t('failed.some', values), { failed: true });
    }
    onClose();
    onRemoved?.();
  };

  const items = plan?.items ?? [];
  const count = plan === undefined ? ids.length : items.length;
  const size = format.bytes(plan?.totalBytes ?? 0);
  const deletes = withData && (plan?.totalBytes ?? 0) > 0;
  const name = items[0]?.name ?? '';
  const running = items.filter((item) => item.running).length;
  const peers = items.reduce((sum, item) => sum + item.peers, 0);
  const mustType = deletes && count > TYPED_FROM;
  const isReady = items.length > 0 && (!mustType || typed.trim() === String(count));
  const submitText = deletes ? t('remove.submit-data', { count, size }) : t('remove.submit', { count });
  return (
    <Dialog
      open
      title={t('remove.title', { count, name })}
      onClose={onClose}
      onSubmit={() => isReady && void submit()}
      footer={
        <DialogActions
          look={deletes ? 'danger' : 'filled'}
          disabled={!isReady}
          onCancel={onClose}
          onSubmit={() => void submit()}
        >
          {submitText}
        </DialogActions>
      }
    >
      {refusal !== undefined && <p className="mb-3 text-bad">{refusalText(refusal)}</p>}
      {before !== undefined && plan !== undefined && (
        <div className="mb-4 rounded-md bg-wait-tint px-3 py-2 text-wait" role="alert">
          {t('remove.changed')}
          <ul className="list-disc pl-5">
            {planDifference(before, plan, format).map((said) => (
              <li key={say(said)}>{say(said)}</li>
            ))}
          </ul>
        </div>
      )}
      <ul className="mb-3 divide-y divide-hairline border-y border-hairline">
        {items.slice(0, NAMES_SHOWN).map((item) => (
          <li key={item.id} className="flex items-center gap-4 py-1.5">
            <Name name={item.name} className="flex-1" />
            {item.sharedWith.length > 0 ? (
              <span className="text-note text-muted">
                {t('remove.kept-for', { names: item.sharedWith.join(', ') })}
              </span>
            ) : withData ? (
              <span className="text-muted">{format.bytes(item.bytes)}</span>
            ) : null}
          </li>
        ))}
        {count > NAMES_SHOWN && plan !== undefined && (
          <li className="py-1.5 text-muted">{t('remove.also', { count: count - NAMES_SHOWN })}</li>
        )}
        {plan === undefined && refusal === undefined && <li className="py-1.5 text-muted">{t('remove.asking')}</li>}
      </ul>
      <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={withData}
          onChange={(event) => {
            setBefore(undefined);
            setWithData(event.target.checked);
          }}
          className="size-4 accent-accent"
        />
        {t('remove.with-data')}
      </label>
      <p className={`mt-2 ${deletes ? 'font-semibold text-bad' : ''}`} aria-live="polite">
        {deletes ? t('remove.data-gone', { size }) : withData ? t('remove.data-none') : t('remove.data-kept')}
      </p>
      <p className="text-muted">
        {running > 0 ? t('remove.running', { count: running }) : null}{' '}
        {peers > 0 ? t('remove.peers', { count: peers }) : null}
      </p>
      {mustType && (
        <Field
          className="pt-3"
          label={t('remove.type', { count: String(count) })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
    </Dialog>
  );
}
