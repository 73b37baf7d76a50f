// A backend as people start it, on free ports and with a folder of its own; tests call it over HTTP.
// Invariant: after the test neither it nor any client that it started is left.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerView, conforms, FleetErrorSchema } from '@enjambre/contract';
import { afterwards } from '../contract/cleanup.ts';
import { type ClientProcess, startEnjambre } from '../contract/client-process.ts';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { readEvents } from './event-reader.ts';

/** No single wait in these tests is longer. */
const PATIENCE_MS = 30_000;
const EXIT_POLL_MS = 10;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Backend extends ClientProcess {
  /** Its --data-dir. */
  readonly home: string;
  readonly root: string;
  readonly port: number;
  readonly url: string;
  readonly pageUrl: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  upload(bytes: Uint8Array, fileName: string, path?: string): Promise<Answer>;
  /** Creates a container. @returns its id */
  create(request: Record<string, unknown>): Promise<string>;
  /** The row of the container of that name, as soon as it is as wished. */
  until(name: string, wish: (row: ContainerView) => boolean): Promise<ContainerView>;
  /** Of the client of that container. */
  pidOf(id: string): number;
}

/** Resolves once it listens. @param home an earlier one's folder; a new one when left out */
export async function startBackend(
  t: TestContext,
  { home = newHome(t), argv = [] as readonly string[], env = {} as NodeJS.ProcessEnv, verb = 'backend' } = {},
): Promise<Backend> {
  const ports = ['--port=0', '--page-port=0', '--listen-host=127.0.0.1', `--data-dir=${home}`];
  const started = startEnjambre(t, [verb, ...ports, ...argv], env);
  const line = await started.line(/^the page|^Open http/);
  const url = `http://127.0.0.1:${line.port}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(url + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    return readAnswer(response);
  };
  return {
    ...started,
    home,
    root: join(home, 'downloads'),
    port: Number(line.port),
    url,
    pageUrl: `http://127.0.0.1:${line.pagePort}`,
    call,
    async upload(bytes, fileName, path = '/api/torrents/upload') {
      const body = new FormData();
      body.append('file', new Blob([Buffer.from(bytes)]), fileName);
      return readAnswer(await fetch(url + path, { method: 'POST', body }));
    },
    async create(request) {
      const { status, body } = await call('POST', '/api/containers', request);
      assert.equal(status, 200, JSON.stringify(body));
      return (body as { containerId: string }).containerId;
    },
    async until(name, wish) {
      let last: ContainerView | undefined;
      try {
        for await (const { event } of readEvents(url, { signal: AbortSignal.timeout(PATIENCE_MS) })) {
          const rows = event.type === 'snapshot' ? event.containers : event.type === 'changes' ? event.changed : [];
          last = rows.find((row) => row.name === name) ?? last;
          if (last !== undefined && wish(last)) return last;
        }
      } catch (error) {
        throw new Error(`${name} did not become as wished: ${JSON.stringify(last)}`, { cause: error });
      }
      throw new Error('the backend has ended');
    },
    pidOf: (id) => pidIn(join(home, 'processes', id)),
  };
}

/** Fails unless it is that refusal, in the form of the contract. */
export function assertRefused(answer: Answer, status: number, code: string, field?: string): void {
  const { body } = answer;
  assert.ok(conforms(FleetErrorSchema, body), JSON.stringify(body));
  assert.deepEqual({ status: answer.status, code: body.code }, { status, code }, body.error);
  if (field !== undefined) assert.equal(body.field, field, body.error);
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}

/** The environment of a backend whose clients stand still before they do anything: they never come up. */
export function clientsStandStill(t: TestContext): NodeJS.ProcessEnv {
  const hook = join(temporaryFolder(t), 'stand-still.cjs');
  const still = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
  writeFileSync(hook, `if (process.argv.some((word) => word.startsWith('--run-file='))) ${still};`);
  return { NODE_OPTIONS: `--require=${hook}` };
}

/** A folder that is gone after the test, and before it the clients that are found in it. */
function newHome(t: TestContext): string {
  const home = temporaryFolder(t);
  afterwards(t, async () => {
    const folder = join(home, 'processes');
    // With another driver there is none.
    if (!existsSync(folder)) return;
    const pids = readdirSync(folder, { withFileTypes: true }).map(({ name }) => pidIn(join(folder, name)));
    for (const pid of pids.filter((candidate) => isOf(candidate, home))) process.kill(pid, 'SIGKILL');
    for (const pid of pids) while (isOf(pid, home)) await sleep(EXIT_POLL_MS);
  });
  return home;
}

function pidIn(folder: string): number {
  return (JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')) as { pid: number }).pid;
}

/** Whether that process runs and was started with a path in that folder; the dead have no arguments. */
function isOf(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}
