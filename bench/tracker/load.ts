// Asks a tracker as fast as it answers, as 50,000 peers in 1,000 swarms, and tells how many answers came and what they cost it.
// Runs on a core of its own. Everything that it sends was made before: it does less for an answer than whoever answers.
//
// usage: load.ts udp|http HOST PORT PID SECONDS

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf } from '../process-meter.ts';
import { announceDatagram, announceRequest, CONNECT, infoHashOf, SWARMS } from './questions.ts';

const PEERS = 50_000;
/** Enough that whoever answers never waits, few enough that nothing is lost. */
const UDP_SOCKETS = 8;
const UDP_UNDER_WAY = 32;
const HTTP_CONNECTIONS = 64;
const WARM_UP_MS = 1_000;

const [kind, host, portText, pidText, secondsText] = process.argv.slice(2);
const port = Number(portText);
const pid = Number(pidText);
let answers = 0;
let asked = 0;

/** Every peer in its turn. */
const turn = (): number => asked++ % PEERS;

async function askOverUdp(): Promise<void> {
  const first = createSocket('udp4');
  first.connect(port, host);
  await once(first, 'connect');
  first.send(CONNECT);
  const [connected] = await once(first, 'message');
  first.close();
  const id = connected.subarray(8, 16);
  const questions = Array.from({ length: PEERS }, (_, peer) =>
    announceDatagram(id, infoHashOf(peer % SWARMS), peer, 50),
  );
  for (let at = 0; at < UDP_SOCKETS; at++) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 });
    socket.connect(port, host);
    await once(socket, 'connect');
    socket.on('message', () => {
      answers++;
      socket.send(questions[turn()]);
    });
    for (let count = 0; count < UDP_UNDER_WAY; count++) socket.send(questions[turn()]);
  }
}

async function askOverHttp(): Promise<void> {
  const questions = Array.from({ length: PEERS }, (_, peer) => announceRequest(infoHashOf(peer % SWARMS), peer, 50));
  for (let at = 0; at < HTTP_CONNECTIONS; at++) {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    // An answer here is shorter than what a socket takes at once: a chunk is an answer.
    socket.on('data', () => {
      answers++;
      socket.write(questions[turn()]);
    });
    socket.write(questions[turn()]);
  }
}

await (kind === 'udp' ? askOverUdp() : askOverHttp());
await sleep(WARM_UP_MS);
while (answers < PEERS) await sleep(10);
const before = { answers, cpu: await cpuSecondsOf(pid), own: process.cpuUsage(), at: performance.now() };
await sleep(Number(secondsText) * 1000);
const seconds = (performance.now() - before.at) / 1000;
const own = process.cpuUsage(before.own);
const figures = {
  answers: answers - before.answers,
  seconds,
  cpuSeconds: (await cpuSecondsOf(pid)) - before.cpu,
  loadCpuSeconds: (own.user + own.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit();
