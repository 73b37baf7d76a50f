// `enjambre start`: tracker, backend and page in one process, for whoever wants to try it. Invariant: whatever was started
// here, clients too, has ended when this ends.

import {
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
} from '@enjambre/fleet';
import { describeFlags, describeSettings, type Flag, readSettings, UsageError, valuesOf } from '@enjambre/runtime';
import { createTrackerServer } from '@enjambre/tracker';
import { metricsPage } from '@enjambre/tracker-server';
import { EXIT_USAGE } from './command-io.ts';

/** Short enough that a swarm on one machine is seen to form. */
const ANNOUNCE_SECONDS = 30;

const startFlags: readonly Flag[] = [
  { name: 'tracker-port', value: 'PORT', default: '8080', help: 'the tracker; 0: any free one' },
  { name: 'demo', value: undefined, help: 'start a sample torrent with one seed and three leechers' },
  ...backendFlags,
];

const helpText = [
  'enjambre start [--demo] [--page-port=3000] …',
  'Tracker, backend and page in one go. Ctrl-C ends everything that it started.',
  '',
  describeFlags(startFlags),
  '',
].join('\n');

/** Runs until a signal comes; resolves with the exit code: 0, or 2 when it can't start. */
export async function start(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  io: { readonly stdout: OutputStream; readonly stderr: OutputStream },
): Promise<number> {
  const ended = untilSignal();
  const closers: (() => Promise<void>)[] = [];
  try {
    const settings = readSettings({ command: 'enjambre start', flags: startFlags, argv, env, readText: readSmallText });
    if (settings.has('help')) return show(io.stdout, helpText);
    const config = makeConfig(settings, readSmallText);
    const [trackerPort] = valuesOf(settings, 'tracker-port', readPort);
    const [demo = false] = valuesOf(settings, 'demo', readSwitch);
    if (settings.has('print-config')) return show(io.stdout, describeSettings(startFlags, settings));
    const logger = makeOutput(io.stdout, config.logLevel);
    const tracker = await listenTracker(trackerPort, config.host, closers);
    const backend = await Backend.open({ ...installation(env), config, tracker, logger });
    closers.push(() => backend.close(true));
    const { port, pagePort } = backend;
    logger.log('info', `Open http://localhost:${pagePort} in your browser. Ctrl-C ends everything.`, {
      port,
      pagePort,
      tracker,
    });
    if (demo) await Promise.race([backend.startDemo(), ended]);
    await ended;
    logger.log('info', 'Ending.');
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartError)) throw error;
    io.stderr.write(`enjambre start: ${error.message}\n`);
    return EXIT_USAGE;
  } finally {
    // Clients say goodbye to the tracker, so it goes last.
    for (const close of closers.reverse()) await close();
  }
}

/** @returns the announce URL */
async function listenTracker(port: number, host: string, closers: (() => Promise<void>)[]): Promise<string> {
  const server = createTrackerServer({
    intervalSeconds: ANNOUNCE_SECONDS,
    minIntervalSeconds: ANNOUNCE_SECONDS,
    pages: new Map([['/metrics', metricsPage]]),
  });
  try {
    const bound = await server.listen(port, host);
    closers.push(() => server.close());
    return `http://${announcedHost(host)}:${bound}/announce`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE' ? `port ${port} on ${host} is in use; choose another with --tracker-port` : message;
    throw new UsageError(`--tracker-port: ${why}`, { cause: error });
  }
}

/** Its own clients are on this machine; `0.0.0.0` is an address to listen on, not to call. */
function announcedHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function show(stream: OutputStream, text: string): number {
  stream.write(text);
  return 0;
}
