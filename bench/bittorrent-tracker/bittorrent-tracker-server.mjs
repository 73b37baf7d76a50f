// The tracker of the npm package bittorrent-tracker over HTTP, on loopback. Ends on SIGTERM.
//
// usage: bittorrent-tracker-server.mjs HOST PORT

import { registerHooks } from 'node:module';

// WebRTC is not spoken here, and its native part would be fetched from elsewhere than npm when it is installed.
const NO_WEBRTC = 'data:text/javascript,export const RTCPeerConnection=0,RTCSessionDescription=0,RTCIceCandidate=0';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'webrtc-polyfill' ? { url: NO_WEBRTC, shortCircuit: true } : next(specifier, context),
});
const { Server } = await import('bittorrent-tracker');

const [host, port] = process.argv.slice(2);
const server = new Server({ udp: false, http: true, ws: false, stats: false });
server.on('error', (error) => process.stderr.write(`${error.message}\n`));
server.on('warning', (error) => process.stderr.write(`${error.message}\n`));
server.listen(Number(port), host);
