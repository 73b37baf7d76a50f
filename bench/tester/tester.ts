// The tester as a program of a lab: started on one client, and what it said. Its times and ours are of the same clock.

import { fileURLToPath } from 'node:url';
import type { PeerAddress } from '@enjambre/metainfo';
import { formatAddress } from '@enjambre/metainfo';
import type { Lab } from '../../tests/interop/lab.ts';
import type { Program } from '../../tests/interop/program.ts';
import type { Tally } from './tally.ts';

const SCRIPT = fileURLToPath(import.meta.resolve('./main.ts'));
const CONNECT_TIMEOUT_MS = 30_000;

export interface TesterOptions {
  /** The .torrent that the client has. */
  readonly torrent: string;
  readonly peer: PeerAddress;
  readonly uploaders?: number;
  readonly downloaders?: number;
  /** Peers that shake hands and say nothing more. */
  readonly silent?: number;
  /** It ends when its uploaders and downloaders together moved so much. */
  readonly bytes?: number;
}

export class Tester {
  readonly program: Program;
  /** Unix milliseconds when it began to dial. */
  readonly startedMs: number;

  private constructor(program: Program, startedMs: number) {
    this.program = program;
    this.startedMs = startedMs;
  }

  /** Resolves once all its connections have shaken hands. */
  static async start(lab: Lab, { torrent, peer, ...counts }: TesterOptions): Promise<Tester> {
    const flags = Object.entries(counts).map(([name, count]) => `--${name}=${count}`);
    const place = [`--torrent=${torrent}`, `--peer=${formatAddress(peer)}`];
    const program = lab.start(process.execPath, [SCRIPT, ...place, ...flags]);
    const said = () => eventOf<{ startedMs: number }>(program, 'connected');
    const { startedMs } = await program.until('connect', said, CONNECT_TIMEOUT_MS);
    return new Tester(program, startedMs);
  }

  /** What was moved, once it has ended by itself. @throws Error when a byte was wrong */
  tally(timeoutMs: number): Promise<Tally & { readonly atMs: number }> {
    return this.program.until('finish', () => eventOf(this.program, 'tally'), timeoutMs);
  }

  /** Ends it. */
  async stop(): Promise<Tally & { readonly atMs: number }> {
    await this.program.stop();
    return this.tally(0);
  }
}

function eventOf<T>(program: Program, event: string): T | undefined {
  const line = program.output.split('\n').findLast((candidate) => candidate.startsWith(`{"event":"${event}"`));
  return line === undefined ? undefined : (JSON.parse(line) as T);
}
