// What the operating system's refusals mean to people. The sentence always names the file.

import { StorageError } from './piece-store.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);
// A folder where a file should be, a file where a folder should be, a link that we do not follow.
const IN_THE_WAY = new Set(['EISDIR', 'ENOTDIR', 'ELOOP', 'EEXIST']);

/** The StorageError of a failed system call on `path`; one that is a StorageError already is returned as it is. */
export function diskError(cause: unknown, action: 'read' | 'write', path: string): StorageError {
  if (cause instanceof StorageError) return cause;
  const errno = errorCode(cause);
  const options = { cause };
  if (errno !== undefined && FULL.has(errno)) {
    const why =
      errno === 'EDQUOT' ? 'the quota is used up' : errno === 'EFBIG' ? 'it may not grow so large' : 'the disk is full';
    return new StorageError('disk-full', `${path} cannot be written: ${why}`, options);
  }
  if (errno !== undefined && IN_THE_WAY.has(errno)) {
    return new StorageError(
      'path-conflict',
      `${path} cannot be used: a folder, a file or a link is in the way`,
      options,
    );
  }
  const reason =
    errno !== undefined && FORBIDDEN.has(errno)
      ? errno === 'EROFS'
        ? 'the file system is read-only'
        : 'permission denied'
      : (errno ?? String(cause));
  return action === 'write'
    ? new StorageError('not-writable', `${path} cannot be written: ${reason}`, options)
    : new StorageError('not-readable', `${path} cannot be read: ${reason}`, options);
}

/** The system's name of an error (`ENOENT`), when it is one of the system's. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
