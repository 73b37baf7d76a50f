// Three trackers that hold the same swarms, each a process, with a cable from each to each.

import type { TestContext } from 'node:test';
import { BencodeDictionary, decodeBencode } from '@enjambre/metainfo';
import { freePort } from '../contract/free-port.ts';
import { Cable } from './cable.ts';
import { TrackerProcess } from './tracker-process.ts';

const SECRET = 'what the three of them know';
const NUMBERS = [0, 1, 2];

export class TrackerSet {
  readonly ports: readonly number[];
  readonly trackers: TrackerProcess[] = [];
  readonly #t: TestContext;
  /** By who speaks, then by who is spoken to. */
  readonly #cables: readonly (readonly Cable[])[];

  private constructor(t: TestContext, ports: readonly number[], cables: readonly (readonly Cable[])[]) {
    this.#t = t;
    this.ports = ports;
    this.#cables = cables;
  }

  /** Ports and cables of a set that nobody of is started yet. */
  static async lay(t: TestContext): Promise<TrackerSet> {
    const ports = await Promise.all(NUMBERS.map(() => freePort()));
    const cables = await Promise.all(NUMBERS.map(() => Promise.all(ports.map((port) => Cable.lay(t, port)))));
    return new TrackerSet(t, ports, cables);
  }

  static async start(t: TestContext, flags: (number: number) => readonly string[] = () => []): Promise<TrackerSet> {
    const set = await TrackerSet.lay(t);
    await Promise.all(NUMBERS.map((number) => set.start(number, { flags: flags(number) })));
    return set;
  }

  async start(number: number, { secret = SECRET, flags = [] as readonly string[] } = {}): Promise<TrackerProcess> {
    const join = this.#cables[number].map(({ port }) => `127.0.0.1:${port}`).join();
    const env = { ENJAMBRE_TRACKER_SECRET: secret };
    const tracker = await TrackerProcess.start(this.#t, {
      port: this.ports[number],
      flags: [`--join=${join}`, ...flags],
      env,
    });
    this.trackers[number] = tracker;
    return tracker;
  }

  /** Where clients announce. */
  get urls(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}/announce`);
  }

  /** From now on nothing goes from that one to the others, nor back. */
  cutOff(number: number): void {
    for (const cable of this.#cablesOf(number)) cable.cut();
  }

  reconnect(number: number): void {
    for (const cable of this.#cablesOf(number)) cable.mend();
  }

  /** Announces to one of them. @param peer a number, which becomes its port */
  async announce(number: number, infoHash: string, peer: number, rest = 'left=1'): Promise<void> {
    const id = String(peer).padStart(20, 'p');
    const query = `info_hash=${infoHash}&peer_id=${id}&port=${peer}&compact=1&numwant=0&${rest}`;
    await (await fetch(`${this.urls[number]}?${query}`)).arrayBuffer();
  }

  /** The ports of the peers of a swarm that one of them hands out, in order. */
  async peersOf(number: number, infoHash: string): Promise<number[]> {
    const asking = `info_hash=${infoHash}&peer_id=${'q'.repeat(20)}&port=1&compact=1&numwant=200&left=1`;
    const answer = await (await fetch(`${this.urls[number]}?${asking}`)).arrayBuffer();
    // Who asks is a peer itself until it says goodbye.
    await (await fetch(`${this.urls[number]}?${asking}&event=stopped`)).arrayBuffer();
    const { value } = decodeBencode(new Uint8Array(answer));
    if (!(value instanceof BencodeDictionary)) throw new Error('an answer is a dictionary');
    const compact = Buffer.from(value.getBytes('peers') ?? []);
    const ports = Array.from({ length: compact.length / 6 }, (_, at) => compact.readUInt16BE(at * 6 + 4));
    return ports.filter((port) => port !== 1).sort((a, b) => a - b);
  }

  #cablesOf(number: number): Cable[] {
    const others = NUMBERS.filter((other) => other !== number);
    return others.flatMap((other) => [this.#cables[number][other], this.#cables[other][number]]);
  }
}
