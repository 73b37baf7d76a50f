export { formatAddress, type PeerAddress } from './peer-address.ts';
export { BLOCK_LENGTH, PieceGeometry } from './piece-geometry.ts';
