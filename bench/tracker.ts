// Trackers on one core, asked from the other: answers a second and processor time for each, over UDP and HTTP, and what a million
// peers take of memory. Bare servers of the same Node stand beside them: what nobody who runs Node can go above.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../tests/contract/free-port.ts';
import { Lab } from '../tests/interop/lab.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';
import { CORES, type Server, servers, startEnjambre } from './tracker/servers.ts';

const DEFAULT_ROUNDS = 3;
const SECONDS = 3;
const MILLION = 1_000_000;
const START_TIMEOUT_MS = 20_000;
const LOAD_TIMEOUT_MS = 60_000;
const FILL_TIMEOUT_MS = 170_000;
const MB = 1e6;
const LOAD = fileURLToPath(import.meta.resolve('./tracker/load.ts'));
const FILL = fileURLToPath(import.meta.resolve('./tracker/fill.ts'));

interface Figure {
  readonly answersPerSecond: number;
  readonly cpuMicroseconds: number;
  /** Of the tracker's core: below 1 it waited for questions. */
  readonly busy: number;
  readonly loadBusy: number;
}

export const tracker: Scenario = {
  says: 'trackers: answers a second over UDP and HTTP on one core, and the memory of a million peers',
  needs: 'two cores, taskset; three minutes',
  run: runTracker,
};

async function runTracker(options: BenchOptions): Promise<void> {
  const turns = servers.flatMap((server) =>
    server.kinds.map((kind) => ({
      name: `${server.name}; ${kind}`,
      skip: server.skip,
      run: () => measureRate(server, kind),
    })),
  );
  const wanted = turns.filter(({ name }) => isWanted(name.split(';')[0], options));
  const rates = await interleave(options.rounds ?? DEFAULT_ROUNDS, wanted);
  const shapes = isWanted('memory', options) ? [10, 200_000] : [];
  const memory = await interleave(
    1,
    shapes.map((swarms) => ({
      name: `a million peers in ${swarms} swarms`,
      skip: false as const,
      run: () => measureMemory(swarms),
    })),
  );
  const lines = memory.flatMap(({ name, figures: [figure] }) =>
    figure === undefined
      ? []
      : `Enjambre, ${name}: ${figure.privateMb} MB private (${figure.emptyMb} before), resident ${figure.residentMb} MB`,
  );
  const failures = [...rates, ...memory].flatMap(({ failure }) => failure?.slice(0, 300) ?? []);
  await report('tracker', {
    header: ['tracker', 'answers/s', 'of bare Node', 'CPU µs an answer', 'core busy', 'asking core busy'],
    rows: rates.filter(({ figures }) => figures.length > 0).map((outcome) => rowOf(outcome, rates)),
    notes: [...lines, ...failures],
    raw: { rates, memory },
  });
}

function rowOf({ name, figures }: Outcome<Figure>, all: readonly Outcome<Figure>[]): string[] {
  const rate = spreadOf(figures.map(({ answersPerSecond }) => answersPerSecond));
  const bare = all.find((one) => one.name === `bare Node; ${name.split('; ')[1]}`)?.figures ?? [];
  const share = bare.length === 0 ? '' : rate.median / spreadOf(bare.map((one) => one.answersPerSecond)).median;
  const percent = (pick: (figure: Figure) => number) => `${Math.round(100 * spreadOf(figures.map(pick)).median)} %`;
  return [
    name,
    formatSpread(rate, 0),
    share === '' ? share : share.toFixed(2),
    formatSpread(spreadOf(figures.map(({ cpuMicroseconds }) => cpuMicroseconds))),
    percent(({ busy }) => busy),
    percent(({ loadBusy }) => loadBusy),
  ];
}

async function measureRate(server: Server, kind: 'udp' | 'http'): Promise<Figure> {
  await using lab = await Lab.open('/dev/shm');
  const host = lab.address();
  const port = await freePort(host);
  const program = await server.start(lab, host, port);
  // Any answer says that it is there, also one that finds nothing.
  await program.until('answer', async () => (await fetch(`http://${host}:${port}/`)).status, START_TIMEOUT_MS);
  const place = [kind, host, String(port), String(program.pid), String(SECONDS)];
  const load = lab.start('taskset', ['-c', CORES.load, process.execPath, LOAD, ...place]);
  const line = await load.until('finish', () => load.output.match(/^\{.*\}$/m)?.[0], LOAD_TIMEOUT_MS);
  const { answers, seconds, cpuSeconds, loadCpuSeconds } = JSON.parse(line);
  return {
    answersPerSecond: answers / seconds,
    cpuMicroseconds: (cpuSeconds / answers) * 1e6,
    busy: cpuSeconds / seconds,
    loadBusy: loadCpuSeconds / seconds,
  };
}

async function measureMemory(swarms: number) {
  await using lab = await Lab.open('/dev/shm');
  const host = lab.address();
  const port = await freePort(host);
  const program = startEnjambre(lab, CORES.tracker, host, port, `--max-peers-per-swarm=${MILLION}`, '--interval=3600');
  const stats = async () => (await (await fetch(`http://${host}:${port}/stats`)).json()) as { peers: number };
  await program.until('answer', stats, START_TIMEOUT_MS);
  const empty = await memoryIn(program.pid);
  const fill = lab.start('taskset', [
    '-c',
    CORES.load,
    process.execPath,
    FILL,
    host,
    String(port),
    String(MILLION),
    String(swarms),
  ]);
  await fill.until('announce', async () => (await stats()).peers === MILLION || undefined, FILL_TIMEOUT_MS);
  const full = await memoryIn(program.pid);
  return { swarms, emptyMb: empty.privateMb, ...full };
}

/** Now, not at its peak: what a million peers need. Pages of files (Node's program) are the system's to drop. */
async function memoryIn(pid: number): Promise<{ privateMb: number; residentMb: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mb = (field: string) =>
    Math.round((Number(status.match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'))?.[1]) * 1024) / MB);
  return { privateMb: mb('RssAnon'), residentMb: mb('VmRSS') };
}
