// What a container's client alone can tell or do: its torrent in detail, its sources of peers, its trackers. Handed on to
// the client's own API (docs/contract.md §6); what it answers is checked before it goes out.

import { conforms, SourceListSchema, TorrentDetailSchema, TrackerListSchema } from '@enjambre/contract';
import type Type from 'typebox';
import type { Endpoint } from '../drivers/driver.ts';
import { FleetError, invalidField } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import { type ClientCall, callClient } from '../net/control-caller.ts';
import type { Server } from './bare-server.ts';
import { serve } from './serve.ts';

/** The field of ours that a refusal of the client is about. */
type Field = 'name' | 'url' | 'id';

export function clientRoutes(server: Server, fleet: Fleet): void {
  /** @throws FleetError */
  const ask = async <Schema extends Type.TSchema>(
    { id, instance, field }: { readonly id: string; readonly instance: string | undefined; readonly field: Field },
    schema: Schema,
    { path, ...call }: ClientCall,
  ): Promise<Type.Static<Schema>> => {
    const container = fleet.containers.find(id);
    const endpoint = endpointOf(fleet, container.id, instance);
    const torrent = `/api/v1/torrents/${container.record.infoHash}`;
    const answer = await callClient(endpoint, { ...call, path: torrent + path });
    if (answer === undefined) throw silent(container.record.name);
    const { status, body } = answer;
    if (status >= 200 && status < 300 && conforms(schema, body)) return body;
    const { error } = (body ?? {}) as { error?: unknown };
    if (typeof error === 'string' && status === 400) {
      // The client names the field too where it has one.
      throw invalidField(field, error.startsWith(`${field}: `) ? error.slice(field.length + 2) : error);
    }
    // It is understood, and cannot be done now: the tracker is there already, was asked a moment ago.
    if (typeof error === 'string' && status < 500) throw new FleetError('wrong-state', error);
    throw silent(container.record.name);
  };

  serve(server, 'GET /api/v1/containers/:id/torrent', ({ params: { id }, query: { instance } }) =>
    ask({ id, instance, field: 'id' }, TorrentDetailSchema, { method: 'GET', path: '' }),
  );

  serve(server, 'POST /api/v1/containers/:id/sources/:name', ({ params: { id, name }, query: { instance }, body }) =>
    ask({ id, instance, field: 'name' }, SourceListSchema, {
      method: 'POST',
      path: `/sources/${encodeURIComponent(name)}`,
      body,
    }),
  );

  serve(server, 'POST /api/v1/containers/:id/trackers', ({ params: { id }, query: { instance }, body }) =>
    ask({ id, instance, field: 'url' }, TrackerListSchema, { method: 'POST', path: '/trackers', body }),
  );

  serve(server, 'DELETE /api/v1/containers/:id/trackers', ({ params: { id }, query: { instance, url } }) =>
    ask({ id, instance, field: 'url' }, TrackerListSchema, {
      method: 'DELETE',
      path: `/trackers?url=${encodeURIComponent(url)}`,
    }),
  );

  serve(server, 'POST /api/v1/containers/:id/reannounce', ({ params: { id }, query: { instance } }) =>
    ask({ id, instance, field: 'id' }, TrackerListSchema, { method: 'POST', path: '/reannounce' }),
  );
}

/** Where the client answers, of several the one that was named or the first. @throws FleetError `wrong-state` */
function endpointOf({ options: { driver } }: Fleet, id: string, instance: string | undefined): Endpoint {
  const replicas = driver.replication?.replicas(id) ?? [];
  const wanted = replicas.filter((replica) => instance === undefined || replica.id === instance);
  const endpoint =
    replicas.length === 0
      ? driver.get(id)?.endpoint
      : wanted.find((replica) => replica.endpoint !== undefined)?.endpoint;
  if (endpoint === undefined) throw new FleetError('wrong-state', 'It does not run, or its client is not known yet.');
  return endpoint;
}

function silent(name: string): FleetError {
  return new FleetError('client-unreachable', `The client of ${name} did not answer as it should.`);
}
