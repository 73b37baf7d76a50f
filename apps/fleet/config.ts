// The backend's configuration: read once at the start, checked as a whole, never changed after.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isIpLiteral, needsToken, parseAuthority } from '@enjambre/http';
import { type LogLevel, type Settings, UsageError, valuesOf } from '@enjambre/runtime';
import { type DockerSettings, makeDockerSettings } from './docker-settings.ts';
import { reasonOf } from './errors.ts';

export interface Config {
  /** 0 for any free one. */
  readonly port: number;
  /** 0 for any free one; the same as `port`: one server for both. */
  readonly pagePort: number;
  readonly host: string;
  /** Absolute, as the others. */
  readonly dataFolder: string;
  /** Downloads go below it. */
  readonly root: string;
  /** `auto`: Docker where an engine answers, else processes. */
  readonly driver: DriverName;
  readonly docker: DockerSettings;
  /** Undefined for all addresses. */
  readonly listenHost: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly token: string | undefined;
  readonly logLevel: LogLevel;
}

/** What `--driver` takes. */
const driverNames = ['process', 'docker', 'docker-swarm', 'auto'] as const;
type DriverName = (typeof driverNames)[number];

const MAX_PORT = 65535;
const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * @param readText gives the text of a small file, for `--token-file`
 * @throws UsageError with one line that names the flag
 */
export function makeConfig(settings: Settings, readText: (path: string) => string): Config {
  const one = <T>(name: string, read: (text: string) => T): T | undefined => valuesOf(settings, name, read).at(-1);
  const dataFolder = one('data-dir', readPath)!;
  const tokenFile = one('token-file', readPath);
  const config: Config = {
    port: one('port', readPort)!,
    pagePort: one('page-port', readPort)!,
    host: one('host', readHost)!,
    dataFolder,
    root: one('root', readPath) ?? join(dataFolder, 'downloads'),
    driver: one('driver', readDriver)!,
    docker: makeDockerSettings(settings),
    listenHost: one('listen-host', readHost),
    allowedHosts: valuesOf(settings, 'allowed-hosts', readHost),
    token: tokenFile === undefined ? one('token', readToken) : readTokenFile(tokenFile, readText),
    logLevel: one('log-level', readLogLevel)!,
  };
  if (needsToken(config.host) && config.token === undefined && one('insecure-no-auth', readSwitch) !== true) {
    throw new UsageError(
      `--host ${config.host} can be reached by others: set a token (ENJAMBRE_TOKEN, ENJAMBRE_TOKEN_FILE or --token-file), or --insecure-no-auth if everybody may call`,
    );
  }
  return config;
}

/** The text of a file that people wrote for us. @throws UsageError */
export function readSmallText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** 0–65535. */
export function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MAX_PORT)) throw new Error('a port is a number from 0 to 65535');
  return port;
}

/** `true` and `false`, and the words for them that environments use. */
export function readSwitch(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw new Error('a switch is true or false');
}

function readDriver(text: string): DriverName {
  const driver = driverNames.find((known) => known === text);
  if (driver === undefined) throw new Error(`there is no such driver; it is one of ${driverNames.join(', ')}`);
  return driver;
}

function readHost(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIpLiteral(bare)) return bare;
  // Digits and dots alone are a mistyped address, not a name.
  if (parseAuthority(text)?.port !== undefined || !/^[a-z0-9._-]+$/i.test(text) || /^[0-9.]+$/.test(text)) {
    throw new Error('a host is a name or an IP address');
  }
  return text;
}

/** A leading `~` is the user's home: in `--root=~/data` no shell expands it. */
function readPath(text: string): string {
  if (text === '~') return homedir();
  return resolve(text.startsWith('~/') ? join(homedir(), text.slice(2)) : text);
}

/** A token travels in a header: visible ASCII, no spaces. */
function readToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('a token is visible ASCII characters without spaces, at least one');
  return text;
}

function readTokenFile(path: string, readText: (path: string) => string): string {
  const text = readText(path);
  try {
    return readToken(text.trim());
  } catch (error) {
    throw new UsageError(`--token-file ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) throw new Error(`a level is one of ${logLevels.join(', ')}`);
  return level;
}
