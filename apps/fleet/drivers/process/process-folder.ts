// What the process driver keeps of one client, in a folder named by its id: who it is, where it listens, what it says.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { conforms, type RunFile, RunFileSchema } from '@enjambre/contract';
import { makeFolder } from '@enjambre/runtime';
import { type Identity, readIdentity, writeIdentity } from './identity-file.ts';
import { LogFile } from './log-file.ts';

export class ProcessFolder {
  readonly path: string;
  readonly runFilePath: string;
  readonly log: LogFile;
  readonly #identityPath: string;

  constructor(parent: string, id: string) {
    this.path = join(parent, id);
    this.runFilePath = join(this.path, 'run.json');
    this.log = new LogFile(join(this.path, 'log'));
    this.#identityPath = join(this.path, 'process.json');
  }

  /** Makes it, without what an earlier process told. */
  async prepare(): Promise<void> {
    await makeFolder(this.path, 0o700);
    await rm(this.runFilePath, { force: true });
  }

  writeIdentity(identity: Identity): Promise<void> {
    return writeIdentity(this.#identityPath, identity);
  }

  readIdentity(): Promise<Identity | undefined> {
    return readIdentity(this.#identityPath);
  }

  /** Undefined while that process does not listen yet. */
  async readRunFile(pid: number): Promise<RunFile | undefined> {
    try {
      const runFile: unknown = JSON.parse(await readFile(this.runFilePath, 'utf8'));
      return conforms(RunFileSchema, runFile) && runFile.pid === pid ? runFile : undefined;
    } catch {
      return undefined;
    }
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
