// Whom folders that are made for clients must belong to.

import type { Owner } from '../driver.ts';

/** @param user `uid:gid` that clients run as @returns undefined when only root could give folders away, and we are not */
export function folderOwnerFor(user: string): Owner | undefined {
  const [uid, gid] = user.split(':').map(Number);
  return process.getuid?.() === 0 ? { uid, gid } : undefined;
}
