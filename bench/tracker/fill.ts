// Announces a million peers to a tracker over UDP, each from an address of its own as it says, and ends once they are all there.
//
// usage: fill.ts HOST PORT PEERS SWARMS

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { announceDatagram, CONNECT, infoHashOf } from './questions.ts';

const UNDER_WAY = 128;
const FIRST_ADDRESS = 0x0a00_0000;

const [host, portText, peersText, swarmsText] = process.argv.slice(2);
const peers = Number(peersText);
const swarms = Number(swarmsText);
const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 });
socket.connect(Number(portText), host);
await once(socket, 'connect');
socket.send(CONNECT);
const [connected] = await once(socket, 'message');
const id = connected.subarray(8, 16);

let asked = 0;
let answered = 0;
const ask = (): void => {
  if (asked >= peers) return;
  const peer = asked++;
  socket.send(announceDatagram(id, infoHashOf(peer % swarms), peer, 50, FIRST_ADDRESS + peer));
};
const { promise: full, resolve } = Promise.withResolvers<void>();
socket.on('message', () => {
  if (++answered === peers) resolve();
  ask();
});
for (let count = 0; count < UNDER_WAY; count++) ask();
await full;
socket.close();
