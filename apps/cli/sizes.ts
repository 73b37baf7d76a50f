// Sizes as people write and read them, in powers of 1024.

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const UNIT_FACTORS: Readonly<Record<string, number>> = { '': 1, B: 1, KIB: 1024, MIB: 1024 * 1024 };

/** `150.0 MiB`; below 1 KiB `5 bytes`. */
export function formatSize(bytes: number): string {
  if (bytes === 1) return '1 byte';
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Reads `262144`, `256KiB`, `1MiB`; undefined when it is none of these. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,12})\s*(B|KiB|MiB|)$/i.exec(text.trim());
  return match === null ? undefined : Number(match[1]) * UNIT_FACTORS[match[2].toUpperCase()];
}
