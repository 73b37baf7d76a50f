// Why a torrent is as it is: exactly one word for programs and one sentence for people. Pure.
// Invariant: the words are a closed list; the first that holds, from the disk to the peers, is the one.

import type { StorageError } from './storage/piece-store.ts';

export type ReasonCode =
  | 'starting'
  | 'checking'
  | Exclude<StorageError['code'], 'closed'>
  | 'stopped'
  | 'paused'
  | 'seeding'
  | 'nobody-asks'
  | 'downloading'
  | 'no-sources'
  | 'sources-failing'
  | 'private-no-peers'
  | 'no-peers-known'
  | 'none-reachable'
  | 'connections-used-up'
  | 'connecting'
  | 'download-limited'
  | 'pieces-missing'
  | 'all-choking'
  | 'peers-silent'
  | 'waiting';

export interface TorrentReason {
  readonly code: ReasonCode;
  readonly message: string;
}

/** What the reason is drawn from; counts are of peers. */
export interface ReasonFacts {
  readonly phase: 'opening' | 'checking' | 'active' | 'error' | 'stopped';
  readonly problem: TorrentReason | undefined;
  readonly isPaused: boolean;
  readonly isComplete: boolean;
  readonly isPrivate: boolean;
  readonly hadPieces: number;
  readonly pieceCount: number;
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
  /** The limit lets nothing more through now. */
  readonly isLimited: boolean;
  /** Other torrents have all connections of the session. */
  readonly isCrowdedOut: boolean;
  readonly connected: number;
  /** Of the connected: asked us for pieces. */
  readonly interested: number;
  /** Of the connected: have not told yet what they have. */
  readonly untold: number;
  /** Of the connected: have pieces that we lack; of those, the ones that choke us, and that let requests time out. */
  readonly useful: number;
  readonly choking: number;
  readonly snubbed: number;
  /** Addresses to dial; of those, the ones that did not answer. */
  readonly dialable: number;
  readonly unreachable: number;
  /** Sources that are on, and what those say whose last question failed. */
  readonly sources: number;
  readonly sourceErrors: readonly string[];
}

/** The word. */
export function reasonCodeOf(facts: ReasonFacts): ReasonCode {
  if (facts.phase === 'opening') return 'starting';
  if (facts.phase === 'checking') return 'checking';
  if (facts.problem !== undefined) return facts.problem.code;
  if (facts.phase === 'stopped') return 'stopped';
  if (facts.isPaused) return 'paused';
  if (facts.isComplete) return facts.uploadBytesPerSecond > 0 ? 'seeding' : 'nobody-asks';
  if (facts.downloadBytesPerSecond > 0) return 'downloading';
  return facts.connected === 0 ? whyNobody(facts) : whyNothing(facts);
}

/** The word and the sentence. */
export function reasonOf(facts: ReasonFacts): TorrentReason {
  const code = reasonCodeOf(facts);
  return { code, message: facts.problem?.code === code ? facts.problem.message : sentence(code, facts) };
}

function whyNobody(facts: ReasonFacts): ReasonCode {
  if (facts.dialable > 0) {
    if (facts.isCrowdedOut) return 'connections-used-up';
    return facts.unreachable === facts.dialable ? 'none-reachable' : 'connecting';
  }
  if (facts.sources === 0) return 'no-sources';
  if (facts.sourceErrors.length === facts.sources) return 'sources-failing';
  return facts.isPrivate ? 'private-no-peers' : 'no-peers-known';
}

function whyNothing(facts: ReasonFacts): ReasonCode {
  if (facts.untold === facts.connected) return 'connecting';
  if (facts.useful === 0) return 'pieces-missing';
  if (facts.isLimited) return 'download-limited';
  if (facts.choking === facts.useful) return 'all-choking';
  return facts.snubbed + facts.choking >= facts.useful ? 'peers-silent' : 'waiting';
}

function sentence(code: ReasonCode, facts: ReasonFacts): string {
  switch (code) {
    case 'starting':
      return 'It waits for its turn to be opened.';
    case 'checking':
      return `Its files are being checked: ${facts.hadPieces} of ${facts.pieceCount} pieces were found good so far.`;
    case 'stopped':
      return 'It was stopped.';
    case 'paused':
      return `Paused: nothing is asked for; ${count(facts.connected, 'peer stays', 'peers stay')} connected and served.`;
    case 'seeding':
      return `Complete; ${count(facts.interested, 'peer is', 'peers are')} being served.`;
    case 'nobody-asks':
      return facts.connected === 0
        ? 'Complete; nobody is connected.'
        : `Complete; ${count(facts.connected, 'peer is connected and asks', 'peers are connected and ask')} for nothing.`;
    case 'downloading':
      return `Pieces arrive from ${count(facts.connected, 'peer', 'peers')}.`;
    case 'no-sources':
      return 'No peer is known, and every source that could name one is switched off.';
    case 'sources-failing':
      return `No peer is known: ${facts.sourceErrors.join('; ')}.`;
    case 'private-no-peers':
      return 'No peer is known. The torrent is private: only its trackers may be asked, and they named nobody yet.';
    case 'no-peers-known':
      return 'No peer is known: whoever was asked named nobody yet.';
    case 'none-reachable':
      return facts.dialable === 1
        ? 'The one known peer could not be reached; it is tried again.'
        : `None of the ${facts.dialable} known peers could be reached; they are tried again.`;
    case 'connections-used-up':
      return 'Other torrents use all connections that are allowed (--max-connections).';
    case 'connecting':
      return `Peers are being connected to: ${facts.connected} there, ${facts.dialable} known.`;
    case 'download-limited':
      return 'The download limit lets nothing through at the moment.';
    case 'pieces-missing':
      return `No connected peer has any of the ${facts.pieceCount - facts.hadPieces} pieces that are missing.`;
    case 'all-choking':
      return facts.useful === 1
        ? 'The one connected peer that has missing pieces serves others first (it chokes us).'
        : `All ${facts.useful} connected peers that have missing pieces serve others first (they choke us).`;
    case 'peers-silent':
      return 'The peers that have missing pieces were asked and do not send them.';
    case 'waiting':
      return `Blocks were asked of ${count(facts.useful - facts.choking, 'peer', 'peers')}; none has come yet.`;
    case 'disk-full':
    case 'not-writable':
    case 'not-readable':
    case 'locked':
    case 'path-conflict':
      return 'Its files cannot be used.';
  }
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
