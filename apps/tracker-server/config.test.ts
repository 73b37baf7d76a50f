import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from './config.ts';

function error(argv: string[], env: NodeJS.ProcessEnv = {}): string {
  const config = parseConfig(argv, env, () => '');
  assert.ok(config instanceof Error);
  return config.message;
}

const DEFAULTS = {
  port: 8080,
  host: '127.0.0.1',
  intervalSeconds: 120,
  minIntervalSeconds: 30,
  handOut: 'random',
  maxPeers: 1_000_000,
  maxPeersPerSwarm: 5000,
  allowList: undefined,
  denyList: undefined,
  dataDir: undefined,
  set: undefined,
};

test('without flags it is the default: loopback, port 8080', () => {
  assert.deepEqual(
    parseConfig([], {}, () => ''),
    DEFAULTS,
  );
});

test('a flag goes before the environment, the environment before the default, an empty variable is none', () => {
  const env = { ENJAMBRE_PORT: '1', ENJAMBRE_MIN_INTERVAL: '7', ENJAMBRE_HOST: '' };
  const config = parseConfig(['--port=2', '--interval', '60', '--host=::', '--data-dir=kept'], env, () => '');
  assert.deepEqual(config, {
    ...DEFAULTS,
    ...{ port: 2, host: '::', intervalSeconds: 60, minIntervalSeconds: 7, dataDir: 'kept' },
  });
});

test('the minimum interval is never above the interval', () => {
  const config = parseConfig(['--interval=5'], {}, () => '');
  assert.ok(typeof config === 'object' && 'port' in config && config.minIntervalSeconds === 5);
});

test('every wrong flag or value is named in one line', () => {
  assert.match(error(['--prot=1']), /^--prot: no such flag/);
  assert.match(error(['-x']), /^-x: no such flag/);
  assert.match(error(['announce']), /^announce: not a flag/);
  assert.match(error(['--port']), /^--port: needs a value/);
  assert.match(error(['--help=yes']), /^--help: takes no value/);
  for (const port of ['65536', '-1', '', 'http', '1e3', '80 '])
    assert.match(error([`--port=${port}`]), /^--port: ".*" is not/);
  assert.match(error([], { ENJAMBRE_PORT: 'x' }), /^ENJAMBRE_PORT: "x" is not a number from 0 to 65535$/);
  assert.match(error(['--hand-out=best']), /^--hand-out: "best" is neither random nor completeness$/);
  assert.match(error(['--max-peers=0']), /^--max-peers/);
  assert.match(error(['--interval=0']), /^--interval/);
  assert.match(error(['--min-interval=no']), /^--min-interval/);
  assert.match(error(['--host=a b']), /^--host: "a b" is not an address/);
});

test('help is asked for by --help and -h', () => {
  for (const flag of ['--help', '-h'])
    assert.equal(
      parseConfig([flag], {}, () => ''),
      'help',
    );
});
