// Run by tracker-reach.test.ts in a network of its own: real HTTP and UDP servers at a public, a private and a loopback
// address, real sockets, and what came of each announce. One JSON line: by the name of the case, the outcome and who was
// reached (`ADDRESS PATH` each).
//
//   node tests/interop/tracker-reach.ts HOSTS_FILE

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { encodeBencode } from '@enjambre/metainfo';
import { systemClock, systemRandom } from '@enjambre/runtime';
import { createHttpCaller, createHttpGet, createUdpCaller, createUdpNetwork, isTrackerError } from '@enjambre/tracker';

export interface Reached {
  readonly outcome: string;
  readonly hits: readonly string[];
}

/** Of both protocols, at every address. */
const PORT = 8000;
/** Where only the private address listens. */
const INSIDE_PORT = 8001;
const HOSTS = ['203.0.113.1', '10.9.8.7', '127.0.0.1', '2001:db8::1'];
const QUESTION = {
  ...{ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2), port: 6881, key: '01020304' },
  ...{ uploadedBytes: 0, downloadedBytes: 0, leftBytes: 1, event: undefined, numWant: 50, trackerId: undefined },
  announcedHosts: { v4: '203.0.113.9', v6: '2001:db8::9' },
};

const [namesFile] = process.argv.slice(2);
const hits: string[] = [];
const { signal } = new AbortController();
const network = createUdpNetwork();
const callers = {
  'http:': createHttpCaller(createHttpGet(), systemClock),
  'udp:': createUdpCaller({ network, clock: systemClock, random: systemRandom }),
};

/** A query `to=URL` sends there, whatever the path. */
async function listenHttp(host: string, port: number): Promise<void> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const ip = searchParams.get('ip');
    hits.push(`${host} ${pathname}${ip === null ? '' : ` ip=${ip}`}`);
    const to = searchParams.get('to');
    if (to !== null) response.writeHead(302, { Location: to }).end();
    else if (pathname.endsWith('/scrape')) response.end(encodeBencode({ files: {} }));
    else response.end(encodeBencode({ interval: 60, peers: new Uint8Array(0) }));
  });
  server.listen(port, host);
  await once(server, 'listening');
}

async function listenUdp(host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  socket.on('message', (message, from) => {
    hits.push(`${host} udp`);
    const answer = Buffer.alloc(message.readUInt32BE(8) === 0 ? 16 : 20);
    message.copy(answer, 0, 8, 16);
    socket.send(answer, from.port, from.address);
  });
}

async function outcomeOf(url: string): Promise<Reached> {
  hits.length = 0;
  const target = new URL(url);
  const caller = callers[target.protocol as keyof typeof callers];
  const answer = await caller.announce(target, QUESTION, signal);
  return { outcome: isTrackerError(answer) ? answer.code : 'answered', hits: [...new Set(hits)].sort() };
}

function name(...lines: string[]): void {
  writeFileSync(namesFile, `${lines.join('\n')}\n`);
}

for (const host of HOSTS) {
  await listenHttp(host, PORT);
  await listenUdp(host, PORT);
}
await listenHttp('10.9.8.7', INSIDE_PORT);
await listenUdp('10.9.8.7', INSIDE_PORT);

const found: Record<string, Reached> = {};
const inside = encodeURIComponent(`http://10.9.8.7:${PORT}/announce`);
const self = encodeURIComponent(`http://127.0.0.1:${PORT}/announce`);
const named = encodeURIComponent(`http://inside.example:${PORT}/announce`);
const outside = encodeURIComponent(`http://203.0.113.1:${PORT}/elsewhere`);
const admin = encodeURIComponent(`http://127.0.0.1:${PORT}/admin`);
name('10.9.8.7 inside.example', '203.0.113.1 mixed.example', '10.9.8.7 mixed.example');
const cases: Record<string, string> = {
  'http public any path': `http://203.0.113.1:${PORT}/x.php`,
  'http private announce': `http://10.9.8.7:${PORT}/announce`,
  'http private other': `http://10.9.8.7:${PORT}/admin`,
  'http private by another spelling': `http://[::ffff:10.9.8.7]:${PORT}/admin`,
  'http loopback as a number': `http://2130706433:${PORT}/admin`,
  'http name of a private address': `http://inside.example:${PORT}/admin`,
  'http name of both': `http://mixed.example:${PORT}/x`,
  'http name of both, only the private one listens': `http://mixed.example:${INSIDE_PORT}/x`,
  'http public redirects inside': `http://203.0.113.1:${PORT}/x?to=${inside}`,
  'http public redirects to loopback': `http://203.0.113.1:${PORT}/x?to=${self}`,
  'http public redirects to a name': `http://203.0.113.1:${PORT}/x?to=${named}`,
  'http private redirects to admin': `http://10.9.8.7:${PORT}/announce?to=${admin}`,
  'http private redirects outside': `http://10.9.8.7:${PORT}/announce?to=${outside}`,
  'udp public any path': `udp://203.0.113.1:${PORT}`,
  'udp private announce': `udp://10.9.8.7:${PORT}/announce`,
  'udp private other': `udp://10.9.8.7:${PORT}/x`,
  'udp loopback as a number': `udp://2130706433:${PORT}`,
  'udp name of a private address': `udp://inside.example:${PORT}`,
  'udp name of both': `udp://mixed.example:${PORT}`,
  'udp name of both, only the private one listens': `udp://mixed.example:${INSIDE_PORT}`,
};
for (const [title, url] of Object.entries(cases)) found[title] = await outcomeOf(url);

// A name that meant a public address and then means a private one.
for (const protocol of ['http', 'udp']) {
  const url = `${protocol}://turning.example:${PORT}/x`;
  name('203.0.113.1 turning.example');
  found[`${protocol} before the name turns`] = await outcomeOf(url);
  name('10.9.8.7 turning.example');
  found[`${protocol} after the name turned`] = await outcomeOf(url);
}

name('203.0.113.1 dual.example', '2001:db8::1 dual.example');
found['http both families'] = await outcomeOf(`http://dual.example:${PORT}/announce`);
found['udp both families'] = await outcomeOf(`udp://dual.example:${PORT}/announce`);

hits.length = 0;
const counts = await callers['http:'].scrape(new URL(`http://10.9.8.7:${PORT}/announce`), [QUESTION.infoHash], signal);
found['scrape of a private tracker'] = { outcome: isTrackerError(counts) ? counts.code : 'answered', hits: [...hits] };

process.stdout.write(`${JSON.stringify(found)}\n`);
process.exit(0);
