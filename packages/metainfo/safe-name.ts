// One name of a stranger made safe as one component of a path, on every system that may read the disk.
// Invariant: the result is 1–255 bytes of UTF-8 without separators, controls or a meaning of its own; deterministic.

/** What file systems allow for one name. */
export const MAX_NAME_BYTES = 255;
/** An ending of up to this many bytes is kept when a name is shortened; a longer one is no file type. */
const MAX_EXTENSION_BYTES = 32;
/** Stands for what can't be kept. */
const REPLACEMENT = '_';

/** Printable ASCII without separators: what nearly every name is, and then only its ends matter. */
const PLAIN = /^[\x20-\x2e\x30-\x5b\x5d-\x7e]+$/;
/** Separators, controls, line separators, and the marks that turn the reading direction (`exe.gpj` shown for `jpg.exe`). */
const UNSAFE = /[/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** Windows drops these from the end of a name, so `a.` would be `a`, and `.` and `..` are folders everywhere. */
const TRAILING = /[. ]+$/;
/** Devices on Windows, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .]|$)/i;
/** A drive on Windows, which makes a path absolute. */
const DRIVE = /^([A-Za-z]):/;

/** Makes that name safe; an empty one becomes `_`. */
export function safeName(original: string): string {
  let name = PLAIN.test(original) ? original : original.toWellFormed().replace(UNSAFE, REPLACEMENT);
  name = name.replace(DRIVE, `$1${REPLACEMENT}`);
  if (TRAILING.test(name)) name = name.replace(TRAILING, '');
  if (RESERVED.test(name)) name = REPLACEMENT + name;
  return name === '' ? REPLACEMENT : shorten(name, '');
}

/** The name with a number before its extension: `a (2).txt`. Takes a safe name, and the result is one. */
export function numberedName(name: string, number: number): string {
  return shorten(name, ` (${number})`);
}

/** Two names with the same key may be one file: letters differ in case, in how accents are written, or invisibly. */
export function collisionKey(name: string): string {
  if (PLAIN.test(name)) return name.toUpperCase();
  return name
    .normalize('NFD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .normalize('NFD');
}

/** Puts `suffix` before the extension and cuts the stem until all fits. */
function shorten(name: string, suffix: string): string {
  if (suffix === '' && Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES;
  const extension = hasExtension ? name.slice(dot) : '';
  const stem = hasExtension ? name.slice(0, dot) : name;
  const room = MAX_NAME_BYTES - Buffer.byteLength(extension) - Buffer.byteLength(suffix);
  const cut = cutToBytes(stem, room);
  // A cut may bare a dot or space; with nothing after it, it would stand at the end.
  return (suffix === '' && extension === '' ? cut.replace(TRAILING, '') || REPLACEMENT : cut) + suffix + extension;
}

/** The longest beginning of whole characters within `maxBytes`. */
function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = maxBytes;
  // 10xxxxxx continues a character.
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
