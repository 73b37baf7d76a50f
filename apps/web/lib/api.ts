// The backend's API as the page calls it. An answer is a value or a refusal, never a thrown error: what the backend
// refuses is shown beside what was asked.

import type { AnswerOf, BodyOf, EndpointName, ParamsOf, PullStep, QueryOf } from '@enjambre/contract';
import { readJsonLines } from './json-lines.ts';

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

const TOO_LARGE = 413;

/** What an endpoint takes, as the contract has it; files go as `form`. */
type Asked<Name extends EndpointName> = (undefined extends ParamsOf<Name> ? unknown : { params: ParamsOf<Name> }) &
  (undefined extends BodyOf<Name> ? unknown : { body: BodyOf<Name> }) & { query?: QueryOf<Name>; form?: FormData };

/** @param name the endpoint: its method and path, whose names are filled from `params` */
async function call<Name extends EndpointName>(name: Name, asked: Asked<Name>): Promise<Answer<AnswerOf<Name>>> {
  const { params = {}, query = {}, body, form } = asked as Parts;
  const [method, template] = name.split(' ');
  const path = template.replaceAll(/:([a-z]+)/g, (_, key: string) => encodeURIComponent(params[key]));
  const search = new URLSearchParams(query).toString();
  try {
    const response = await fetch(search === '' ? path : `${path}?${search}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: answer as AnswerOf<Name> };
    return refusalOf(response.status, answer);
  } catch (error) {
    return noConnection(error);
  }
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly form?: FormData;
}

function refusalOf(status: number, answer: unknown): Refusal {
  const { code, error, field } = (answer ?? {}) as { code?: unknown; error?: unknown; field?: unknown };
  const word = typeof code === 'string' ? code : status === TOO_LARGE ? 'too-large' : `http-${status}`;
  const message = typeof error === 'string' ? error : `HTTP ${status}`;
  return { ok: false, code: word, message, field: typeof field === 'string' ? field : undefined };
}

function noConnection(error: unknown): Refusal {
  return { ok: false, code: 'no-connection', message: String(error), field: undefined };
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file, file.name);
  return form;
}

/** Of a page that shows all there is. */
const ALL = { limit: '1000' };

export const api = {
  info: () => call('GET /api/v1/info', {}),
  container: (id: string) => call('GET /api/v1/containers/:id', { params: { id } }),
  create: (body: BodyOf<'POST /api/v1/containers'>) => call('POST /api/v1/containers', { body }),
  stats: (id: string) => call('GET /api/v1/containers/:id/stats', { params: { id } }),
  samples: (id: string, step: number, count: number) =>
    call('GET /api/v1/containers/:id/samples', { params: { id }, query: { step: `${step}`, count: `${count}` } }),
  torrent: (id: string) => call('GET /api/v1/containers/:id/torrent', { params: { id } }),
  switchSource: (id: string, name: string, enabled: boolean) =>
    call('POST /api/v1/containers/:id/sources/:name', { params: { id, name }, body: { enabled } }),
  addTracker: (id: string, url: string) =>
    call('POST /api/v1/containers/:id/trackers', { params: { id }, body: { url } }),
  removeTracker: (id: string, url: string) =>
    call('DELETE /api/v1/containers/:id/trackers', { params: { id }, query: { url } }),
  reannounce: (id: string) => call('POST /api/v1/containers/:id/reannounce', { params: { id } }),
  act: (body: BodyOf<'POST /api/v1/actions'>) => call('POST /api/v1/actions', { body }),
  planRemoval: (ids: readonly string[], withData: boolean) =>
    call('POST /api/v1/removals', { body: { ids: [...ids], withData } }),
  remove: (token: string) => call('POST /api/v1/removals/:token', { params: { token } }),
  torrents: () => call('GET /api/v1/torrents', { query: ALL }),
  inspect: (file: File) => call('POST /api/v1/torrents/inspect', { form: formOf(file) }),
  upload: (file: File) => call('POST /api/v1/torrents', { form: formOf(file) }),
  deleteTorrent: (name: string) => call('DELETE /api/v1/torrents/:name', { params: { name } }),
  startDemo: () => call('POST /api/v1/demo', {}),
  networks: () => call('GET /api/networks', {}),
  createNetwork: (body: BodyOf<'POST /api/networks'>) => call('POST /api/networks', { body }),
  hosts: () => call('GET /api/v1/hosts', { query: ALL }),
  updateImage: (id: string, imageName: string) =>
    call('POST /api/v1/containers/:id/update', { params: { id }, body: { imageName } }),
  images: () => call('GET /api/v1/images', { query: ALL }),
};

/** Pulls an image and tells of each step; the answer comes when there are no more. */
export async function pullImage(name: string, onStep: (step: PullStep) => void): Promise<Answer<undefined>> {
  try {
    const response = await fetch('/api/v1/images/pull', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    if (!response.ok) return refusalOf(response.status, await response.json().catch(() => null));
    if (response.body !== null) for await (const step of readJsonLines<PullStep>(response.body)) onStep(step);
    return { ok: true, value: undefined };
  } catch (error) {
    return noConnection(error);
  }
}

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
