// A container as the engine shows it, read as an instance. Pure.

import type Docker from 'dockerode';
import type { Instance, PortMapping } from '../driver.ts';
import { CONTROL_PORT, PEER_PORT, TOKEN_VARIABLE } from '../engine/client-command.ts';
import { ID_LABEL, PLAN_LABEL } from '../engine/labels.ts';

export interface InspectedContainer {
  /** The engine's id for it. */
  readonly dockerId: string;
  readonly id: string;
  readonly name: string;
  /** Undefined while it does not run. */
  readonly instance: Instance | undefined;
  /** When its last run began, in the engine's words: two runs have different ones. */
  readonly startedAt: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** The engine restarts it by itself: it has once listened. */
  readonly proven: boolean;
  readonly plan: string | undefined;
  /** The engine's ids of the networks that it is on; empty texts for those that it was never started on. */
  readonly networkIds: readonly string[];
  readonly token: string | undefined;
}

export interface Surroundings {
  /** Name of the engine's machine. */
  readonly host: string;
  /** Whether its control server is asked on its network, not on this machine's loopback. */
  readonly byNetwork: boolean;
}

export function readContainer(shown: Docker.ContainerInspectInfo, surroundings: Surroundings): InspectedContainer {
  const { State: state, Config: config, HostConfig: host } = shown;
  const prefix = `${TOKEN_VARIABLE}=`;
  const token = config.Env.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
  const id = config.Labels[ID_LABEL] ?? '';
  const name = shown.Name.replace(/^\//, '');
  const runs = state.Running && !state.Restarting;
  return {
    dockerId: shown.Id,
    id,
    name,
    instance: runs ? instanceOf(shown, { id, name, token, ...surroundings }) : undefined,
    startedAt: state.StartedAt,
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    proven: host.RestartPolicy?.Name === 'unless-stopped',
    plan: config.Labels[PLAN_LABEL],
    networkIds: Object.values(shown.NetworkSettings.Networks ?? {}).map(({ NetworkID }) => NetworkID),
    token,
  };
}

interface Known extends Surroundings {
  readonly id: string;
  readonly name: string;
  readonly token: string | undefined;
}

function instanceOf(shown: Docker.ContainerInspectInfo, { id, name, token, host, byNetwork }: Known): Instance {
  const { NetworkSettings: network } = shown;
  const published = network.Ports?.[`${CONTROL_PORT}/tcp`]?.[0];
  const address = Object.values(network.Networks ?? {}).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  const place = byNetwork
    ? address && { host: address, port: CONTROL_PORT }
    : published && { host: published.HostIp, port: Number(published.HostPort) };
  return {
    id,
    host,
    endpoint: place && token !== undefined ? { ...place, token } : undefined,
    peerAddress: `${name}:${PEER_PORT}`,
    ports: portsOf(network.Ports ?? {}),
    startedAt: Date.parse(shown.State.StartedAt),
  };
}

function portsOf(bound: Docker.ContainerInspectInfo['NetworkSettings']['Ports']): PortMapping[] {
  return Object.entries(bound).flatMap(([inside, outside]) => {
    const [port, type] = inside.split('/');
    if (type !== 'tcp' && type !== 'udp') return [];
    return (outside ?? []).map(({ HostIp, HostPort }) => ({
      privatePort: Number(port),
      publicPort: Number(HostPort),
      type,
      ip: HostIp,
    }));
  });
}
