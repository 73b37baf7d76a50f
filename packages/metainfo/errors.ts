// What this package throws: always about bytes or text that a stranger wrote, never about a bug of ours.

export type BencodeErrorCode =
  | 'unexpected-end'
  | 'unexpected-byte'
  | 'bad-integer'
  | 'bad-length'
  | 'string-beyond-end'
  | 'key-not-string'
  | 'duplicate-key'
  | 'too-deep';

/** Bytes that are not bencode (BEP 3). `offset` is where, counted from the first byte decoded. */
export class BencodeError extends Error {
  readonly code: BencodeErrorCode;
  readonly offset: number;
  constructor(code: BencodeErrorCode, sentence: string, offset: number) {
    super(`${sentence} (byte ${offset})`);
    this.name = 'BencodeError';
    this.code = code;
    this.offset = offset;
  }
}

export type MetainfoErrorCode =
  | 'not-bencode'
  | 'not-a-torrent'
  | 'unsupported-version'
  | 'bad-name'
  | 'bad-piece-length'
  | 'bad-pieces'
  | 'bad-files'
  | 'bad-file-tree'
  | 'bad-piece-layers'
  | 'hybrid-mismatch';

/** Bencode that is not a .torrent that can be used. `offset` is the byte of the file where, when there is one. */
export class MetainfoError extends Error {
  readonly code: MetainfoErrorCode;
  readonly offset: number | undefined;
  constructor(code: MetainfoErrorCode, sentence: string, offset?: number, options?: ErrorOptions) {
    super(offset === undefined || options?.cause !== undefined ? sentence : `${sentence} (byte ${offset})`, options);
    this.name = 'MetainfoError';
    this.code = code;
    this.offset = offset;
  }
}

/** Text that is not a magnet link that can be used (BEP 9). `offset` is the character where, when there is one. */
export class MagnetLinkError extends Error {
  readonly code: 'not-a-magnet-link' | 'no-info-hash' | 'bad-info-hash';
  readonly offset: number | undefined;
  constructor(code: MagnetLinkError['code'], sentence: string, offset?: number) {
    super(offset === undefined ? sentence : `${sentence} (character ${offset})`);
    this.name = 'MagnetLinkError';
    this.code = code;
    this.offset = offset;
  }
}
