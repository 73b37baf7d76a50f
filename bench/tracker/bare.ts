// What nobody who runs Node can go above: sends back what comes by UDP, and answers a constant over HTTP.
//
// usage: bare.ts HOST PORT

import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [host, port] = process.argv.slice(2);
/** As long as an answer with 49 peers. */
const BODY = Buffer.alloc(400, 0x78);

const socket = createSocket('udp4');
socket.on('message', (message, from) => socket.send(message, from.port, from.address));
socket.bind(Number(port), host);
createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': BODY.length });
  response.end(BODY);
}).listen(Number(port), host);
