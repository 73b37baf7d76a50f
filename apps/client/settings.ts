// What was asked of the client, and where: its flags read as every program reads its own, refusals in the client's form.

import { readSettings as read, type Settings, UsageError, valuesOf } from '@enjambre/runtime';
import { usageError } from './errors.ts';
import { flags } from './flags.ts';

/**
 * @param readText gives the text of a small file, for `--config`
 * @throws StartError with one line that names the flag
 */
export function readSettings(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  readText: (path: string) => string,
): Settings {
  return refusing(() => read({ command: 'enjambre client', flags, argv, env, readText, hint }));
}

/** Does it; a wrong flag or value becomes the error that this program ends with. @throws StartError */
function refusing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof UsageError ? usageError(error.message) : error;
  }
}

function hint(argument: string): string | undefined {
  if (argument.startsWith('magnet:')) return 'magnet links do not exist here yet; give a .torrent file';
  if (!argument.endsWith('.torrent')) return undefined;
  return `unexpected argument ${JSON.stringify(argument)}; did you mean --torrent-file=${argument}?`;
}

/** Every value of a flag, none when it is not set; a wrong one is named with the place it came from. */
export function all<T>(settings: Settings, name: string, read: (text: string) => T): T[] {
  return refusing(() => valuesOf(settings, name, read));
}

/** What a small file holds, read as the flag's own text would be. @throws StartError that names flag and file */
export function readSecretFile<T>(
  flag: string,
  path: string,
  readText: (path: string) => string,
  read: (text: string) => T,
): T {
  try {
    return read(readText(path).trim());
  } catch (error) {
    throw usageError(`--${flag} ${path}: ${(error as Error).message}`);
  }
}
