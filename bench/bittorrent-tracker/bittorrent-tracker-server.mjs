// The tracker of the npm package bittorrent-tracker over HTTP, on loopback. Ends on SIGTERM.
//
// usage: bittorrent-tracker-server.mjs HOST PORT

import { Server } from 'bittorrent-tracker';

const [host, port] = process.argv.slice(2);
const server = new Server({ udp: false, http: true, ws: false, stats: false });
server.on('error', (error) => process.stderr.write(`${error.message}\n`));
server.on('warning', (error) => process.stderr.write(`${error.message}\n`));
server.listen(Number(port), host);
