// What the client is told of the overlay: only where its sources name it, else it would refuse to start. Pure.

import type { InstanceSpec } from './driver.ts';

/** @param port on which it listens, inside; 0 for any */
export function overlayArguments({ discoveryMode, bootstrap }: InstanceSpec, port: number): string[] {
  if (!discoveryMode.split(',').includes('overlay')) return [];
  return [`--overlay-port=${port}`, ...(bootstrap === null ? [] : [`--bootstrap=${bootstrap}`])];
}
