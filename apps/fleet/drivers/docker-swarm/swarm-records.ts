// What a manager of a Docker Swarm answers, as far as we read it. The library knows tasks and nodes by no type.

import type Docker from 'dockerode';

interface SwarmPort {
  readonly Protocol: 'tcp' | 'udp' | 'sctp';
  readonly TargetPort: number;
  readonly PublishedPort: number;
  readonly PublishMode: 'ingress' | 'host';
}

/** One attempt to run one instance: Swarm makes a new one for each. */
export interface SwarmTask {
  readonly ID: string;
  readonly ServiceID: string;
  /** 1, 2, … of replicas; not there for a global service. */
  readonly Slot?: number;
  readonly NodeID?: string;
  /** RFC 3339. */
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Spec: {
    readonly ContainerSpec?: { readonly Image?: string; readonly Labels?: Readonly<Record<string, string>> };
  };
  readonly Status: {
    readonly Timestamp: string;
    readonly State: string;
    readonly Message?: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly ExitCode?: number };
    readonly PortStatus?: { readonly Ports?: readonly SwarmPort[] };
  };
  readonly NetworksAttachments?: readonly {
    readonly Network: { readonly Spec: { readonly Name: string } };
    /** Each with the length of its prefix: `10.0.1.8/24`. */
    readonly Addresses?: readonly string[];
  }[];
}

export interface SwarmNode {
  readonly ID: string;
  readonly Spec: { readonly Labels?: Readonly<Record<string, string>>; readonly Availability?: string };
  readonly Description: {
    readonly Hostname: string;
    readonly Resources?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number };
  };
  readonly Status: { readonly State: string; readonly Message?: string; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Addr?: string };
}

export interface SwarmService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: Docker.ServiceSpec & { readonly TaskTemplate?: Docker.ContainerTaskSpec };
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string };
}

/** Everything of one fleet at one moment. */
export interface SwarmRecords {
  readonly services: readonly SwarmService[];
  readonly tasks: readonly SwarmTask[];
  readonly nodes: readonly SwarmNode[];
}
