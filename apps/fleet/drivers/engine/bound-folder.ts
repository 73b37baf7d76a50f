// The folder that the engine binds into a client.

import { realpath } from 'node:fs/promises';
import { FleetError, reasonOf } from '../../errors.ts';

/** It was no link when the container was asked for; the engine would follow what somebody has put there since. */
export async function refuseLink(folder: string): Promise<void> {
  const real = await realpath(folder).catch((error) => {
    throw new FleetError('start-failed', `${folder}: ${reasonOf(error)}.`, { cause: error });
  });
  if (real === folder) return;
  throw new FleetError('path-outside-root', `${folder} leads elsewhere now: to ${real}.`, { field: 'folderPath' });
}
