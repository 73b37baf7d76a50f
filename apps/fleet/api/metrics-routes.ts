// /metrics, for Prometheus: the containers by state, and each one's figures under its name. As many series as containers.

import { type ContainerState, type ContainerView, type Health, sizeOf } from '@enjambre/contract';
import { type Metric, metricsAnswer, processMetrics, single } from '@enjambre/http';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { serveRaw } from './serve.ts';

const STATES: readonly ContainerState[] = ['created', 'running', 'restarting', 'exited', 'dead'];
const HEALTHS: readonly Health[] = ['starting', 'healthy', 'unreachable', 'none'];

export function metricsRoutes(server: Server, fleet: Fleet): void {
  const startedAtMs = fleet.options.clock.wallTime();
  serveRaw(server, 'GET /metrics', ({ reply }) => {
    const isUp = fleet.options.driver.unreachable === undefined;
    const { headers, body } = metricsAnswer([
      single('enjambre_driver_up', 'gauge', 'Whether what runs the clients (the Docker engine) answers.', Number(isUp)),
      ...metricsOf(fleet.views()),
      ...processMetrics(startedAtMs),
    ]);
    return reply.headers(headers).send(body);
  });
}

function metricsOf(views: readonly ContainerView[]): Metric[] {
  const told = views.filter(({ health, status }) => health === 'healthy' && status !== null);
  const each = (name: string, help: string, pick: (view: ContainerView) => number): Metric => ({
    ...{ name: `enjambre_container_${name}`, type: 'gauge', help },
    samples: told.map((view) => ({ labels: { name: view.name }, value: pick(view) })),
  });
  const by = <Word extends string>(
    label: string,
    words: readonly Word[],
    of: (view: ContainerView) => Word,
  ): Metric => ({
    ...{ name: `enjambre_containers_by_${label}`, type: 'gauge', help: `Containers by ${label}.` },
    samples: words.map((word) => ({
      labels: { [label]: word },
      value: views.filter((view) => of(view) === word).length,
    })),
  });
  return [
    by('state', STATES, ({ state }) => state),
    by('health', HEALTHS, ({ health }) => health),
    each('download_bytes_per_second', 'Payload received a second.', ({ status }) => status!.download_speed),
    each('upload_bytes_per_second', 'Payload sent a second.', ({ status }) => status!.upload_speed),
    each('verified_bytes', 'Verified and on disk.', ({ status }) => status!.downloaded),
    each('size_bytes', 'Size of its torrent, of several instances for each.', sizeOf),
    each('connected_peers', 'Peers connected.', ({ status }) => status!.connected_peers),
    {
      name: 'enjambre_container_restarts_total',
      type: 'counter',
      help: 'How often it was started again after it ended.',
      // Of all: what is started again and again is hardly ever well.
      samples: views.map(({ name, restarts }) => ({ labels: { name }, value: restarts })),
    },
  ];
}
