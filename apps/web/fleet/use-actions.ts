// Asking something of containers: first of the person when others would lose something, then seen at once in their rows,
// told when it failed, with a way back where there is one.

import { useCallback } from 'react';
import { api } from '../lib/api.ts';
import { t } from '../lib/language.ts';
import { notify } from '../lib/notice.ts';
import { refusalText } from '../lib/refusal-text.ts';
import type { TextKey } from '../texts/en.ts';
import { consequenceOf } from './consequence.ts';
import { type Fleet, useFleet } from './fleet-context.tsx';
import { makesSense, OPPOSITE, type Verb } from './verb.ts';

const DONE: Readonly<Record<Verb, TextKey>> = {
  pause: 'done.pause',
  resume: 'done.resume',
  start: 'done.start',
  stop: 'done.stop',
  restart: 'done.restart',
};

/** `anchor` is what it was asked by: a button, a row. */
export type Act = (verb: Verb, ids: readonly string[], anchor: Element | null) => void;

/** Gives a function that asks `verb` of those of `ids` for which it would change something. */
export function useAct(): Act {
  const fleet = useFleet();
  return useCallback<Act>(
    (verb, ids, anchor) => {
      const confirm = (): void => void act(fleet, verb, ids);
      const rows = ids.flatMap((id) => fleet.store.row(id) ?? []);
      const consequence = consequenceOf(verb, rows);
      if (consequence === undefined) confirm();
      else fleet.question.set({ verb, consequence, anchor, confirm });
    },
    [fleet],
  );
}

async function act(fleet: Fleet, verb: Verb, ids: readonly string[], isUndo = false): Promise<void> {
  const { store, pending, notices } = fleet;
  const asked = ids.filter((id) => {
    const row = store.row(id);
    return row !== undefined && (isUndo || makesSense(verb, row) || pending.get(id)?.silent === true);
  });
  if (asked.length === 0) return;
  pending.ask(verb, asked);
  const answer = await api.act({ verb, ids: asked });
  if (!answer.ok) {
    for (const id of asked) pending.drop(id);
    notify(notices, refusalText(answer), { failed: true });
    return;
  }
  const failures = answer.value.results.filter(({ ok }) => !ok);
  for (const { id } of failures) pending.drop(id);
  const done = answer.value.results.filter(({ ok }) => ok).map(({ id }) => id);
  if (failures.length > 0) {
    const [{ id, code = '', error = '' }] = failures;
    const reason = refusalText({ code, message: error });
    const text =
      asked.length === 1
        ? t('failed.one', { name: store.row(id)?.name ?? id, reason })
        : t('failed.some', { count: failures.length, total: asked.length, reason });
    notify(notices, text, { failed: true });
    return;
  }
  // One row shows by itself what became of it.
  if (done.length < 2) return;
  const opposite = OPPOSITE[verb];
  const undo = opposite === undefined || isUndo ? undefined : () => void act(fleet, opposite, done, true);
  notify(notices, t(DONE[verb], { count: done.length }), { undo });
}
