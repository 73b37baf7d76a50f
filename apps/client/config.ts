// The client's configuration: read once at the start, checked as a whole, never changed after.

import { join } from 'node:path';
import { needsToken } from '@enjambre/http';
import { type PeerAddress, STATE_FOLDER } from '@enjambre/metainfo';
import { DEFAULT_ORIGIN, type LogLevel, type Settings } from '@enjambre/runtime';
import { usageError } from './errors.ts';
import {
  readConnections,
  readHost,
  readLimit,
  readPath,
  readPeer,
  readPort,
  readSeconds,
  readSwitch,
  readToken,
  readTracker,
  sourceNames,
} from './flag-values.ts';
import { logLevels } from './output.ts';
import { type OverlayConfig, readOverlay } from './overlay-config.ts';
import { all, readSecretFile } from './settings.ts';

export interface Config {
  readonly torrentFiles: readonly string[];
  readonly archives: string;
  readonly watch: string | undefined;
  /** Where it remembers torrents sent by its API, and pauses. */
  readonly stateFolder: string;
  /** Somebody chose it: then there may be nothing to do yet. */
  readonly stateFolderIsChosen: boolean;
  /** The name or address announced to trackers. */
  readonly hostname: string | undefined;
  /** 0 for any free one. */
  readonly listenPort: number;
  /** Nobody asked for that port: when it is taken the next free one will do. */
  readonly listenPortIsDefault: boolean;
  /** Undefined for all addresses. */
  readonly listenHost: string | undefined;
  readonly peers: readonly PeerAddress[];
  /** Whether torrents ask trackers as long as nobody said otherwise. */
  readonly usesTrackers: boolean;
  /** Trackers of all torrents that are not private, besides their own. */
  readonly trackers: readonly string[];
  /** One tracker of each tier is kept informed. */
  readonly allTiers: boolean;
  readonly overlay: OverlayConfig;
  readonly downloadLimitBytesPerSecond: number | undefined;
  readonly uploadLimitBytesPerSecond: number | undefined;
  readonly maxConnections: number;
  readonly exitOnComplete: boolean;
  readonly timeoutMs: number | undefined;
  /** 0 for any free one. */
  readonly httpPort: number;
  readonly httpHost: string;
  readonly allowedHosts: readonly string[];
  readonly token: string | undefined;
  readonly runFile: string | undefined;
  readonly logLevel: LogLevel;
}

/** What `--http-port=0` means: 0 is what programs written against the design note send for "the default". */
const DEFAULT_HTTP_PORT = 9091;
/** The other names are planned, so that asking for one is answered rightly. */
const knownSources = ['tracker', 'overlay'];

/**
 * @param readText gives the text of a small file, for `--token-file`
 * @throws StartError with one line that names the flag
 */
export function makeConfig(settings: Settings, readText: (path: string) => string): Config {
  const one = <T>(name: string, read: (text: string) => T): T | undefined => all(settings, name, read).at(-1);
  const sources = all(settings, 'discovery-mode', readDiscoveryMode).flat();
  const hostname = one('hostname', readHost);
  const tokenFile = one('token-file', readPath);
  const archives = one('archives', readPath)!;
  const stateFolder = one('state-dir', readPath);
  const config: Config = {
    torrentFiles: all(settings, 'torrent-file', readTorrentPath),
    archives,
    stateFolder: stateFolder ?? join(archives, STATE_FOLDER, 'client'),
    stateFolderIsChosen: stateFolder !== undefined,
    watch: one('watch', readPath),
    hostname,
    listenPort: one('listen-port', readPort)!,
    listenPortIsDefault: settings.get('listen-port')?.origin === DEFAULT_ORIGIN,
    listenHost: one('listen-host', readHost),
    peers: all(settings, 'peer', readPeer),
    usesTrackers: sources.includes('tracker'),
    trackers: all(settings, 'tracker', readTracker),
    allTiers: one('all-tiers', readSwitch) ?? false,
    overlay: readOverlay(settings, sources.includes('overlay'), readText),
    downloadLimitBytesPerSecond: one('download-limit', readLimit),
    uploadLimitBytesPerSecond: one('upload-limit', readLimit),
    maxConnections: one('max-connections', readConnections)!,
    exitOnComplete: one('exit-on-complete', readSwitch) ?? false,
    timeoutMs: one('timeout', readSeconds),
    httpPort: one('http-port', readHttpPort)!,
    httpHost: one('http-host', readHost)!,
    allowedHosts: [...all(settings, 'allowed-hosts', readHost), ...(hostname === undefined ? [] : [hostname])],
    token:
      tokenFile === undefined ? one('token', readToken) : readSecretFile('token-file', tokenFile, readText, readToken),
    runFile: one('run-file', readPath),
    logLevel: one('log-level', readLogLevel)!,
  };
  if (needsToken(config.httpHost) && config.token === undefined && one('insecure-no-auth', readSwitch) !== true) {
    throw usageError(
      `--http-host ${config.httpHost} can be reached by others: set a token (ENJAMBRE_TOKEN, ENJAMBRE_TOKEN_FILE or --token-file), or --insecure-no-auth if everybody may call`,
    );
  }
  return config;
}

/** @throws StartError when there is nothing to do */
export function requireWork(config: Config): void {
  if (config.torrentFiles.length > 0 || config.watch !== undefined || config.stateFolderIsChosen) return;
  throw usageError(
    'nothing to do: give --torrent-file=X.torrent, --watch=DIR or --state-dir=DIR; see enjambre client --help',
  );
}

function readDiscoveryMode(text: string): string[] {
  const sources = text.split(',').map((word) => word.trim());
  for (const source of sources) {
    if (knownSources.includes(source)) continue;
    const known = knownSources.join(' and ');
    if ((sourceNames as readonly string[]).includes(source))
      throw new Error(`${source} does not exist yet; ${known} do`);
    throw new Error(`unknown source ${JSON.stringify(source)}; ${known} exist`);
  }
  return sources;
}

function readHttpPort(text: string): number {
  if (text === 'auto') return 0;
  try {
    return readPort(text) || DEFAULT_HTTP_PORT;
  } catch {
    throw new Error('the port is a number from 0 to 65535, or auto');
  }
}

function readTorrentPath(text: string): string {
  if (/^magnet:/i.test(text)) throw new Error('magnet links do not exist here yet; give a .torrent file');
  return readPath(text);
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) throw new Error(`a level is one of ${logLevels.join(', ')}`);
  return level;
}
