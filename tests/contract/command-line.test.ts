// docs/contract.md §2: what is refused and how, exit codes, ports, files, signals. Against the committed launcher.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test as unlimited } from 'node:test';
import { conforms, RunFileSchema } from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { afterwards } from './cleanup.ts';
import { startClient, startEnjambre } from './client-process.ts';
import { rawRequest } from './raw-http.ts';
import { makeTorrent, temporaryFolder } from './torrent-fixture.ts';

const TIMEOUT_MS = 60_000;
const test = (name: string, body: (t: TestContext) => Promise<void>) => unlimited(name, { timeout: TIMEOUT_MS }, body);
/** What the contract gives a client that was told to end. */
const END_WITHIN_MS = 5000;

/** Ends with `code`, nothing on stdout but log lines, and exactly one line on stderr, which it returns. */
async function refusal(t: TestContext, argv: readonly string[], code = 2): Promise<string> {
  const ended = await startEnjambre(t, argv).ended;
  assert.equal(ended.code, code, `${argv.join(' ')}: ${ended.stderr}`);
  assert.match(ended.stderr, /^enjambre[^\n]*\n$/, argv.join(' '));
  return ended.stderr;
}

/** A tracker that counts what it is told and answers what `respond` gives; nothing at all when that is undefined. */
async function startTracker(t: TestContext, respond: (event: string | null) => Buffer | undefined) {
  const events: (string | null)[] = [];
  const heard = new Map<string | null, PromiseWithResolvers<void>>();
  const eventHeard = (event: string | null) => {
    const known = heard.get(event) ?? Promise.withResolvers<void>();
    heard.set(event, known);
    return known;
  };
  const server = createServer((request, response) => {
    const event = new URL(request.url!, 'http://tracker').searchParams.get('event');
    events.push(event);
    eventHeard(event).resolve();
    const body = respond(event);
    if (body !== undefined) response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(t, () => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
  return { url, events, hears: (event: string | null) => eventHeard(event).promise };
}

async function busyPort(t: TestContext): Promise<number> {
  const holder = createTcpServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  afterwards(t, () => void holder.close());
  return (holder.address() as AddressInfo).port;
}

test('the command says what it can do and which version it is', async (t) => {
  const version = await startEnjambre(t, ['--version']).ended;
  assert.deepEqual([version.code, version.stderr], [0, '']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = await startEnjambre(t, ['--help']).ended;
  for (const verb of ['client', 'tracker', 'create', 'show'])
    assert.match(help.stdout, new RegExp(`enjambre ${verb} `));
  const clientHelp = await startEnjambre(t, ['client', '--help']).ended;
  assert.deepEqual([clientHelp.code, clientHelp.stderr], [0, '']);
  assert.match(clientHelp.stdout, /--torrent-file FILE/);
});

test('a verb, flag or value that is wrong is named in one line and ends with 2', async (t) => {
  const rows: [string[], RegExp][] = [
    [[], /no verb given/],
    [['client'], /nothing to do/],
    [['client', '--colour=red'], /"--colour"/],
    [['client', '--torrent-file=x', '--torrent=y'], /--torrent-file and --torrent/],
    [['client', '--torrent-file=x', '--http-port=99999'], /--http-port: "99999"/],
    [['client', '--torrent-file=x', '--discovery-mode=dht'], /dht does not exist yet/],
    [
      ['client', '--torrent-file=magnet:?xt=urn:btih:c9e15763f722f23e98a29decdfae341b98d53056'],
      /magnet links do not exist/,
    ],
    [['client', '--torrent-file=x', '--http-host=0.0.0.0'], /--http-host 0\.0\.0\.0 .*token/],
    [
      ['client', '--torrent-file=x', '--config=/nonexistent/c.json'],
      /\/nonexistent\/c\.json: cannot be read: no such file/,
    ],
    [
      ['client', '--watch=/nonexistent/watched', '--http-port=auto', '--listen-port=0'],
      /--watch \/nonexistent\/watched/,
    ],
  ];
  for (const [argv, sentence] of rows) assert.match(await refusal(t, argv), sentence, argv.join(' '));
});

test('a .torrent that is missing, broken, v2 only or given twice is named in one line and ends with 2', async (t) => {
  const good = makeTorrent(t, 100_000);
  const folder = temporaryFolder(t);
  const at = (name: string) => join(folder, name);
  writeFileSync(at('broken.torrent'), 'd4:infod');
  copyFileSync(good.path, at('again.torrent'));
  const tree = { f: { '': { length: 5, 'pieces root': Buffer.alloc(32, 1) } } };
  const info = { 'file tree': tree, 'meta version': 2, name: 'f', 'piece length': 16384 };
  writeFileSync(at('v2.torrent'), encodeBencode({ info }));
  const ports = ['--http-port=auto', '--listen-port=0', '--listen-host=127.0.0.1', `--archives=${good.empty}`];
  for (const [paths, sentence] of [
    [[at('missing.torrent')], /missing\.torrent: cannot be read: no such file/],
    [[folder], /cannot be read: it is a folder/],
    [[at('broken.torrent')], /broken\.torrent: not a usable \.torrent: /],
    [[at('v2.torrent')], /v2\.torrent: .*v2/],
    [[at('again.torrent'), good.path], /are the same torrent/],
    [[good.path, at('broken.torrent')], /broken\.torrent/],
  ] as const) {
    const files = paths.map((path) => `--torrent-file=${path}`);
    assert.match(await refusal(t, ['client', ...ports, ...files]), sentence, paths.join(' '));
  }
});

test('a listen port that was asked for and is busy ends with 2; the default gives way', async (t) => {
  const port = await busyPort(t);
  const { path, complete } = makeTorrent(t, 100_000);
  const argv = [
    'client',
    `--torrent-file=${path}`,
    `--archives=${complete}`,
    '--http-port=auto',
    '--listen-host=127.0.0.1',
  ];
  assert.match(await refusal(t, [...argv, `--listen-port=${port}`]), new RegExp(`port ${port} is in use`));
  const [first, second] = [
    startEnjambre(t, argv),
    startEnjambre(t, [...argv, `--archives=${join(complete, '..', 'empty')}`]),
  ];
  const ports = await Promise.all(
    [first, second].map(async ({ line }) => Number((await line(/^listening$/)).listenPort)),
  );
  assert.notEqual(ports[0], ports[1]);
  for (const found of ports) assert.ok(found >= 6881 && found <= 6981, String(found));
});

test('a second client on the same folder and torrent is refused in one line', async (t) => {
  const { path, complete } = makeTorrent(t, 100_000);
  const argv = [`--torrent-file=${path}`, `--archives=${complete}`];
  const first = await startClient(t, argv);
  await first.line(/: complete$/);
  const ports = ['--listen-port=0', '--listen-host=127.0.0.1', '--http-port=auto'];
  assert.match(await refusal(t, ['client', ...ports, ...argv]), /in use|locked/);
  assert.equal(first.child.exitCode, null);
});

test('a client that is refused for one of many torrents names that one and tells nothing of the others', async (t) => {
  // More than are opened at a time.
  const torrents = Array.from({ length: 40 }, (_, index) => makeTorrent(t, 100, { seed: index + 1 }));
  const { empty } = torrents[0];
  mkdirSync(join(empty, 'data-1.bin'));
  const files = torrents.map(({ path }) => `--torrent-file=${path}`);
  const ports = ['--listen-port=0', '--listen-host=127.0.0.1', '--http-port=auto'];
  const { code, stdout, stderr } = await startEnjambre(t, ['client', ...ports, `--archives=${empty}`, ...files]).ended;
  assert.equal(code, 2);
  assert.match(stderr, /^enjambre client: [^\n]*data-1\.bin cannot be used: a folder is in the way\n$/);
  const errors = stdout.split('\n').filter((line) => line.includes('"level":"error"'));
  assert.equal(errors.length, 1, errors.join('\n'));
  assert.match(errors[0], /data-1\.bin/);
});

test('--exit-on-complete ends with 0 when everything is there, --timeout with 3 when it is not', async (t) => {
  const { path, complete, empty } = makeTorrent(t, 100_000);
  const whole = await startClient(t, [
    `--torrent-file=${path}`,
    `--archives=${complete}`,
    '--exit-on-complete',
    '--timeout=30',
  ]);
  assert.equal((await whole.ended).code, 0);
  const missing = await startClient(t, [
    `--torrent-file=${path}`,
    `--archives=${empty}`,
    '--exit-on-complete',
    '--timeout=0.5',
  ]);
  assert.equal((await missing.ended).code, 3);
});

test('the run file names pid and ports as bound, for its owner only, and goes with the client', async (t) => {
  const { path, complete, folder } = makeTorrent(t, 100_000);
  const file = join(folder, 'run.json');
  const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${complete}`, `--run-file=${file}`]);
  await client.line(/: complete$/);
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(conforms(RunFileSchema, content));
  assert.deepEqual([content.listenPort, content.httpPort], [client.listenPort, client.httpPort]);
  assert.equal(content.pid, client.child.pid, 'the launcher keeps the pid');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  client.child.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  assert.equal(existsSync(file), false);
});

test('.torrent files that appear in the watched folder are added, bad ones are named and left', async (t) => {
  const early = makeTorrent(t, 100_000, { seed: 1 });
  const late = makeTorrent(t, 50_000, { seed: 2 });
  const watched = join(early.folder, 'watched');
  mkdirSync(watched);
  copyFileSync(early.path, join(watched, 'early.torrent'));
  writeFileSync(join(watched, 'bad.torrent'), 'no bencode');
  const client = await startClient(t, [`--watch=${watched}`, `--archives=${early.complete}`]);
  await client.line(/^data-1\.bin: complete$/);
  assert.match((await client.line(/bad\.torrent/)).message, /not a usable \.torrent/);
  copyFileSync(late.path, join(early.folder, 'late.part'));
  renameSync(join(early.folder, 'late.part'), join(watched, 'late.torrent'));
  copyFileSync(early.path, join(watched, 'same.torrent'));
  await client.line(/^data-2\.bin: active$/);
  await client.line(/same\.torrent are the same torrent/);
  assert.equal(JSON.parse((await rawRequest(client.httpPort, 'GET /status')).body).total_size, 150_000);
  assert.ok(existsSync(join(watched, 'bad.torrent')));
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} tells the tracker that we stop, and ends with 0`, async (t) => {
    const tracker = await startTracker(t, () => Buffer.from(encodeBencode({ interval: 1800, peers: Buffer.alloc(0) })));
    const { path, empty } = makeTorrent(t, 100_000, { trackers: [tracker.url] });
    const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
    await tracker.hears('started');
    await client.line(/: active$/);
    const from = performance.now();
    client.child.kill(signal);
    assert.equal((await client.ended).code, 0);
    assert.ok(performance.now() - from < END_WITHIN_MS);
    assert.deepEqual(tracker.events, ['started', 'stopped']);
  });
}

test('a tracker that never answers does not hold the end up beyond five seconds', async (t) => {
  const tracker = await startTracker(t, (event) =>
    event === 'stopped' ? undefined : Buffer.from(encodeBencode({ interval: 1800, peers: Buffer.alloc(0) })),
  );
  const { path, empty } = makeTorrent(t, 100_000, { trackers: [tracker.url] });
  const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  await tracker.hears('started');
  await client.line(/: active$/);
  const from = performance.now();
  client.child.kill('SIGTERM');
  await tracker.hears('stopped');
  assert.equal((await client.ended).code, 0);
  assert.ok(performance.now() - from < END_WITHIN_MS);
});

test('a second signal ends at once', async (t) => {
  const tracker = await startTracker(t, (event) =>
    event === 'stopped' ? undefined : Buffer.from(encodeBencode({ interval: 1800, peers: Buffer.alloc(0) })),
  );
  const { path, empty } = makeTorrent(t, 100_000, { trackers: [tracker.url] });
  const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  await tracker.hears('started');
  await client.line(/: active$/);
  client.child.kill('SIGTERM');
  await tracker.hears('stopped');
  client.child.kill('SIGTERM');
  assert.equal((await client.ended).code, 143);
});

test('trackers that are all down at the start are no reason to end', async (t) => {
  const port = await busyPort(t);
  const trackers = [`http://127.0.0.1:${port}/announce`, 'http://127.0.0.1:1/announce'];
  const { path, empty } = makeTorrent(t, 100_000, { trackers });
  const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  await client.line(/: active$/);
  assert.equal((await rawRequest(client.httpPort, 'GET /health')).body, 'OK');
  client.child.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});

test('whoever stops reading the output does not end the client', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const client = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`, '--timeout=2.5']);
  client.child.stdout!.destroy();
  // The change of state is written within a second, into the closed pipe; then the time runs out as if nothing were.
  await rawRequest(client.httpPort, 'POST /pause');
  const { code, stderr } = await client.ended;
  assert.deepEqual([code, stderr], [3, '']);
});

test('--print-config shows every value with its origin and starts nothing', async (t) => {
  const { code, stdout } = await startEnjambre(t, ['client', '--print-config', '--http-port=auto'], {
    ENJAMBRE_ARCHIVES: '/data',
    ENJAMBRE_TOKEN: 'hush',
  }).ended;
  assert.equal(code, 0);
  assert.match(stdout, /^archives +\/data +env ENJAMBRE_ARCHIVES$/m);
  assert.match(stdout, /^http-port +auto +flag$/m);
  assert.doesNotMatch(stdout, /hush/);
});
