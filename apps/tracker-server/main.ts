// `enjambre tracker`: builds a tracker from the command line, runs it until a signal comes.

import { readFileSync } from 'node:fs';
import type { Logger, LogLevel } from '@enjambre/runtime';
import { createTrackerServer, type TrackerServer } from '@enjambre/tracker';
import { helpText, parseConfig, type TrackerConfig } from './config.ts';
import { metricsPage } from './metrics.ts';
import { readHashLists } from './state/hash-lists.ts';
import { SwarmKeeper } from './state/swarm-keeper.ts';

export { metricsPage };

const USAGE_ERROR = 2;

/** Where a program writes. */
export interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Runs until SIGINT or SIGTERM; resolves with the exit code: 0, or 2 at once when it can't start. */
export async function tracker(argv: readonly string[], env: NodeJS.ProcessEnv, io: Output): Promise<number> {
  const refuse = (sentence: string): number => {
    io.stderr.write(`enjambre tracker: ${sentence}\n`);
    return USAGE_ERROR;
  };
  const config = parseConfig(argv, env, (path) => readFileSync(path, 'utf8'));
  if (config === 'help') {
    io.stdout.write(helpText);
    return 0;
  }
  if (config instanceof Error) return refuse(config.message);
  const { host, intervalSeconds, minIntervalSeconds, dataDir } = config;
  const set = config.set && { ...config.set, logger: loggerTo(io.stdout) };
  const server = createTrackerServer({ ...config, set, pages: new Map([['/metrics', metricsPage]]) });
  const keeper = dataDir === undefined ? undefined : new SwarmKeeper(server, dataDir, refuse);
  const stopped = untilSignal();
  const reload = (): void => void admit(server, config).then((lists) => say(io.stdout, lists, {}), refuseError);
  const refuseError = (error: Error): number => refuse(error.message);
  try {
    await admit(server, config);
    process.on('SIGHUP', reload);
    await keeper?.open();
    if (keeper === undefined) server.restoreSet(undefined);
    const port = await server.listen(config.port, host);
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}/announce`;
    const url = `http://${place}`;
    const details = { url, udp: `udp://${place}`, host, port, intervalSeconds, minIntervalSeconds };
    say(io.stdout, `the tracker is listening: ${url}, and udp`, details);
  } catch (error) {
    stopped.cancel();
    process.off('SIGHUP', reload);
    return refuse(whyNotListening(error as NodeJS.ErrnoException, config.port, host));
  }
  const signal = await stopped.promise;
  process.off('SIGHUP', reload);
  await server.close();
  await keeper?.close();
  say(io.stdout, `the tracker has stopped (${signal})`, { signal });
  return 0;
}

/** @returns what was read, for people  @throws Error with a sentence that names flag, file and line; the lists stay as they were */
async function admit(server: TrackerServer, { allowList, denyList }: TrackerConfig): Promise<string> {
  const { allowed, denied } = await readHashLists(allowList, denyList);
  server.admit(allowed, denied);
  return `the lists were read: ${allowed?.size ?? 'all'} info hashes are allowed, ${denied?.size ?? 0} denied`;
}

function untilSignal(): { promise: Promise<NodeJS.Signals>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, resolve);
  const cancel = (): void => {
    for (const signal of signals) process.off(signal, resolve);
  };
  return { promise: promise.finally(cancel), cancel };
}

/** A sentence on a terminal, otherwise a line of JSON. */
function say(
  stdout: NodeJS.WritableStream,
  message: string,
  details: Record<string, unknown>,
  level: LogLevel = 'info',
): void {
  const time = new Date().toISOString();
  const isTerminal = 'isTTY' in stdout && stdout.isTTY === true;
  stdout.write(isTerminal ? `${message}\n` : `${JSON.stringify({ time, level, message, ...details })}\n`);
}

function loggerTo(stdout: NodeJS.WritableStream): Logger {
  return { log: (level, message, details = {}) => say(stdout, message, details, level) };
}

function whyNotListening(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.message.startsWith('--')) return error.message;
  if (error.code === 'EADDRINUSE') return `--port: ${port} on ${host} is already in use`;
  if (error.code === 'EACCES') return `--port: ${port} needs rights that this user has not`;
  return `--host: cannot listen on ${host}: ${error.message}`;
}
