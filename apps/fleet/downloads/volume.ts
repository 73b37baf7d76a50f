// Where a driver keeps data in volumes of its hosts, a container's folder is the name of one. Pure.

const PREFIX = 'volume:';

/** @param id of the container, 12 hex digits */
export function volumeFolder(id: string): string {
  return `${PREFIX}enjambre-${id}`;
}

/** Whether it is one that we would have made. */
export function isOwnVolume(folder: string): boolean {
  return /^volume:enjambre-[0-9a-f]{12}$/.test(folder);
}

/** The name of the volume; undefined when it is a folder of files. */
export function volumeIn(folder: string): string | undefined {
  return folder.startsWith(PREFIX) ? folder.slice(PREFIX.length) : undefined;
}
