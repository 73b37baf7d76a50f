// How a client runs in a container: everything that the engine is told, decided here. Pure.
// Invariant: a caller's wishes reach the command line, the network, the image and one folder; every right of the container
// is fixed.

import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import type { InstanceSpec } from '../driver.ts';
import {
  type ClientPolicy,
  CONTROL_PORT,
  clientCommand,
  DEFAULT_PIDS,
  DOWNLOADS,
  OVERLAY_PORT,
  STOP_GRACE_SECONDS,
  TOKEN_VARIABLE,
} from '../engine/client-command.ts';
import { FLEET_LABEL, ID_LABEL, KEEPSAKE_LABEL, PLAN_LABEL } from '../engine/labels.ts';

const TEMPORARY_FOLDER = 'rw,noexec,nosuid,nodev,size=16m';

/** What holds for every container of this backend. */
export interface ContainerPolicy extends ClientPolicy {
  /** Whether control ports are bound on this machine's loopback. */
  readonly publish: boolean;
}

/** Where its .torrent lies, inside. */
export function torrentPlaceOf(id: string): { folder: string; name: string } {
  return { folder: '/config', name: `${id}.torrent` };
}

/** @param token what its callers must know; the only thing that differs between two plans of one spec */
export function planContainer(
  spec: InstanceSpec,
  policy: ContainerPolicy,
  token: string,
): Docker.ContainerCreateOptions {
  const network = spec.networkName ?? policy.network;
  const ports = portsOf(spec, policy);
  const torrent = torrentPlaceOf(spec.id);
  const plan: Docker.ContainerCreateOptions = {
    name: spec.name,
    Image: spec.imageName ?? policy.image,
    User: policy.user,
    Cmd: clientCommand(spec, `${torrent.folder}/${torrent.name}`),
    ExposedPorts: Object.fromEntries([`${CONTROL_PORT}/tcp`, ...Object.keys(ports)].map((port) => [port, {}])),
    // The backend asks each client once a second; a process more for each would cost more than the client.
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    StopTimeout: STOP_GRACE_SECONDS,
    HostConfig: {
      ...rights,
      Mounts: [{ Type: 'bind', Source: spec.folder, Target: DOWNLOADS, ReadOnly: false }],
      NetworkMode: network,
      PortBindings: ports,
      PidsLimit: policy.pids ?? DEFAULT_PIDS,
      ...(policy.memoryBytes !== undefined && { Memory: policy.memoryBytes, MemorySwap: policy.memoryBytes }),
      ...(policy.cpus !== undefined && { NanoCpus: Math.round(policy.cpus * 1e9) }),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [spec.name] } } },
  };
  const digest = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
  return {
    ...plan,
    Env: [`${TOKEN_VARIABLE}=${token}`],
    Labels: {
      [FLEET_LABEL]: policy.fleet,
      [ID_LABEL]: spec.id,
      [KEEPSAKE_LABEL]: spec.keepsake,
      [PLAN_LABEL]: digest,
    },
  };
}

const rights = {
  Privileged: false,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  ReadonlyRootfs: true,
  Tmpfs: { '/tmp': TEMPORARY_FOLDER },
  AutoRemove: false,
  // Until it has shown that it can listen: what cannot is not to be tried for ever behind our back.
  RestartPolicy: { Name: 'no' },
  LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '3' } },
} as const satisfies Docker.HostConfig;

function portsOf({ overlayPort }: InstanceSpec, { publish }: ContainerPolicy): Docker.PortMap {
  const control = { [`${CONTROL_PORT}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] };
  const overlay = [{ HostIp: '0.0.0.0', HostPort: `${overlayPort}` }];
  return {
    ...(publish && control),
    ...(overlayPort !== null && { [`${OVERLAY_PORT}/tcp`]: overlay, [`${OVERLAY_PORT}/udp`]: overlay }),
  };
}
