// Which containers of the list are asked for, and in which order. Pure.

import type { ContainerView, QueryOf } from '@enjambre/contract';
import { inOrder } from './list-order.ts';

const SORTS = {
  created: ({ createdAt }: ContainerView) => createdAt,
  name: ({ name }: ContainerView) => name.toLowerCase(),
  progress: ({ status }: ContainerView) => status?.progress ?? 0,
  download: ({ status }: ContainerView) => status?.download_speed ?? 0,
  upload: ({ status }: ContainerView) => status?.upload_speed ?? 0,
  peers: ({ status }: ContainerView) => status?.connected_peers ?? 0,
};

/** @throws FleetError `invalid-request` */
export function selectContainers(
  views: readonly ContainerView[],
  { state, health, search = '', sort = 'created' }: QueryOf<'GET /api/v1/containers'>,
): ContainerView[] {
  const wanted = search.toLowerCase();
  const rows = views.filter((view) => {
    if (state !== undefined && view.state !== state) return false;
    if (health !== undefined && view.health !== health) return false;
    return [view.name, view.torrentName, view.infoHash].some((text) => text.toLowerCase().includes(wanted));
  });
  return inOrder(rows, sort, SORTS);
}
