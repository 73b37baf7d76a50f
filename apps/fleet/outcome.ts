// What became of one of several that were asked for at once.

import type { ActionAnswer } from '@enjambre/contract';
import { FleetError, reasonOf } from './errors.ts';

export type Outcome = ActionAnswer['results'][number];

/** A refusal stands in the row of whom it is about: it must not hide what became of the others. */
export async function outcomeOf(id: string, act: () => Promise<unknown>): Promise<Outcome> {
  try {
    await act();
    return { id, ok: true };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { id, ok: false, code: error.code, error: reasonOf(error) };
  }
}
