import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openKeyRing } from '@enjambre/overlay';
import { describeSettings, environmentName } from '@enjambre/runtime';
import { type Config, makeConfig, requireWork } from './config.ts';
import { StartError } from './errors.ts';
import { flags, helpText } from './flags.ts';
import { readSettings } from './settings.ts';

type Files = Record<string, string>;

function settingsOf(argv: readonly string[], env: NodeJS.ProcessEnv = {}, files: Files = {}) {
  return readSettings(argv, env, (path) => files[path] ?? assert.fail(`no file ${path}`));
}

function configOf(argv: readonly string[], env: NodeJS.ProcessEnv = {}, files: Files = {}): Config {
  const config = makeConfig(settingsOf(argv, env, files), (path) => files[path] ?? assert.fail(`no file ${path}`));
  requireWork(config);
  return config;
}

/** The one line that refuses it. */
function refusalOf(argv: readonly string[], env: NodeJS.ProcessEnv = {}, files: Files = {}): string {
  try {
    configOf(argv, env, files);
  } catch (error) {
    assert.ok(error instanceof StartError, String(error));
    assert.equal(error.code, 'usage');
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  return assert.fail(`${argv.join(' ')} was accepted`);
}

const torrent = '--torrent-file=x.torrent';

test('with nothing but a torrent every value is the documented default', () => {
  assert.deepEqual(configOf(['--torrent-file', 'x.torrent']), {
    torrentFiles: ['x.torrent'],
    archives: './archives',
    stateFolder: join('archives', '.enjambre', 'client'),
    stateFolderIsChosen: false,
    watch: undefined,
    hostname: undefined,
    listenPort: 6881,
    listenPortIsDefault: true,
    listenHost: undefined,
    peers: [],
    usesTrackers: true,
    trackers: [],
    allTiers: false,
    overlay: {
      isWanted: false,
      unusedFlag: undefined,
      port: 6000,
      portIsDefault: true,
      bootstraps: [],
      keyRing: openKeyRing,
    },
    downloadLimitBytesPerSecond: undefined,
    uploadLimitBytesPerSecond: undefined,
    maxConnections: 200,
    exitOnComplete: false,
    timeoutMs: undefined,
    httpPort: 9091,
    httpHost: '127.0.0.1',
    allowedHosts: [],
    token: undefined,
    runFile: undefined,
    logLevel: 'info',
  });
});

const state = (stateFolder: string, stateFolderIsChosen: boolean) => ({ stateFolder, stateFolderIsChosen });

test('every flag reaches its value', () => {
  const accepted: [string[], Partial<Config>][] = [
    [['--torrent=y.torrent'], { torrentFiles: ['y.torrent'] }],
    [[torrent, '--torrent-file=y,z.torrent'], { torrentFiles: ['x.torrent', 'y,z.torrent'] }],
    [[torrent, '--torrent=x.torrent'], { torrentFiles: ['x.torrent'] }],
    [['--watch=w'], { torrentFiles: [], watch: 'w' }],
    [[torrent, '--archives=~/d', '--state-dir=s'], { archives: join(homedir(), 'd'), ...state('s', true) }],
    [[torrent, '--archives', '~'], { archives: homedir(), ...state(join(homedir(), '.enjambre/client'), false) }],
    [[torrent, '--archives=~me'], { archives: '~me', ...state('~me/.enjambre/client', false) }],
    [[torrent, '--max-connections=7'], { maxConnections: 7 }],
    [[torrent, '--hostname=nas.local'], { hostname: 'nas.local', allowedHosts: ['nas.local'] }],
    [[torrent, '--listen-port=6881'], { listenPort: 6881, listenPortIsDefault: false }],
    [[torrent, '--listen-port=0'], { listenPort: 0, listenPortIsDefault: false }],
    [[torrent, '--listen-host=127.0.0.2'], { listenHost: '127.0.0.2' }],
    [[torrent, '--listen-host=[::1]'], { listenHost: '::1' }],
    [[torrent, '--http-port=0'], { httpPort: 9091 }],
    [[torrent, '--http-port=auto'], { httpPort: 0 }],
    [[torrent, '--http-port=1', '--http-port=2'], { httpPort: 2 }],
    [[torrent, '--discovery-mode=tracker,tracker'], { usesTrackers: true }],
    [
      [torrent, '--peer=1.2.3.4:5', '--peer', '[0::1]:6,host:7'],
      {
        peers: [
          { host: '1.2.3.4', port: 5 },
          { host: '::1', port: 6 },
          { host: 'host', port: 7 },
        ],
      },
    ],
    [[torrent, '--download-limit=1000'], { downloadLimitBytesPerSecond: 1000 }],
    [
      [torrent, '--download-limit=2M', '--upload-limit=3k'],
      { downloadLimitBytesPerSecond: 2097152, uploadLimitBytesPerSecond: 3072 },
    ],
    [[torrent, '--upload-limit=0'], { uploadLimitBytesPerSecond: undefined }],
    [[torrent, '--exit-on-complete', '--timeout=1.5'], { exitOnComplete: true, timeoutMs: 1500 }],
    [[torrent, '--run-file=r', '--log-level=debug'], { runFile: 'r', logLevel: 'debug' }],
    [[torrent, '--allowed-hosts=a,b', '--allowed-hosts=c'], { allowedHosts: ['a', 'b', 'c'] }],
    [[torrent, '--http-host=0.0.0.0', '--token=s'], { httpHost: '0.0.0.0', token: 's' }],
    [[torrent, '--http-host=::', '--insecure-no-auth'], { httpHost: '::', token: undefined }],
    [[torrent, '--http-host=localhost'], { httpHost: 'localhost' }],
  ];
  for (const [argv, expected] of accepted) {
    const config = configOf(argv);
    assert.deepEqual({ ...config, ...expected }, config, argv.join(' '));
  }
});

test('a wrong flag or value is refused in one line that names it', () => {
  const refused: [string[], RegExp][] = [
    [[], /^nothing to do: give --torrent-file/],
    [[torrent, '--foo=1'], /"--foo"/],
    [[torrent, '-x'], /"-x"/],
    [['x.torrent'], /unexpected argument "x\.torrent"; did you mean --torrent-file=x\.torrent/],
    [['magnet:?xt=urn:btih:00'], /magnet links do not exist here yet/],
    [['--torrent-file=magnet:?xt=urn:btih:00'], /--torrent-file: .*magnet links do not exist here yet/],
    [['--torrent-file'], /--torrent-file needs a value/],
    [['--torrent-file='], /--torrent-file needs a value/],
    [['--torrent-file', '--archives=x'], /--torrent-file needs a value/],
    [[torrent, '--torrent=y.torrent'], /--torrent-file and --torrent are one flag/],
    [[torrent, '--listen-port=65536'], /--listen-port: "65536"/],
    [[torrent, '--listen-port=-1'], /--listen-port: "-1"/],
    [[torrent, '--listen-port=1e3'], /--listen-port/],
    [[torrent, '--http-port=some'], /--http-port: "some": .*auto/],
    [[torrent, '--listen-host=1.2.3'], /--listen-host: "1.2.3"/],
    [[torrent, '--hostname=a b'], /--hostname/],
    [[torrent, '--peer=host'], /--peer: "host"/],
    [[torrent, '--peer=host:0'], /--peer/],
    [[torrent, '--peer=::1:80'], /--peer/],
    [[torrent, '--download-limit=fast'], /--download-limit: "fast"/],
    [[torrent, '--upload-limit=-5'], /--upload-limit/],
    [[torrent, '--timeout=0'], /--timeout: "0"/],
    [[torrent, '--timeout=9999999999'], /--timeout/],
    [[torrent, '--exit-on-complete=perhaps'], /--exit-on-complete: "perhaps"/],
    [[torrent, '--log-level=loud'], /--log-level: "loud"/],
    [[torrent, '--http-host=0.0.0.0'], /--http-host 0\.0\.0\.0 .*ENJAMBRE_TOKEN.*--insecure-no-auth/],
    [[torrent, '--http-host=nas.local'], /--http-host nas\.local/],
    [[torrent, '--token=a b'], /^--token: a token is/],
    [[torrent, '--token=a', '--token-file=f'], /--token and --token-file/],
    [[torrent, '--discovery-mode=tracker,dht'], /dht does not exist yet/],
    [[torrent, '--discovery-mode=pex'], /pex does not exist yet/],
    [[torrent, '--discovery-mode=lsd'], /lsd does not exist yet/],
    [[torrent, '--discovery-mode=gossip'], /unknown source "gossip"/],
    [[torrent, '--discovery-mode=overlay', '--bootstrap=a'], /--bootstrap: "a": a peer is HOST:PORT/],
    [[torrent, '--discovery-mode=overlay', '--overlay-key=hush'], /^--overlay-key: key 1 is neither/],
    [[torrent, '--listen-port=a\nb'], /--listen-port: "a\\nb"/],
  ];
  for (const [argv, sentence] of refused) assert.match(refusalOf(argv), sentence, argv.join(' '));
});

test('a flag goes before the environment, that before the file, that before the default', () => {
  const files = {
    'c.json': '{"archives": "file", "http-port": 3, "torrent-file": ["f1", "f2"], "exit-on-complete": true}',
  };
  const file = ['--config=c.json'];
  const env = { ENJAMBRE_ARCHIVES: 'env', ENJAMBRE_HTTP_PORT: '2', ENJAMBRE_TORRENT: 'e' };
  assert.equal(configOf([...file, '--archives=flag', '--http-port=1'], env, files).archives, 'flag');
  const fromEnv = configOf(file, env, files);
  assert.deepEqual([fromEnv.archives, fromEnv.httpPort, fromEnv.torrentFiles], ['env', 2, ['e']]);
  const fromFile = configOf(file, {}, files);
  assert.deepEqual([fromFile.archives, fromFile.httpPort, fromFile.torrentFiles], ['file', 3, ['f1', 'f2']]);
  assert.equal(configOf([torrent], { ENJAMBRE_CONFIG: 'c.json' }, files).exitOnComplete, true);
  assert.equal(configOf([torrent], { ENJAMBRE_ARCHIVES: '' }).archives, './archives', 'empty is unset');
  assert.equal(configOf([torrent], { ENJAMBRE_LISTEN_PORT: '6881' }).listenPortIsDefault, false);
});

test('lists come from the environment too, and switches in the words used there', () => {
  const config = configOf([], {
    ENJAMBRE_TORRENT_FILE: 'a b.torrent\nc.torrent',
    ENJAMBRE_PEER: 'a:1,b:2',
    ENJAMBRE_EXIT_ON_COMPLETE: '1',
    ENJAMBRE_INSECURE_NO_AUTH: 'yes',
    ENJAMBRE_HTTP_HOST: '0.0.0.0',
  });
  assert.deepEqual(config.torrentFiles, ['a b.torrent', 'c.torrent']);
  assert.equal(config.peers.length, 2);
  assert.equal(config.exitOnComplete, true);
  assert.match(refusalOf([torrent], { ENJAMBRE_HTTP_PORT: 'x' }), /--http-port \(env ENJAMBRE_HTTP_PORT\): "x"/);
});

test('what is wrong with the configuration file is named with the file', () => {
  for (const [content, sentence] of [
    ['{', /--config c\.json: .*JSON/],
    ['[]', /--config c\.json: it must hold a JSON object/],
    ['{"colour": 1}', /--config c\.json: unknown flag "colour"/],
    ['{"__proto__": 1}', /--config c\.json: unknown flag "__proto__"/],
    ['{"archives": {}}', /--config c\.json: "archives" must be/],
    ['{"http-port": 99999}', /--http-port \(file c\.json\): "99999"/],
  ] as const) {
    assert.match(refusalOf([torrent, '--config=c.json'], {}, { 'c.json': content }), sentence, content);
  }
});

test('a token comes from a flag, a file or the environment, and the nearer one hides the others', () => {
  const files = { t: 'from-file\n', empty: '\n' };
  assert.equal(configOf([torrent, '--token-file=t'], {}, files).token, 'from-file');
  assert.equal(configOf([torrent], { ENJAMBRE_TOKEN_FILE: 't' }, files).token, 'from-file');
  assert.equal(configOf([torrent], { ENJAMBRE_TOKEN: 'from-env' }).token, 'from-env');
  assert.equal(configOf([torrent, '--token=flag'], { ENJAMBRE_TOKEN_FILE: 't' }, files).token, 'flag');
  assert.equal(configOf([torrent, '--token-file=t'], { ENJAMBRE_TOKEN: 'from-env' }, files).token, 'from-file');
  assert.match(refusalOf([torrent, '--token-file=empty'], {}, files), /--token-file empty: a token is/);
});

test('--print-config shows every value with its origin and no secret', () => {
  const settings = settingsOf([torrent, '--token=hush'], { ENJAMBRE_ARCHIVES: '/data' });
  const text = describeSettings(flags, settings);
  assert.match(text, /^torrent-file +x\.torrent +flag$/m);
  assert.match(text, /^archives +\/data +env ENJAMBRE_ARCHIVES$/m);
  assert.match(text, /^http-port +9091 +default$/m);
  assert.match(text, /^token +\(hidden\) +flag$/m);
  assert.doesNotMatch(text, /hush/);
});

test('the help names every flag, in lines that fit a wide terminal', () => {
  for (const flag of flags) assert.match(helpText(), new RegExp(`^  --${flag.name}( |$)`, 'm'));
  for (const line of helpText().split('\n')) assert.ok(line.length <= 120, line);
  assert.equal(environmentName(flags.find(({ name }) => name === 'http-port')!), 'ENJAMBRE_HTTP_PORT');
});

test('the overlay has its port, its bootstraps and its keys', () => {
  const key = 'ab'.repeat(32);
  const files = { k: `${key}\n${'cd'.repeat(32)} # the one before\n`, bad: 'hush' };
  const mode = [torrent, '--discovery-mode=tracker,overlay'];
  const byDefault = configOf(mode).overlay;
  assert.deepEqual([byDefault.port, byDefault.portIsDefault, byDefault.bootstraps], [6000, true, []]);
  assert.deepEqual([byDefault.isWanted, byDefault.keyRing.isSecret], [true, false]);
  const argv = [...mode, '--bootstrap=a:6000,b:6001', '--overlay-port=6000', '--overlay-key-file=k'];
  const { overlay, usesTrackers } = configOf(argv, { ENJAMBRE_OVERLAY_KEY: 'cd'.repeat(32) }, files);
  assert.deepEqual([usesTrackers, overlay.portIsDefault, overlay.bootstraps.length], [true, false, 2]);
  assert.deepEqual(
    overlay.keyRing.keys.map((one) => one.toHex()),
    [key, 'cd'.repeat(32)],
  );
  const prepared = configOf([torrent, '--bootstrap=a:6000', '--overlay-port=7000']).overlay;
  assert.deepEqual([prepared.isWanted, prepared.unusedFlag, prepared.port], [false, 'bootstrap', 7000]);
  assert.equal(configOf([torrent, '--overlay-port=7000']).overlay.unusedFlag, undefined);
  assert.equal(configOf([torrent, '--discovery-mode=overlay'], { ENJAMBRE_OVERLAY_KEY: key }).usesTrackers, false);
  assert.match(refusalOf([...mode, '--overlay-key-file=bad'], {}, files), /^--overlay-key-file bad: key 1 is neither/);
});
