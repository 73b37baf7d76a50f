// The command: finds the verb, loads the one program that it names, and ends the process with its exit code.

import packageFile from './package.json' with { type: 'json' };

type Program = (argv: readonly string[]) => Promise<number>;

interface Verb {
  readonly help: string;
  /** Loads nothing but that program: start-up time and memory of a client are counted. */
  readonly load: () => Promise<Program>;
}

const USAGE_ERROR = 2;
const BUG = 1;
const io = { stdout: process.stdout, stderr: process.stderr };

const verbs: ReadonlyMap<string, Verb> = new Map([
  ['client', { help: 'download and seed torrents', load: loadClient }],
  ['tracker', { help: 'run a tracker', load: loadTracker }],
  ['backend', { help: 'run clients, with an API and a page', load: loadBackend }],
  ['start', { help: 'tracker, backend and page in one go', load: loadStart }],
  ['create', { help: 'make a .torrent of a file or folder', load: loadCreate }],
  ['show', { help: 'show what is in a .torrent or magnet link', load: loadShow }],
]);

async function loadClient(): Promise<Program> {
  const { client } = await import('@enjambre/client');
  return (argv) => client(argv, process.env, io);
}

async function loadTracker(): Promise<Program> {
  const { tracker } = await import('@enjambre/tracker-server');
  return (argv) => tracker(argv, process.env, io);
}

async function loadBackend(): Promise<Program> {
  const { backend } = await import('@enjambre/fleet');
  return (argv) => backend(argv, process.env, io);
}

async function loadStart(): Promise<Program> {
  const { start } = await import('./start.ts');
  return (argv) => start(argv, process.env, io);
}

async function loadCreate(): Promise<Program> {
  const { create } = await import('./create.ts');
  return (argv) => create(argv, { ...io, signal: stopSignal() });
}

async function loadShow(): Promise<Program> {
  const { show } = await import('./show.ts');
  return (argv) => show(argv, io);
}

/** Aborted by the first Ctrl-C or SIGTERM, so that what was begun is taken back; the next one ends at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => controller.abort());
  return controller.signal;
}

const helpText = [
  'enjambre VERB …',
  '',
  ...[...verbs].map(([name, { help }]) => `  enjambre ${name.padEnd(8)} ${help}`),
  '',
  'enjambre VERB --help says more; enjambre --version tells the version.',
  '',
].join('\n');

async function run([word, ...rest]: readonly string[]): Promise<number> {
  if (word === '--help' || word === '-h' || word === 'help') return say(helpText);
  if (word === '--version' || word === '-V') return say(`${packageFile.version}\n`);
  const verb = verbs.get(word ?? '');
  if (verb !== undefined) return (await verb.load())(rest);
  const wrong = word === undefined ? 'no verb given' : `unknown verb ${JSON.stringify(word)}`;
  process.stderr.write(`enjambre: ${wrong}; one of ${[...verbs.keys()].join(', ')}, or --help\n`);
  return USAGE_ERROR;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

// A reader that leaves (`enjambre show X | head -1`) is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// What a program left open must not keep the process: it has said that it is done.
process.exit(await run(process.argv.slice(2)).catch(reportBug));

function reportBug(error: unknown): number {
  process.stderr.write(`enjambre: this is a bug: ${error instanceof Error ? error.stack : error}\n`);
  return BUG;
}
