// How a client runs as a service of a Docker Swarm: everything that Swarm is told, decided here. Pure.
// Invariant: a caller's wishes reach the command line, the network, the image, one folder or volume and the choice of hosts;
// every right of its containers is fixed.

import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { volumeIn } from '../../downloads/volume.ts';
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
import { planMode, planPlacement } from './swarm-placement.ts';

const SECOND_NS = 1_000_000_000;
/** Before Swarm starts one again that ended; time for us to see that it did. */
const RESTART_DELAY_SECONDS = 2;
/** An instance that ends so soon after its update stops the update, and none is gone on from before. */
export const UPDATE_MONITOR_SECONDS = 5;
/** Swarm goes on to the next instance by itself only then: the backend lets it, once the client answers (swarm-rollout.ts). */
const UPDATE_HOLD_SECONDS = 30 * 24 * 60 * 60;
const TEMPORARY_BYTES = 16 * 1024 * 1024;
const TEMPORARY_MODE = 0o1777;
const READABLE = 0o444;
const TORRENT_PATH = '/run/enjambre/content.torrent';

export interface SwarmPolicy extends ClientPolicy {
  /** Whether control ports are bound on the hosts. */
  readonly publish: boolean;
}

export interface SwarmPlanOptions {
  readonly spec: InstanceSpec;
  readonly policy: SwarmPolicy;
  /** What its callers must know. */
  readonly token: string;
  /** The config that holds its .torrent. */
  readonly torrent: { readonly id: string; readonly name: string };
  /** Of `placement.host`. */
  readonly hostId: string | undefined;
  /** One instance, where they are changed, and the next when the backend says so; else all at once. */
  readonly rolling: boolean;
}

/** Two plans of one spec have the same digest, whatever their token. */
export function planSwarm(options: SwarmPlanOptions): Docker.ServiceSpec {
  const { spec, policy, token, rolling } = options;
  const task = planTask(options);
  const rest = { Name: spec.name, Mode: planMode(spec.placement), EndpointSpec: planPorts(spec, policy) };
  const digest = createHash('sha256')
    .update(JSON.stringify([task, rest]))
    .digest('hex');
  const labels = { [FLEET_LABEL]: policy.fleet, [ID_LABEL]: spec.id };
  return {
    ...rest,
    Labels: { ...labels, [KEEPSAKE_LABEL]: spec.keepsake, [PLAN_LABEL]: digest },
    TaskTemplate: {
      ...task,
      ContainerSpec: {
        ...task.ContainerSpec,
        Env: [`${TOKEN_VARIABLE}=${token}`],
        // Its task tells by it whether it is of this plan or of one before.
        Labels: { ...labels, [PLAN_LABEL]: digest },
      },
    },
    UpdateConfig: planUpdate(rolling),
  };
}

/** @param rolling one, and no other before the backend says so; false: all at once, and nothing stops it */
export function planUpdate(rolling: boolean): Docker.UpdateConfig {
  return {
    Parallelism: rolling ? 1 : 0,
    Delay: rolling ? UPDATE_HOLD_SECONDS * SECOND_NS : 0,
    FailureAction: rolling ? 'pause' : 'continue',
    Monitor: UPDATE_MONITOR_SECONDS * SECOND_NS,
    Order: 'stop-first',
  };
}

function planTask({ spec, policy, torrent, hostId }: SwarmPlanOptions): Docker.ContainerTaskSpec {
  const volume = volumeIn(spec.folder);
  return {
    ContainerSpec: {
      ...rights,
      Image: spec.imageName ?? policy.image,
      User: policy.user,
      Args: clientCommand(spec, TORRENT_PATH),
      Mounts: [...planDownloads(spec, volume), temporary],
      Configs: [
        { ConfigID: torrent.id, ConfigName: torrent.name, File: { Name: TORRENT_PATH, ...owner, Mode: READABLE } },
      ],
    },
    Resources: {
      Limits: {
        Pids: policy.pids ?? DEFAULT_PIDS,
        ...(policy.memoryBytes !== undefined && { MemoryBytes: policy.memoryBytes }),
        ...(policy.cpus !== undefined && { NanoCPUs: Math.round(policy.cpus * SECOND_NS) }),
      },
    },
    RestartPolicy: { Condition: 'any', Delay: RESTART_DELAY_SECONDS * SECOND_NS },
    Placement: planPlacement(spec.placement, hostId, volume === undefined && spec.placement?.mode === 'replicas'),
    Networks: [{ Target: spec.networkName ?? policy.network }],
    LogDriver: { Name: 'json-file', Options: { 'max-size': '5m', 'max-file': '3' } },
  };
}

const owner = { UID: '0', GID: '0' };

const temporary: Docker.MountSettings = {
  Type: 'tmpfs',
  Source: '',
  Target: '/tmp',
  TmpfsOptions: { SizeBytes: TEMPORARY_BYTES, Mode: TEMPORARY_MODE },
};

const rights = {
  CapabilityDrop: ['ALL'],
  // Of Engine 25 and newer; older ones leave it out, and can be told for all containers (`no-new-privileges` of dockerd).
  Privileges: { NoNewPrivileges: true } as Docker.Privileges,
  ReadOnly: true,
  // A signal in the first moments is not lost: process 1 is one that is ready for it.
  Init: true,
  // The backend asks each client once a second; a process more for each would cost more than the client.
  HealthCheck: { Test: ['NONE'] },
  StopSignal: 'SIGTERM',
  StopGracePeriod: STOP_GRACE_SECONDS * SECOND_NS,
} satisfies Docker.ContainerSpec;

/** A volume of each host, of each replica its own; or a folder that is the same on every host where it may run. */
function planDownloads({ folder, placement }: InstanceSpec, volume: string | undefined): Docker.MountSettings[] {
  if (volume === undefined) return [{ Type: 'bind', Source: folder, Target: DOWNLOADS, ReadOnly: false }];
  const source = placement?.mode === 'replicas' ? `${volume}-{{.Task.Slot}}` : volume;
  return [{ Type: 'volume', Source: source, Target: DOWNLOADS, ReadOnly: false }];
}

/** No virtual address: names lead to the instances themselves, as peers find each other anyway. */
function planPorts({ overlayPort }: InstanceSpec, { publish }: SwarmPolicy): Docker.EndpointSpec {
  const bind = (target: number, protocol: 'tcp' | 'udp', port: number): Docker.PortConfig => ({
    Protocol: protocol,
    TargetPort: target,
    PublishedPort: port,
    PublishMode: 'host',
  });
  return {
    Mode: 'dnsrr',
    Ports: [
      // 0: each host takes one that is free there.
      ...(publish ? [bind(CONTROL_PORT, 'tcp', 0)] : []),
      ...(overlayPort === null ? [] : [bind(OVERLAY_PORT, 'tcp', overlayPort), bind(OVERLAY_PORT, 'udp', overlayPort)]),
    ],
  };
}
