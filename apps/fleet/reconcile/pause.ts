// Pausing what a container runs, be it one client or several.

import type { Driver } from '../drivers/driver.ts';
import { setPaused } from '../net/control-caller.ts';

/** @returns whether every client that is known confirmed, and there is one */
export async function setAllPaused(driver: Driver, id: string, paused: boolean): Promise<boolean> {
  const replicas = driver.replication?.replicas(id) ?? [];
  const clients = replicas.length > 0 ? replicas : [driver.get(id)];
  const endpoints = clients.flatMap((client) => client?.endpoint ?? []);
  const confirmed = await Promise.all(endpoints.map((endpoint) => setPaused(endpoint, paused)));
  return confirmed.length > 0 && confirmed.every(Boolean);
}
