// An instance with no wishes, for tests to start from.

import type { InstanceSpec } from './driver.ts';

export const plainSpec: InstanceSpec = {
  id: '0123456789ab',
  name: 'plain',
  torrentPath: '/none',
  folder: '/none',
  networkName: null,
  imageName: null,
  overlayPort: null,
  discoveryMode: 'tracker',
  bootstrap: null,
  downloadLimitBytesPerSecond: undefined,
  uploadLimitBytesPerSecond: undefined,
  peers: [],
  placement: null,
  keepsake: '',
};
