// `enjambre backend`: reads what was asked for, runs the backend until a signal comes. Its clients go on without it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeFlags, describeSettings, readSettings, UsageError } from '@enjambre/runtime';
import { Backend, type BackendOptions } from './backend.ts';
import { makeConfig, readPort, readSwitch } from './config.ts';
import { findClientBundle } from './drivers/process/client-bundle.ts';
import { StartError } from './errors.ts';
import { backendFlags } from './flags.ts';
import { makeOutput, type OutputStream } from './output.ts';

export { Backend, backendFlags, makeConfig, makeOutput, type OutputStream, readPort, readSwitch, StartError };

const EXIT_USAGE = 2;
const pageFolder = join(import.meta.dirname, '../web/dist');
const cli = join(import.meta.dirname, '../cli/main.ts');

const helpText = [
  'enjambre backend [--port=8090] [--page-port=3000] [--data-dir=DIR] …',
  'Runs clients and answers for them: the API on --port, the page on --page-port. Clients go on when it ends.',
  '',
  describeFlags(backendFlags),
  '',
  'Precedence: flag, then environment (ENJAMBRE_PORT=…), then --config, then the default in brackets.',
  '',
].join('\n');

/** How the backend runs programs of this installation. */
export function installation(
  env: NodeJS.ProcessEnv,
): Pick<BackendOptions, 'command' | 'clientCommand' | 'env' | 'pageFolder'> {
  const command = [process.execPath, cli];
  const bundle = findClientBundle(join(import.meta.dirname, '../..'));
  return { command, clientCommand: bundle === undefined ? command : [process.execPath, bundle], env, pageFolder };
}

/** Runs until SIGINT, SIGTERM or SIGHUP; resolves with the exit code: 0, or 2 when it can't start. */
export async function backend(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  io: { readonly stdout: OutputStream; readonly stderr: OutputStream },
): Promise<number> {
  const ended = untilSignal();
  try {
    const readText = (path: string) => readFileSync(path, 'utf8');
    const settings = readSettings({ command: 'enjambre backend', flags: backendFlags, argv, env, readText });
    if (settings.has('help')) return show(io.stdout, helpText);
    const config = makeConfig(settings, readText);
    if (settings.has('print-config')) return show(io.stdout, describeSettings(backendFlags, settings));
    const logger = makeOutput(io.stdout, config.logLevel);
    const opened = await Backend.open({ ...installation(env), config, logger });
    const { port, pagePort } = opened;
    logger.log('info', `the page: http://localhost:${pagePort}  the API: http://localhost:${port}`, { port, pagePort });
    await ended;
    await opened.close(false);
    logger.log('info', 'the backend has stopped; its clients go on');
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartError)) throw error;
    io.stderr.write(`enjambre backend: ${error.message}\n`);
    return EXIT_USAGE;
  }
}

/** Resolves at the first signal that asks to end; others change nothing, since ending takes five seconds at most. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}

function show(stream: OutputStream, text: string): number {
  stream.write(text);
  return 0;
}
