// The backend's API as the page calls it. An answer is a value or a refusal, never a thrown error: what the backend
// refuses is shown beside what was asked.

import type {
  Action,
  ActionAnswer,
  ContainerView,
  CreateContainer,
  CreatedContainer,
  Info,
  PastSamples,
  RemovalPlan,
  Stats,
  StoredTorrent,
  TorrentPreview,
} from '@enjambre/contract';

export interface Refusal {
  readonly ok: false;
  /** The backend's stable word; `no-connection` when it did not answer. */
  readonly code: string;
  /** The backend's sentence, in English. */
  readonly message: string;
  /** The field of the request that is wrong, where there is one. */
  readonly field: string | undefined;
}

export type Answer<Value> = { readonly ok: true; readonly value: Value } | Refusal;

const ROOT = '/api/v1';
const TOO_LARGE = 413;

async function call<Value>(method: string, path: string, body?: unknown): Promise<Answer<Value>> {
  const isForm = body instanceof FormData;
  try {
    const response = await fetch(ROOT + path, {
      method,
      headers: body !== undefined && !isForm ? { 'content-type': 'application/json' } : {},
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: answer as Value };
    return refusalOf(response.status, answer);
  } catch (error) {
    return { ok: false, code: 'no-connection', message: String(error), field: undefined };
  }
}

function refusalOf(status: number, answer: unknown): Refusal {
  const { code, error, field } = (answer ?? {}) as { code?: unknown; error?: unknown; field?: unknown };
  const word = typeof code === 'string' ? code : status === TOO_LARGE ? 'too-large' : `http-${status}`;
  const message = typeof error === 'string' ? error : `HTTP ${status}`;
  return { ok: false, code: word, message, field: typeof field === 'string' ? field : undefined };
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file, file.name);
  return form;
}

const segment = encodeURIComponent;

export const api = {
  info: () => call<Info>('GET', '/info'),
  container: (id: string) => call<ContainerView>('GET', `/containers/${segment(id)}`),
  create: (wanted: CreateContainer) => call<CreatedContainer>('POST', '/containers', wanted),
  stats: (id: string) => call<Stats>('GET', `/containers/${segment(id)}/stats`),
  samples: (id: string, step: number, count: number) =>
    call<PastSamples>('GET', `/containers/${segment(id)}/samples?step=${step}&count=${count}`),
  act: (action: Action) => call<ActionAnswer>('POST', '/actions', action),
  planRemoval: (ids: readonly string[], withData: boolean) => call<RemovalPlan>('POST', '/removals', { ids, withData }),
  remove: (token: string) => call<ActionAnswer>('POST', `/removals/${segment(token)}`),
  torrents: () => call<{ items: StoredTorrent[] }>('GET', '/torrents'),
  inspect: (file: File) => call<TorrentPreview>('POST', '/torrents/inspect', formOf(file)),
  upload: (file: File) => call<StoredTorrent>('POST', '/torrents', formOf(file)),
  deleteTorrent: (name: string) => call<unknown>('DELETE', `/torrents/${segment(name)}`),
  startDemo: () => call<ActionAnswer>('POST', '/demo'),
};

/** For queries, which know failures as thrown. */
export async function orThrow<Value>(answer: Promise<Answer<Value>>): Promise<Value> {
  const settled = await answer;
  if (settled.ok) return settled.value;
  throw new RefusedError(settled);
}

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
