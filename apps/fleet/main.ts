// `enjambre backend`: reads what was asked for, runs the backend until a signal comes. Its clients go on without it.

import { describeFlags, describeSettings, readSettings, UsageError } from '@enjambre/runtime';
import { Backend } from './backend.ts';
import { makeConfig, readPort, readSmallText, readSwitch } from './config.ts';
import { untilSignal } from './ending-signal.ts';
import { StartError } from './errors.ts';
import { backendFlags } from './flags.ts';
import { installation } from './installation.ts';
import { makeOutput, type OutputStream } from './output.ts';

export {
  Backend,
  backendFlags,
  installation,
  makeConfig,
  makeOutput,
  type OutputStream,
  readPort,
  readSmallText,
  readSwitch,
  StartError,
  untilSignal,
};

const EXIT_USAGE = 2;

const helpText = [
  'enjambre backend [--port=8090] [--page-port=3000] [--data-dir=DIR] …',
  'Runs clients and answers for them: the API on --port, the page on --page-port. Clients go on when it ends.',
  '',
  describeFlags(backendFlags),
  '',
  'Precedence: flag, then environment (ENJAMBRE_PORT=…), then --config, then the default in brackets.',
  '',
].join('\n');

/** Runs until SIGINT, SIGTERM or SIGHUP; resolves with the exit code: 0, or 2 when it can't start. */
export async function backend(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  io: { readonly stdout: OutputStream; readonly stderr: OutputStream },
): Promise<number> {
  const ended = untilSignal();
  try {
    const settings = readSettings({
      command: 'enjambre backend',
      flags: backendFlags,
      argv,
      env,
      readText: readSmallText,
    });
    if (settings.has('help')) return show(io.stdout, helpText);
    const config = makeConfig(settings, readSmallText);
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

function show(stream: OutputStream, text: string): number {
  stream.write(text);
  return 0;
}
