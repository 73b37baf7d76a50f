// `enjambre tracker`: builds a tracker from the command line, runs it until a signal comes.

import { createTrackerServer } from '@enjambre/tracker';
import { helpText, parseConfig } from './config.ts';
import { SwarmKeeper } from './state/swarm-keeper.ts';

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
  const config = parseConfig(argv, env);
  if (config === 'help') {
    io.stdout.write(helpText);
    return 0;
  }
  if (config instanceof Error) return refuse(config.message);
  const { host, intervalSeconds, minIntervalSeconds, dataDir } = config;
  const server = createTrackerServer({ intervalSeconds, minIntervalSeconds });
  const keeper = dataDir === undefined ? undefined : new SwarmKeeper(server, dataDir, refuse);
  const stopped = untilSignal();
  try {
    await keeper?.open();
    const port = await server.listen(config.port, host);
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/announce`;
    say(io.stdout, `the tracker is listening: ${url}`, { url, host, port, intervalSeconds, minIntervalSeconds });
  } catch (error) {
    stopped.cancel();
    return refuse(whyNotListening(error as NodeJS.ErrnoException, config.port, host));
  }
  const signal = await stopped.promise;
  await server.close();
  await keeper?.close();
  say(io.stdout, `the tracker has stopped (${signal})`, { signal });
  return 0;
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
function say(stdout: NodeJS.WritableStream, message: string, details: Record<string, unknown>): void {
  const time = new Date().toISOString();
  const isTerminal = 'isTTY' in stdout && stdout.isTTY === true;
  stdout.write(isTerminal ? `${message}\n` : `${JSON.stringify({ time, level: 'info', message, ...details })}\n`);
}

function whyNotListening(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.message.startsWith('--data-dir')) return error.message;
  if (error.code === 'EADDRINUSE') return `--port: ${port} on ${host} is already in use`;
  if (error.code === 'EACCES') return `--port: ${port} needs rights that this user has not`;
  return `--host: cannot listen on ${host}: ${error.message}`;
}
