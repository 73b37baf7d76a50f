// opentracker as Debian builds it: it serves the torrents of its whitelist and no others.

import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestedTracker } from './tested-tracker.ts';

export const opentracker: TestedTracker = {
  name: 'opentracker',
  debianPackage: 'opentracker',

  async start({ lab, host, port, infoHash }) {
    const folder = await lab.folder('opentracker');
    // Started by root it becomes nobody and sees this folder as its root: it must be readable, and names are relative.
    await chmod(folder, 0o755);
    await writeFile(path.join(folder, 'whitelist'), `${infoHash}\n`, { mode: 0o644 });
    const configuration = path.join(folder, 'configuration');
    await writeFile(configuration, 'access.whitelist whitelist\n', { mode: 0o644 });
    const place = ['-i', host, '-p', String(port), '-P', String(port)];
    return lab.start('opentracker', [...place, '-d', folder, '-f', configuration, '-w', 'whitelist']);
  },
};
