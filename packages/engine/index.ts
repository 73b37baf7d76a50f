export { type KnownPeer, KnownPeers, type PeerOrigin } from './discovery/known-peers.ts';
export type { PeerSource, SwarmView } from './discovery/peer-source.ts';
export { createTcpTransport } from './net/tcp.ts';
export type { Connection, ConnectionHandlers, Listener, Transport } from './net/transport.ts';
export type { Peer } from './peer/peer.ts';
export { Session, type SessionOptions } from './session.ts';
export { type BlockView, type PieceStore, type PieceVerdict, StorageError } from './storage/piece-store.ts';
export { Torrent, type TorrentOptions } from './torrent.ts';
export type { TorrentSnapshot } from './torrent-snapshot.ts';
