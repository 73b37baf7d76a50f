// What a driver keeps for us of a container, as text: enough to know it again when our own folder is lost.
// Invariant: what is read back leads to nothing that a create would not have allowed.

import { ContainerConfigSchema, conforms } from '@enjambre/contract';
import Type from 'typebox';
import { isInside } from '../downloads/download-folder.ts';
import { isOwnVolume } from '../downloads/volume.ts';
import type { ContainerRecord } from '../state/container-store.ts';
import { CONTAINER_NAME } from './create-request.ts';

const KeepsakeSchema = Type.Object({
  name: Type.String({ pattern: CONTAINER_NAME.source }),
  torrentName: Type.String(),
  infoHash: Type.String({ pattern: '^[0-9a-f]{40}$' }),
  totalSize: Type.Number(),
  createdAt: Type.Number(),
  config: ContainerConfigSchema,
});

type Kept = Pick<ContainerRecord, 'name' | 'torrentName' | 'infoHash' | 'totalSize' | 'createdAt' | 'config'>;

export function writeKeepsake({ name, torrentName, infoHash, totalSize, createdAt, config }: Kept): string {
  return JSON.stringify({ name, torrentName, infoHash, totalSize, createdAt, config } satisfies Kept);
}

/** Undefined when it is none of ours, or belongs to another root. */
export function readKeepsake(text: string, root: string): Kept | undefined {
  const kept = parse(text);
  if (!conforms(KeepsakeSchema, kept)) return undefined;
  const { folderPath } = kept.config;
  return isOwnVolume(folderPath) || isInside(folderPath, root) ? kept : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
