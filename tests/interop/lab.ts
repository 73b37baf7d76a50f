// The surroundings of one transfer: a temporary folder, loopback addresses nobody else uses, and the programs started in
// it. Invariant: when it is disposed of or this process exits, its programs have ended and its folder is gone.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Program, type ProgramOptions } from './program.ts';

/** 127.x.y.z: the first two come from our pid, so that two runs at once don't meet. */
const HIGHEST_BYTE = 254;

/** A program that was just killed may still be making files. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5 } as const;

/** A transcript of fifty programs is still read by a person. */
const MOST_TRANSCRIPT_CHARACTERS = 40_000;

let addressesGiven = 0;

const openRoots = new Set<string>();

export class Lab implements AsyncDisposable {
  readonly root: string;
  readonly #programs: Program[] = [];

  private constructor(root: string) {
    this.root = root;
    openRoots.add(root);
  }

  /** @param parent where its folder is made */
  static async open(parent = tmpdir()): Promise<Lab> {
    // In one go with the entry in `openRoots`: between them an exit would leave the folder.
    return new Lab(mkdtempSync(path.join(parent, 'enjambre-interop-')));
  }

  /** A new folder. */
  async folder(name: string): Promise<string> {
    const folder = path.join(this.root, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** An address of its own for one client: rtorrent, for one, keeps no two peers of the same address. */
  address(): string {
    addressesGiven++;
    const second = 1 + (process.pid % HIGHEST_BYTE);
    const third = Math.floor(process.pid / HIGHEST_BYTE) % HIGHEST_BYTE;
    return `127.${second}.${third}.${1 + (addressesGiven % HIGHEST_BYTE)}`;
  }

  start(command: string, programArguments: readonly string[], options?: ProgramOptions): Program {
    const program = new Program(command, programArguments, options);
    this.#programs.push(program);
    return program;
  }

  /** What every program said last, for a failure. */
  transcript(): string {
    const share = Math.floor(MOST_TRANSCRIPT_CHARACTERS / this.#programs.length);
    return this.#programs.map((program) => `--- ${program.name}\n${program.output.slice(-share)}`).join('\n');
  }

  /** Ends every program: what they wrote is on the disk then. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
    await rm(this.root, REMOVAL);
    openRoots.delete(this.root);
  }
}

// Runs after the programs were killed: `program.ts` came first.
process.once('exit', () => {
  for (const root of openRoots) rmSync(root, REMOVAL);
});
