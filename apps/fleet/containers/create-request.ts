// What a caller asks for when a container is created, checked field by field. Pure.

import type { CreateContainer, Placement } from '@enjambre/contract';
import { isIpLiteral } from '@enjambre/http';
import { invalidField } from '../errors.ts';
import { readPlacement } from './placement-request.ts';

export interface ContainerRequest {
  readonly name: string;
  readonly torrentFile: string;
  /** Undefined for the default: its name, below the root. */
  readonly folderPath: string | undefined;
  readonly discoveryMode: string;
  readonly networkName: string | null;
  readonly imageName: string | null;
  /** Of the overlay. */
  readonly port: number | null;
  readonly bootstrap: string | null;
  /** Bytes a second. */
  readonly downloadLimit: number | null;
  readonly uploadLimit: number | null;
  readonly peers: readonly string[];
  /** Null for one instance, anywhere. */
  readonly placement: Placement | null;
  /** Sentences about what was asked for and means nothing, whatever the driver. */
  readonly warnings: readonly string[];
}

/** Docker's rule, so that any container can be run by Docker too. */
export const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const MAX_PORT = 65535;
const knownSources = ['tracker', 'overlay'];
const plannedSources = ['dht', 'pex', 'lsd'];

/** @throws FleetError `invalid-request` that names the field */
export function readCreateRequest(body: CreateContainer): ContainerRequest {
  const name = body.containerName ?? body.name;
  const field = body.containerName === undefined && body.name !== undefined ? 'name' : 'containerName';
  if (name === undefined) throw invalidField('containerName', 'is missing');
  if (body.containerName !== undefined && body.name !== undefined && body.containerName !== body.name) {
    throw invalidField('name', 'differs from containerName');
  }
  if (!CONTAINER_NAME.test(name)) {
    throw invalidField(
      field,
      'must begin with a letter or digit; then letters, digits, dots, dashes and underscores, 63 characters at most',
    );
  }
  const port = body.port === undefined ? null : readPort(body.port);
  const { networkName = null, imageName = null, bootstrap = null } = body;
  const discoveryMode = readDiscoveryMode(body.discoveryMode ?? 'tracker');
  const hasOverlay = discoveryMode.split(',').includes('overlay');
  for (const peer of body.peers ?? []) checkPeer(peer, 'peers');
  for (const member of bootstrap?.split(',') ?? []) checkPeer(member, 'bootstrap');
  return {
    name,
    torrentFile: body.torrentFile,
    folderPath: body.folderPath,
    discoveryMode,
    networkName,
    imageName,
    port,
    bootstrap,
    downloadLimit: body.downloadLimit ?? null,
    uploadLimit: body.uploadLimit ?? null,
    peers: body.peers ?? [],
    placement: body.placement === undefined ? null : readPlacement(body.placement),
    warnings: [
      ...(port === null || hasOverlay ? [] : ['port is for the overlay, which discoveryMode does not name']),
      ...(bootstrap === null || hasOverlay ? [] : ['bootstrap is for the overlay, which discoveryMode does not name']),
    ],
  };
}

function readPort(value: string | number): number {
  const port = typeof value === 'number' || /^[0-9]{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port >= 1 && port <= MAX_PORT)) throw invalidField('port', 'must be a number from 1 to 65535');
  return port;
}

/** In the client's own words: it would refuse the same. */
function readDiscoveryMode(text: string): string {
  const sources = text.split(',').map((word) => word.trim());
  for (const source of sources) {
    if (plannedSources.includes(source)) {
      throw invalidField('discoveryMode', `${source} does not exist yet; ${knownSources.join(' and ')} do`);
    }
    if (!knownSources.includes(source)) {
      throw invalidField(
        'discoveryMode',
        `unknown source ${JSON.stringify(source)}; there are ${knownSources.join(', ')}`,
      );
    }
  }
  return [...new Set(sources)].join(',');
}

function checkPeer(peer: string, field: string): void {
  const match = /^(\[.+\]|[^:,]+):([0-9]{1,5})$/.exec(peer);
  const port = Number(match?.[2]);
  const host = match?.[1] ?? '';
  const isHost = isIpLiteral(host.replace(/^\[(.*)\]$/, '$1')) || /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(host);
  if (!isHost || !(port >= 1 && port <= MAX_PORT)) throw invalidField(field, 'each is HOST:PORT or [IPV6]:PORT');
}
