// Announces as bytes, over UDP (BEP 15) and HTTP.

/** What a UDP tracker is asked first. */
export const CONNECT = Buffer.from('00000417271019800000000000000007', 'hex');

/** That are asked about. */
export const SWARMS = 1000;

export function infoHashOf(swarm: number): Buffer {
  const hash = Buffer.alloc(20, 0x5a);
  // Spread as hashes are: some tables go by the first bytes.
  hash.writeUInt32BE(Math.imul(swarm, 0x9e3779b1) >>> 0, 0);
  hash.writeUInt32BE(swarm, 4);
  return hash;
}

function peerIdOf(peer: number): Buffer {
  return Buffer.from(`-XX0001-${String(peer).padStart(12, '0')}`);
}

/** @param peer its number: a port, and beyond that an address that it says it has  @param id 8 bytes */
export function announceDatagram(id: Uint8Array, infoHash: Buffer, peer: number, numWant: number, ip = 0): Buffer {
  const message = Buffer.alloc(98);
  message.set(id, 0);
  message.writeUInt32BE(1, 8);
  message.writeUInt32BE(peer, 12);
  message.set(infoHash, 16);
  message.set(peerIdOf(peer), 36);
  message.writeUInt32BE(1_000_000, 68);
  message.writeUInt32BE(ip, 84);
  message.writeInt32BE(numWant, 92);
  message.writeUInt16BE(1 + (peer % 65_000), 96);
  return message;
}

export function announceRequest(infoHash: Buffer, peer: number, numWant: number): Buffer {
  const hash = infoHash.toString('hex').replace(/../g, '%$&');
  const query = `info_hash=${hash}&peer_id=${peerIdOf(peer)}&port=${1 + (peer % 65_000)}&uploaded=0&downloaded=0&left=1000000&numwant=${numWant}&compact=1&key=5a5a5a5a`;
  const headers =
    'Host: tracker:8080\r\nUser-Agent: qBittorrent/4.5.2\r\nAccept-Encoding: gzip\r\nConnection: keep-alive';
  return Buffer.from(`GET /announce?${query} HTTP/1.1\r\n${headers}\r\n\r\n`);
}
