// A file system of a test's own, which can be full, and files that cannot be taken away. Only for root on Linux.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from './cleanup.ts';

/** Its folder. @param size as mount has it, `4m` */
export function mountDisk(t: TestContext, size: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  afterwards(t, () => {
    unmount(folder);
    rmdirSync(folder);
  });
  return folder;
}

/** As /bin/mount has it. */
export function mount(...argv: readonly string[]): void {
  execFileSync('/bin/mount', argv, { stdio: 'pipe' });
}

export function unmount(place: string): void {
  execFileSync('/bin/umount', [place], { stdio: 'pipe' });
}

/** Why no file system can be mounted here; false when one can. */
export function whyNoDisk(): string | false {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    unmount(folder);
    return false;
  } catch {
    return 'mounting a small file system needs root, and mount of the package util-linux';
  } finally {
    rmdirSync(folder);
  }
}
