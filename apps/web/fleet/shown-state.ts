// What a container's state is called, in which tone, and why: one word from what the driver, the watcher and the client
// say of it. A client that was paused goes on serving, and the reason says so.

import type { ContainerView, Reason } from '@enjambre/contract';
import type { Format } from '../lib/format.ts';
import { etaSeconds } from '../lib/format.ts';
import type { TextKey } from '../texts/en.ts';
import type { Said } from '../texts/text.ts';

export type Tone = 'flow' | 'good' | 'work' | 'wait' | 'rest' | 'bad';

export type StateKind =
  | 'created'
  | 'starting'
  | 'restarting'
  | 'downloading'
  | 'stalled'
  | 'paused'
  | 'complete'
  | 'seeding'
  | 'stopped'
  | 'failed'
  | 'no-answer'
  | 'error';

export interface ShownState {
  readonly kind: StateKind;
  readonly tone: Tone;
  readonly word: Said;
  readonly reason: Said | undefined;
  /** Its words change while nothing else does. */
  readonly ticks: boolean;
}

/** How long a client that moves nothing may still be checking its files and asking its tracker. */
const SETTLING_MS = 15_000;

const TONES: Readonly<Record<StateKind, Tone>> = {
  created: 'rest',
  starting: 'flow',
  restarting: 'work',
  downloading: 'flow',
  stalled: 'wait',
  paused: 'rest',
  complete: 'good',
  seeding: 'good',
  stopped: 'rest',
  failed: 'bad',
  'no-answer': 'wait',
  error: 'bad',
};

const WORDS: Readonly<Record<StateKind, TextKey>> = {
  created: 'container.created',
  starting: 'container.starting',
  restarting: 'container.restarting',
  downloading: 'container.downloading',
  stalled: 'container.stalled',
  paused: 'container.paused',
  complete: 'container.complete',
  seeding: 'container.seeding',
  stopped: 'container.stopped',
  failed: 'container.failed',
  'no-answer': 'container.no-answer',
  error: 'container.error',
};

const REASONS: Readonly<Record<Reason['code'], TextKey>> = {
  starting: 'reason.first-answer',
  'stopped-by-user': 'reason.stopped-by-user',
  restarting: 'reason.restarting',
  exited: 'reason.exited',
  killed: 'reason.killed',
  'start-failed': 'reason.start-failed',
  'no-answer': 'reason.silent',
  storage: 'reason.storage',
  'no-host': 'reason.no-host',
  'host-down': 'reason.host-down',
  checking: 'reason.checking',
  'no-sources': 'reason.no-sources',
  'sources-failing': 'reason.sources-failing',
  'private-no-peers': 'reason.private-no-peers',
  'no-peers-known': 'reason.no-peers-known',
  'none-reachable': 'reason.none-reachable',
  'connections-used-up': 'reason.connections-used-up',
  connecting: 'reason.connecting',
  'download-limited': 'reason.download-limited',
  'pieces-missing': 'reason.pieces-missing',
  'all-choking': 'reason.all-choking',
  'peers-silent': 'reason.peers-silent',
  waiting: 'reason.waiting',
};

/** @param now unix milliseconds */
export function shownState(container: ContainerView, now: number, format: Format): ShownState {
  const kind = kindOf(container, now);
  const code = container.exitCode;
  const word: Said =
    kind === 'failed' && code !== null && code !== 0
      ? { key: 'container.failed-code', values: { code: String(code) } }
      : { key: WORDS[kind] };
  return {
    kind,
    tone: TONES[kind],
    word,
    reason: reasonOf(container, kind, now, format),
    ticks: kind === 'no-answer' || kind === 'starting',
  };
}

function kindOf(container: ContainerView, now: number): StateKind {
  const { state, wanted, health, reason, status } = container;
  if (state === 'created') {
    if (reason?.code === 'start-failed') return 'failed';
    return wanted === 'running' ? 'starting' : 'created';
  }
  if (state === 'restarting') return 'restarting';
  if (state !== 'running') return wanted === 'stopped' || reason?.code === 'stopped-by-user' ? 'stopped' : 'failed';
  if (health === 'unreachable') return 'no-answer';
  if (reason?.code === 'storage') return 'error';
  if (status === null || health === 'starting') return 'starting';
  if (status.paused) return 'paused';
  if (status.state === 'completed') return status.upload_speed > 0 ? 'seeding' : 'complete';
  if (status.download_speed > 0) return 'downloading';
  const settles =
    status.total_size === 0 || reason?.code === 'checking' || now - (container.startedAt ?? 0) < SETTLING_MS;
  return settles ? 'starting' : 'stalled';
}

function reasonOf(container: ContainerView, kind: StateKind, now: number, format: Format): Said | undefined {
  const { reason, status } = container;
  const peers = status?.connected_peers ?? 0;
  switch (kind) {
    case 'downloading': {
      const seconds = etaSeconds(status?.eta ?? '∞');
      return seconds === undefined ? undefined : { key: 'reason.left', values: { time: format.duration(seconds) } };
    }
    case 'paused':
      return peers > 0 ? { key: 'reason.sharing', values: { count: peers } } : { key: 'reason.sharing-none' };
    case 'complete':
    case 'seeding':
      return peers > 0 ? { key: 'reason.seeding', values: { count: peers } } : undefined;
    case 'stalled':
      if (reason !== null) return { key: REASONS[reason.code] };
      return peers > 0 ? { key: 'reason.idle-peers', values: { count: peers } } : { key: 'reason.no-peers' };
    case 'starting':
      return { key: status === null ? 'reason.first-answer' : 'reason.checking' };
    case 'no-answer': {
      const since = reason?.since ?? container.statusAt ?? now;
      return { key: 'reason.silent', values: { time: format.duration((now - since) / 1000) } };
    }
    case 'created':
      return undefined;
    default:
      return reason === null ? undefined : { key: REASONS[reason.code] };
  }
}

/** The states that a filter shows together. */
export type StateGroup = 'all' | 'moving' | 'complete' | 'paused' | 'stopped' | 'attention';
export const STATE_GROUPS: readonly StateGroup[] = ['all', 'moving', 'complete', 'paused', 'stopped', 'attention'];

const GROUPS: Readonly<Record<StateKind, StateGroup>> = {
  created: 'stopped',
  starting: 'moving',
  restarting: 'moving',
  downloading: 'moving',
  stalled: 'attention',
  paused: 'paused',
  complete: 'complete',
  seeding: 'complete',
  stopped: 'stopped',
  failed: 'attention',
  'no-answer': 'attention',
  error: 'attention',
};

export function groupOf(kind: StateKind): StateGroup {
  return GROUPS[kind];
}

/** How states follow each other when the list is sorted by them: what needs somebody first. */
export const STATE_RANK: Readonly<Record<StateKind, number>> = {
  error: 0,
  failed: 1,
  'no-answer': 2,
  stalled: 3,
  restarting: 4,
  starting: 5,
  downloading: 6,
  paused: 7,
  seeding: 8,
  complete: 9,
  created: 10,
  stopped: 11,
};
