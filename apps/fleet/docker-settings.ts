// What the backend is told of Docker: how it reaches the engine, and what clients in containers may be and use.

import { type Flag, type Settings, valuesOf } from '@enjambre/runtime';

export interface DockerSettings {
  /** As DOCKER_HOST has it; undefined: what that says, or the usual socket. */
  readonly host: string | undefined;
  /** The name under which this backend's containers are known again. */
  readonly fleet: string;
  readonly image: string;
  /** Besides that one. */
  readonly allowedImages: readonly string[];
  readonly network: string;
  /** `uid:gid`; undefined: our own, or 1000:1000 when that is root. */
  readonly user: string | undefined;
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  readonly pids: number | undefined;
}

const MAX_ID = 2 ** 32 - 2;
const LEAST_MEMORY = 64 * 1024 * 1024;
const MAX_CPUS = 1024;
const MAX_PIDS = 100_000;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

export const dockerFlags: readonly Flag[] = [
  { name: 'docker-host', value: 'URL', help: 'the engine: unix:///PATH or tcp://HOST:PORT; default: DOCKER_HOST' },
  { name: 'fleet', value: 'NAME', default: 'enjambre', help: 'by which a backend knows its containers; one each' },
  { name: 'image', value: 'IMAGE', default: 'enjambre:latest', help: 'what containers are made from' },
  { name: 'allowed-images', value: 'LIST', separator: ',', help: 'further images that callers may ask for' },
  { name: 'network', value: 'NAME', default: 'enjambre', help: "the containers' network; made when it is missing" },
  {
    name: 'client-user',
    value: 'UID:GID',
    help: 'whom clients run as; default: as the backend, or 1000:1000 for root',
  },
  { name: 'client-memory', value: 'BYTES', help: 'the most that a container may use; with k, M, G; default: no limit' },
  { name: 'client-cpus', value: 'NUMBER', help: 'how many cores a container may use, as 0.5; default: no limit' },
  { name: 'client-pids', value: 'NUMBER', default: '256', help: 'how many threads a container may have' },
];

/** @throws UsageError that names the flag */
export function makeDockerSettings(settings: Settings): DockerSettings {
  const one = <T>(name: string, read: (text: string) => T): T | undefined => valuesOf(settings, name, read).at(-1);
  return {
    host: one('docker-host', readHost),
    fleet: one('fleet', readName)!,
    image: one('image', readImage)!,
    allowedImages: valuesOf(settings, 'allowed-images', readImage),
    network: one('network', readName)!,
    user: one('client-user', readUser),
    memoryBytes: one('client-memory', readMemory),
    cpus: one('client-cpus', readCpus),
    pids: one('client-pids', readPids),
  };
}

function readHost(text: string): string {
  if (/^(unix:\/\/\/|(tcp|http|https|ssh):\/\/[^/]+)/.test(text)) return text;
  throw new Error('an engine is unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST');
}

function readName(text: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/.test(text)) return text;
  throw new Error('a name begins with a letter or digit; then letters, digits, dots, dashes, underscores');
}

/** As far as to keep out what is none: the engine knows the rest. */
function readImage(text: string): string {
  if (/^[a-z0-9][a-z0-9._/:@-]{0,254}$/i.test(text)) return text;
  throw new Error('an image is NAME, NAME:TAG or HOST:PORT/NAME:TAG');
}

function readUser(text: string): string {
  const ids = /^([0-9]{1,10}):([0-9]{1,10})$/.exec(text)?.slice(1).map(Number);
  if (ids?.every((id) => id <= MAX_ID)) return text;
  throw new Error('a user is UID:GID, two numbers');
}

function readMemory(text: string): number {
  const [, digits, unit] = /^([0-9]{1,15})([kmg]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * UNITS[unit?.toLowerCase() ?? ''];
  if (bytes >= LEAST_MEMORY && Number.isSafeInteger(bytes)) return bytes;
  throw new Error('memory is bytes, or with k, M, G; a client needs 64M');
}

function readCpus(text: string): number {
  const cpus = /^[0-9]{1,4}(\.[0-9]{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (cpus >= 0.01 && cpus <= MAX_CPUS) return cpus;
  throw new Error(`it is a number of cores from 0.01 to ${MAX_CPUS}`);
}

function readPids(text: string): number {
  const pids = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (pids >= 32 && pids <= MAX_PIDS) return pids;
  throw new Error(`it is a number from 32 to ${MAX_PIDS}`);
}
