export { type AddressScope, addressScope } from './address-scope.ts';
export { type DecodeOptions, decodeBencode } from './bencode-decoder.ts';
export { BencodeDictionary, type BencodeValue } from './bencode-dictionary.ts';
export { type BencodeInput, encodeBencode } from './bencode-encoder.ts';
export { decodeCompactPeers4, decodeCompactPeers6, encodeCompactPeers } from './compact-peers.ts';
export {
  BencodeError,
  type BencodeErrorCode,
  MagnetLinkError,
  MetainfoError,
  type MetainfoErrorCode,
} from './errors.ts';
export { formatInfoHash, INFO_HASH_V1_LENGTH, INFO_HASH_V2_LENGTH, parseInfoHash } from './info-hash.ts';
export { canonicalIpAddress, formatIpAddress, parseIpAddress } from './ip-address.ts';
export { type MagnetLink, parseMagnetLink } from './magnet-link.ts';
export { type ClaimingTorrent, PathClaims, rootKey } from './path-claims.ts';
export { formatAddress, type PeerAddress } from './peer-address.ts';
export { clientName, makePeerId, PEER_ID_LENGTH, PEER_ID_RANDOM_LENGTH } from './peer-id.ts';
export { BLOCK_LENGTH, PieceGeometry } from './piece-geometry.ts';
export { SafePaths, STATE_FOLDER } from './safe-path.ts';
export { parseTorrentFile, type TorrentFile, type TorrentFileEntry } from './torrent-file.ts';
