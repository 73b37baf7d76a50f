// Which process is ours: written before and after the start of a client, read by the backend that comes next.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { conforms } from '@enjambre/contract';
import Type from 'typebox';

const IdentitySchema = Type.Object({
  /** Null while it is being started. */
  pid: Type.Union([Type.Integer(), Type.Null()]),
  startTicks: Type.Union([Type.Integer(), Type.Null()]),
  token: Type.String(),
  startedAt: Type.Number(),
});
export type Identity = Type.Static<typeof IdentitySchema>;

/** In one step; for its owner only, since the token is in it. */
export async function writeIdentity(path: string, identity: Identity): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, JSON.stringify(identity), { mode: 0o600 });
  await rename(draft, path);
}

/** Undefined when there is none, or none that can be used. */
export async function readIdentity(path: string): Promise<Identity | undefined> {
  try {
    const identity: unknown = JSON.parse(await readFile(path, 'utf8'));
    return conforms(IdentitySchema, identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}
