import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import type { Receiver, Transport } from './net/transport.ts';
import { Overlay } from './overlay.ts';
import type { Message } from './protocol/message.ts';
import { decodeMessage, encodeMessage } from './protocol/message-codec.ts';
import { encodeRumour, type MemberRumour } from './protocol/rumour.ts';

const SELF = { host: '10.0.0.1', port: 6000 };
const OTHER = { host: '10.0.0.2', port: 6000 };
const OTHER_ID = '22'.repeat(8);

/** A member that is alone, the words it sends, and its id. */
function lonely() {
  const sent: Message[] = [];
  let receiver: Receiver | undefined;
  const transport: Transport = {
    port: SELF.port,
    receive: (given) => {
      receiver = given;
    },
    send: (payload) => void sent.push(decodeMessage(payload)),
    ask() {},
    resolve: (host, done) => done([host]),
    close: async () => {},
  };
  const clock = new FakeClock();
  const world = { clock, random: seededRandom(1), logger: silentLogger };
  const overlay = new Overlay({ ...world, transport, bootstraps: [], hostname: SELF.host });
  overlay.start();
  const id = Buffer.from(seededRandom(1).bytes(8)).toString('hex');
  const hear = (payload: Uint8Array): void => receiver!.datagram(payload, OTHER);
  return { sent, hear, id, clock };
}

test('who holds us for suspect is told better in the answer, also long after others were', () => {
  const { sent, hear, id, clock } = lonely();
  const incarnation = clock.wallTime();
  const self: MemberRumour = {
    ...{ kind: 'member', id: OTHER_ID, state: 'alive', incarnation, provides: false, address: OTHER },
  };
  const ping = (sequence: number) => encodeMessage(OTHER_ID, id, { type: 'ping', sequence, isNeighbour: false, self });
  const accusation: MemberRumour = { ...self, id, state: 'suspect', address: SELF, suspectedBy: OTHER_ID };
  const accused = (sequence: number): Message => {
    hear(Buffer.concat([ping(sequence), encodeRumour(accusation)]));
    return sent.findLast(({ body }) => body.type === 'ack' && body.sequence === sequence)!;
  };
  const refutes = ({ rumours }: Message) =>
    rumours.some(
      (one) => one.kind === 'member' && one.id === id && one.state === 'alive' && one.incarnation > incarnation,
    );
  assert.ok(refutes(accused(1)));
  // By now everybody was told as often as it is worth.
  clock.advance(60_000);
  assert.ok(refutes(accused(2)), 'it missed what was told then');
  hear(ping(3));
  assert.ok(!refutes(sent.at(-1)!), 'nobody else is told');
});
