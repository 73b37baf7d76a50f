// How far the pull of an image is: its layers summed up, as the engine's steps tell of them. Pure.

import type { PullStep } from '@enjambre/contract';

interface Layer {
  readonly current: number;
  readonly total: number;
}

export interface Pull {
  /** The engine's last word about it. */
  readonly word: string;
  readonly layers: Readonly<Record<string, Layer>>;
  readonly state: 'going' | 'done' | 'failed';
  /** Why it failed, as the backend refuses. */
  readonly refusal: { readonly code: string; readonly message: string } | undefined;
}

export const BEGUN: Pull = { word: '', layers: {}, state: 'going', refusal: undefined };

/** The words of an engine after which a layer is here as a whole. */
const WHOLE = ['Download complete', 'Verifying Checksum', 'Extracting', 'Pull complete', 'Already exists'];

export function afterStep(pull: Pull, step: PullStep): Pull {
  const { status, layer, currentBytes = 0, totalBytes = 0, error, code } = step;
  if (status === 'done') return { ...pull, state: 'done' };
  if (status === 'failed') {
    return { ...pull, state: 'failed', refusal: { code: code ?? 'internal', message: error ?? '' } };
  }
  if (layer === undefined) return { ...pull, word: status };
  const before = pull.layers[layer] ?? { current: 0, total: 0 };
  const total = Math.max(before.total, status === 'Downloading' ? totalBytes : 0);
  const current = WHOLE.includes(status)
    ? total
    : Math.max(before.current, status === 'Downloading' ? currentBytes : 0);
  return { ...pull, word: status, layers: { ...pull.layers, [layer]: { current, total } } };
}

/** Bytes that are here, and of how many as far as is known. */
export function amountOf({ layers }: Pull): Layer {
  return Object.values(layers).reduce(
    (sum, { current, total }) => ({ current: sum.current + current, total: sum.total + total }),
    { current: 0, total: 0 },
  );
}
