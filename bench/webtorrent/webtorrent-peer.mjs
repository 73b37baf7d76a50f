// One torrent in one WebTorrent; says what happens as JSON lines: listening (port), complete. Ends on SIGTERM. Loopback
// only: no DHT, no local discovery, no port mapping, no peer exchange, and it listens where it is told.
//
// usage: webtorrent-peer.mjs TORRENT FOLDER OWN-HOST [PEER-HOST:PORT ...]

import { registerHooks } from 'node:module';
import net from 'node:net';

// WebRTC is not spoken here, and its native part would be fetched from elsewhere than npm when it is installed.
const NO_WEBRTC = 'data:text/javascript,export const RTCPeerConnection=0,RTCSessionDescription=0,RTCIceCandidate=0';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'webrtc-polyfill' ? { url: NO_WEBRTC, shortCircuit: true } : next(specifier, context),
});
const { default: WebTorrent } = await import('webtorrent');

const [torrentFile, folder, host, ...peers] = process.argv.slice(2);

const say = (event, details) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);

// It knows no option for the address: its server asks for a port alone.
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port, done) {
  return listen.call(this, port, host, done);
};

// `secure: 0`: plain TCP, what the other side speaks.
const client = new WebTorrent({
  ...{ dht: false, lsd: false, utPex: false, natUpnp: false, natPmp: false, utp: false, tracker: false, secure: 0 },
});
client.on('error', (error) => say('error', { message: error.message }));
client.on('listening', () => {
  // A file that was found complete is checked first, and then it is done, too.
  const torrent = client.add(torrentFile, { path: folder });
  torrent.on('infoHash', () => say('listening', { port: client.torrentPort }));
  torrent.on('done', () => say('complete'));
  torrent.on('ready', () => {
    for (const peer of peers) torrent.addPeer(peer);
  });
});
process.once('SIGTERM', () => process.exit(0));
