// One file as the engine takes files into containers and gives them out: a tar archive (POSIX.1-1988 ustar). Pure.

const BLOCK = 512;
/** Where its number stands in the header, and how many octal digits and blanks it has. */
const fields = { mode: [100, 8], uid: [108, 8], gid: [116, 8], size: [124, 12], mtime: [136, 12] } as const;
const TYPE = 156;
const CHECKSUM = { offset: 148, length: 8 };
const READABLE = 0o444;
/** Beyond seven octal digits, which is what the header has room for. */
const MAX_ID = 0o7777777;

/** @param name at most 100 bytes @param owner where it does not fit the header, it belongs to root and is readable */
export function packFile(name: string, bytes: Uint8Array, owner: { uid: number; gid: number }): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  const fits = owner.uid <= MAX_ID && owner.gid <= MAX_ID;
  const { uid, gid } = fits ? owner : { uid: 0, gid: 0 };
  for (const [field, value] of Object.entries({ mode: READABLE, uid, gid, size: bytes.length, mtime: 0 })) {
    const [offset, length] = fields[field as keyof typeof fields];
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset);
  }
  header.write('0', TYPE);
  header.write('ustar\x0000', 257);
  // The sum is taken as if its own field were blank.
  header.fill(' ', CHECKSUM.offset, CHECKSUM.offset + CHECKSUM.length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM.offset);
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, bytes, padding, Buffer.alloc(2 * BLOCK)]);
}

/** The first file of an archive; undefined when there is none. */
export function unpackFile(archive: Buffer): Buffer | undefined {
  const [offset, length] = fields.size;
  for (let start = 0; start + BLOCK <= archive.length; ) {
    const header = archive.subarray(start, start + BLOCK);
    const size = Number.parseInt(header.toString('latin1', offset, offset + length), 8) || 0;
    const content = archive.subarray(start + BLOCK, start + BLOCK + size);
    // Others are notes about the file that follows.
    if (['0', '\0'].includes(header.toString('latin1', TYPE, TYPE + 1)) && header[0] !== 0) {
      return content.length === size ? content : undefined;
    }
    start += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
