// A container as the backend would tell of it, for tests.

import type { ContainerView, Status } from '@enjambre/contract';

const MEBIBYTE = 1024 ** 2;

export function makeStatus(over: Partial<Status> = {}): Status {
  return {
    state: 'downloading',
    paused: false,
    progress: 25,
    downloaded: 16 * MEBIBYTE,
    total_size: 64 * MEBIBYTE,
    download_speed: MEBIBYTE,
    upload_speed: 0,
    connected_peers: 3,
    total_peers: 5,
    eta: '48s',
    ...over,
  };
}

/** @param number makes id and name its own */
export function makeContainer(number: number, over: Partial<ContainerView> = {}): ContainerView {
  return {
    id: number.toString(16).padStart(12, '0'),
    name: `container-${number}`,
    driver: 'process',
    state: 'running',
    wanted: 'running',
    health: 'healthy',
    reason: null,
    torrentName: `torrent-${number}`,
    infoHash: number.toString(16).padStart(40, 'a'),
    totalSize: 64 * MEBIBYTE,
    status: makeStatus(),
    statusAt: 1_000_000,
    createdAt: 900_000 + number,
    startedAt: 900_000,
    exitCode: null,
    restarts: 0,
    host: 'this-machine',
    instances: [],
    update: null,
    config: {
      torrentFile: `torrent-${number}.torrent`,
      folderPath: '/downloads',
      discoveryMode: 'tracker',
      networkName: null,
      imageName: null,
      port: null,
      bootstrap: null,
      downloadLimit: null,
      uploadLimit: null,
      peers: [],
    },
    ...over,
  };
}
