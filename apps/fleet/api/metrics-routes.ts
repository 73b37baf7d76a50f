// /metrics, for Prometheus: the containers by state, and each one's figures under its name. As many series as containers.

import type { ContainerState, ContainerView, Health } from '@enjambre/contract';
import { type Metric, metricsAnswer, processMetrics } from '@enjambre/http';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { serveRaw } from './serve.ts';

const STATES: readonly ContainerState[] = ['created', 'running', 'restarting', 'exited', 'dead'];
const HEALTHS: readonly Health[] = ['starting', 'healthy', 'unreachable', 'none'];

export function metricsRoutes(server: Server, fleet: Fleet): void {
  const startedAtMs = fleet.options.clock.wallTime();
  serveRaw(server, 'GET /metrics', ({ reply }) => {
    const { headers, body } = metricsAnswer([...metricsOf(fleet.views()), ...processMetrics(startedAtMs)]);
    return reply.headers(headers).send(body);
  });
}

function metricsOf(views: readonly ContainerView[]): Metric[] {
  const told = views.filter(({ health, status }) => health === 'healthy' && status !== null);
  const each = (name: string, type: Metric['type'], help: string, pick: (view: ContainerView) => number): Metric => ({
    ...{ name: `enjambre_container_${name}`, type, help },
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
    each('download_bytes_per_second', 'gauge', 'Payload received a second.', ({ status }) => status!.download_speed),
    each('upload_bytes_per_second', 'gauge', 'Payload sent a second.', ({ status }) => status!.upload_speed),
    each('verified_bytes', 'gauge', 'Verified and on disk.', ({ status }) => status!.downloaded),
    each('size_bytes', 'gauge', 'Size of its torrent.', ({ totalSize }) => totalSize),
    each('connected_peers', 'gauge', 'Peers connected.', ({ status }) => status!.connected_peers),
    each('restarts_total', 'counter', 'How often it was started again after it ended.', ({ restarts }) => restarts),
  ];
}
