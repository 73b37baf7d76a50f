// What the driver lets a person choose: networks and images belong to an engine, several hosts to one that has them.

import type { ContainerView, Image, Info } from '@enjambre/contract';

/** Which kinds of network a driver makes; none: it has no networks, nor images. */
const NETWORK_KINDS: Readonly<Record<string, readonly string[]>> = {
  docker: ['bridge'],
  'docker-swarm': ['overlay'],
};

export function networkKindsOf(info: Info | undefined): readonly string[] {
  return NETWORK_KINDS[info?.driver ?? ''] ?? [];
}

export function hasEngine(info: Info | undefined): boolean {
  return networkKindsOf(info).length > 0;
}

/** Whether it spreads containers over several hosts, and updates their images one after the other. */
export function hasHosts(info: Info | undefined): boolean {
  return info?.driver === 'docker-swarm';
}

/** The names of the containers that were made from `image`; what names none was made from the first that is allowed. */
export function usersOf(image: Image, images: readonly Image[], containers: Iterable<ContainerView>): string[] {
  const names: string[] = [];
  for (const { name, config } of containers) {
    if ((config.imageName ?? images[0]?.name) === image.name) names.push(name);
  }
  return names.sort();
}
