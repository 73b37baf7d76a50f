// `enjambre client`: reads what was asked for, runs the daemon until it ends, turns the outcome into an exit code.

import { describeSettings, systemClock, systemRandom } from '@enjambre/runtime';
import { makeConfig, requireWork } from './config.ts';
import { Daemon, exitCodes } from './daemon.ts';
import { StartError } from './errors.ts';
import { flags, helpText } from './flags.ts';
import { JsonOutput } from './json-output.ts';
import type { OutputStream } from './output.ts';
import { readSettings } from './settings.ts';
import { readSmallText } from './state/small-file.ts';
import { TerminalOutput } from './terminal-output.ts';

/** What a shell reports of a process that signal `n` ended: 128 + n. */
const killedBy = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof killedBy;

/** Runs until it is done or a signal comes; resolves with the exit code. A second signal ends the process at once. */
export async function client(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  io: { readonly stdout: OutputStream; readonly stderr: OutputStream },
): Promise<number> {
  try {
    const settings = readSettings(argv, env, readSmallText);
    if (settings.has('help')) return show(io.stdout, helpText());
    const config = makeConfig(settings, readSmallText);
    if (settings.has('print-config')) return show(io.stdout, describeSettings(flags, settings));
    requireWork(config);
    const Output = io.stdout.isTTY === true ? TerminalOutput : JsonOutput;
    const output = new Output(io.stdout, systemClock, config.logLevel);
    const daemon = new Daemon(config, output, { clock: systemClock, random: systemRandom });
    const release = onSignal(() => daemon.stop());
    try {
      return await daemon.run();
    } finally {
      release();
      output.end();
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    io.stderr.write(`enjambre client: ${error.message}\n`);
    return exitCodes.notStarted;
  }
}

function show(stream: OutputStream, text: string): number {
  stream.write(text);
  return exitCodes.done;
}

/** Calls `stop` at the first signal that asks to end. Gives back what takes the handlers away again. */
function onSignal(stop: () => void): () => void {
  let asked = false;
  const handler = (signal: EndingSignal) => {
    if (asked) process.exit(killedBy[signal]);
    asked = true;
    stop();
  };
  const signals = Object.keys(killedBy) as EndingSignal[];
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}
