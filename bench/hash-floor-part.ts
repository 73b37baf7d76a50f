// What one thread of the hashing floor is given: bytes of a file from `from` to `to`.

export interface FloorPart {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly pieceLength: number;
}
