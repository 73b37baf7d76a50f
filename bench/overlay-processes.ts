// A hundred members of the overlay, each a process, with every core kept busy by something else: what simulation can't
// show is how real scheduling treats the timers.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shareOf } from '../tests/simulation/overlay/share.ts';
import { infoHashOf } from '../tests/simulation/overlay/simulated-overlay.ts';
import type { MemberNews, MemberOrder } from './overlay-member.ts';

const MEMBER = path.join(import.meta.dirname, 'overlay-member.ts');
const START_TIMEOUT_MS = 120_000;
const BUSY_MS = 30_000;
const DEATHS = 5;
const DEATH_TIMEOUT_MS = 20_000;
const POLL_MS = 50;

class Member {
  readonly process: ChildProcess;
  port = 0;
  members = 0;
  readonly seenMs = new Map<string, number>();
  readonly goneMs = new Map<string, number>();
  readonly calledDead: string[] = [];

  constructor() {
    this.process = fork(MEMBER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.process.on('message', (news: MemberNews) => {
      if ('listening' in news) this.port = news.listening;
      else if ('members' in news) this.members = news.members;
      else if ('seen' in news) this.seenMs.set(news.seen, news.atMs);
      else if ('gone' in news) this.goneMs.set(news.gone, news.atMs);
      else this.calledDead.push(news.calledDead);
    });
  }

  order(order: MemberOrder): void {
    this.process.send(order);
  }
}

export interface ProcessFigures {
  readonly joinedMs: number;
  /** For each record: until 99 % knew it. */
  readonly recordMs: number[];
  /** For each survivor of each death. */
  readonly hiddenMs: number[];
  readonly falseDeaths: number;
}

export async function overlayProcesses(count: number): Promise<ProcessFigures> {
  const members: Member[] = [];
  const burners: ChildProcess[] = [];
  try {
    const joinedMs = await startAll(members, count);
    const recordMs = [await recordIn(members, 1), await recordIn(members, 2), await recordIn(members, 3)];
    for (let core = 0; core < availableParallelism(); core++) {
      burners.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    }
    await sleep(BUSY_MS);
    const hiddenMs: number[] = [];
    const killed = new Set<string>();
    for (let at = 0; at < DEATHS; at++) hiddenMs.push(...(await deathIn(members, 10 + at, killed)));
    const called = members.flatMap(({ calledDead }) => calledDead);
    return { joinedMs, recordMs, hiddenMs, falseDeaths: called.filter((address) => !killed.has(address)).length };
  } finally {
    for (const burner of burners) burner.kill('SIGKILL');
    for (const member of members) member.process.kill('SIGKILL');
  }
}

/** Each by the one before; resolves with the time from the last one listening until all know all. */
async function startAll(members: Member[], count: number): Promise<number> {
  const key = randomBytes(32).toString('hex');
  while (members.length < count) {
    const member = new Member();
    const bootstrapPort = members.at(-1)?.port;
    members.push(member);
    member.order({ start: { key, bootstrapPort } });
    await until('a member listens', () => member.port > 0, START_TIMEOUT_MS);
  }
  const startMs = Date.now();
  await until('all know all', () => members.every((member) => member.members === count - 1), START_TIMEOUT_MS);
  return Date.now() - startMs;
}

async function recordIn(members: readonly Member[], number: number): Promise<number> {
  const infoHash = infoHashOf(number);
  const [provider, ...others] = members;
  for (const other of others) other.order({ watch: infoHash });
  await sleep(POLL_MS);
  const startMs = Date.now();
  provider.order({ provide: infoHash });
  await until('all see the record', () => others.every(({ seenMs }) => seenMs.has(infoHash)), DEATH_TIMEOUT_MS);
  return shareOf(
    others.map(({ seenMs }) => seenMs.get(infoHash)! - startMs),
    0.99,
  );
}

async function deathIn(members: Member[], number: number, killed: Set<string>): Promise<number[]> {
  const infoHash = infoHashOf(number);
  const victim = members.pop()!;
  for (const member of members) member.order({ watch: infoHash });
  victim.order({ provide: infoHash });
  await until('all see it', () => members.every(({ seenMs }) => seenMs.has(infoHash)), DEATH_TIMEOUT_MS);
  const startMs = Date.now();
  killed.add(`127.0.0.1:${victim.port}`);
  victim.process.kill('SIGKILL');
  await until('nobody hands it out', () => members.every(({ goneMs }) => goneMs.has(infoHash)), DEATH_TIMEOUT_MS);
  return members.map(({ goneMs }) => goneMs.get(infoHash)! - startMs);
}

async function until(wish: string, holds: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${wish}: not within ${timeoutMs} ms`);
    await sleep(POLL_MS);
  }
}
