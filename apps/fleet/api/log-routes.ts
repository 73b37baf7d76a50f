// What clients say: the end of a log, or the end and everything after it.

import type { LogLine } from '@enjambre/contract';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { LogLine as LoggedLine } from '../drivers/driver.ts';
import { FleetError, invalidField } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { serve } from './serve.ts';

const DEFAULT_TAIL = 100;
const MAX_TAIL = 10_000;
/** A reader that does not read must not fill our memory. */
const MAX_BACKLOG = 4 * 1024 * 1024;
/** "Try again later" (RFC 6455 §7.4.1): it may come back and gets the end of the log again. */
const TOO_SLOW = 1013;

const ById = Type.Object({ id: Type.String() });

export function logRoutes(server: Server, fleet: Fleet): void {
  const { driver } = fleet.options;

  serve(server, 'GET /api/containers/:id/logs', async ({ params, query }) => {
    const lines = await driver.tailLog(fleet.containers.find(params.id).id, readTail(query.tail));
    return { logs: lines.map((line) => `${plainText(line)}\n`).join('') };
  });

  serve(server, 'GET /api/v1/containers/:id/log', async ({ params, query }) => {
    const lines = await driver.tailLog(fleet.containers.find(params.id).id, readTail(query.tail));
    return { lines: lines.map(viewOf) };
  });

  // Refused before the connection becomes a WebSocket, so that the caller gets a proper 404.
  const preHandler = async (request: FastifyRequest) => {
    fleet.containers.find((request.params as { id: string }).id);
  };
  server.route({
    method: 'GET',
    url: '/ws/logs/:id',
    schema: { params: ById },
    preHandler,
    handler: () => {
      throw new FleetError('invalid-request', 'This is a WebSocket; as text a log is at /api/containers/:id/logs.');
    },
    wsHandler: async (socket, { params }) => {
      const { id } = fleet.containers.find((params as { id: string }).id);
      const stop = await driver.followLog(id, DEFAULT_TAIL, (line) => {
        if (socket.bufferedAmount > MAX_BACKLOG) socket.close(TOO_SLOW);
        else socket.send(plainText(line));
      });
      if (socket.readyState === socket.CLOSED) stop();
      socket.on('close', stop);
    },
  });
}

function readTail(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_TAIL;
  if (text === 'all') return MAX_TAIL;
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count)) throw invalidField('tail', 'must be a number of lines');
  return Math.min(count, MAX_TAIL);
}

/** In front of what one of several instances wrote stands which one: `2@host | …`, or `host | …` where a host has one. */
function plainText({ text, writer }: LoggedLine): string {
  if (writer === undefined) return text;
  const { instance, host } = writer;
  return `${instance !== undefined && /^[0-9]+$/.test(instance) ? `${instance}@` : ''}${host} | ${text}`;
}

function viewOf({ text, writer }: LoggedLine): LogLine {
  const { instance, host } = writer ?? {};
  return { at: timeOf(text), text, ...(instance !== undefined && { instance }), ...(host !== undefined && { host }) };
}

/** When a line was written, where it tells. */
function timeOf(line: string): number | null {
  const time = /^\{"time":"([^"]+)"/.exec(line)?.[1];
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : at;
}
