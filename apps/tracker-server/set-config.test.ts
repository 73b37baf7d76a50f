import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSecretRing } from '@enjambre/tracker';
import { parseConfig } from './config.ts';

const files: Readonly<Record<string, string>> = { new: 'one\ntwo\n', empty: '# nothing\n' };
const readText = (path: string): string => {
  if (path in files) return files[path];
  throw new Error('ENOENT: no such file');
};

function setOf(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const config = parseConfig(argv, env, readText);
  assert.ok(typeof config === 'object' && 'port' in config, String(config));
  return config.set;
}

function error(argv: string[], env: NodeJS.ProcessEnv = {}): string {
  const config = parseConfig(argv, env, readText);
  assert.ok(config instanceof Error);
  return config.message;
}

const SECRET = { ENJAMBRE_TRACKER_SECRET: 'one' };

test('the others are named by flag or variable, by name or address', () => {
  const fellows = [
    { host: 'a', port: 8080 },
    { host: '10.0.0.1', port: 1 },
    { host: '::1', port: 65_535 },
  ];
  const join = 'a:8080,10.0.0.1:1,[0::1]:65535';
  assert.deepEqual(setOf([`--join=${join}`], SECRET)?.fellows, fellows);
  assert.deepEqual(setOf([], { ...SECRET, ENJAMBRE_JOIN: join })?.fellows, fellows);
  assert.equal(setOf([], SECRET), undefined);
});

test('the secret comes from a file, a variable or a file named by one; the flag goes first', () => {
  const join = '--join=a:1';
  const two = parseSecretRing('one\ntwo');
  assert.deepEqual(setOf([join, '--secret-file=new'])?.secrets, two);
  assert.deepEqual(setOf([join], { ENJAMBRE_TRACKER_SECRET_FILE: 'new' })?.secrets, two);
  assert.deepEqual(setOf([join], SECRET)?.secrets, parseSecretRing('one'));
  assert.deepEqual(setOf([join, '--secret-file=new'], { ENJAMBRE_TRACKER_SECRET: 'x' })?.secrets, two);
});

test('a set without a secret, a secret without a set, and whatever is wrong with either are one line that shows no secret', () => {
  assert.match(error(['--join=a:1']), /^--join: trackers of a set know each other by a secret: add --secret-file/);
  assert.match(error(['--secret-file=new']), /^--secret-file: is for a set of trackers: add --join$/);
  assert.match(error(['--join=a:1', '--secret-file=empty']), /^--secret-file: empty: it holds no secret/);
  assert.match(error(['--join=a:1', '--secret-file=gone']), /^--secret-file: gone: ENOENT/);
  for (const text of ['a', 'a:0', 'a:65536', ':1', '::1:8080', 'http://a:1', 'a:1:2']) {
    assert.match(error([`--join=b:1,${text}`], SECRET), /^--join: ".*" is not HOST:PORT or \[IPV6\]:PORT$/);
  }
  assert.match(error(['--join=a:1,b:2,a:1'], SECRET), /^--join: a with port 1 is named twice$/);
  const both = { ENJAMBRE_TRACKER_SECRET: 'hush', ENJAMBRE_TRACKER_SECRET_FILE: 'new', ENJAMBRE_JOIN: 'a:1' };
  assert.match(error([], both), /^ENJAMBRE_TRACKER_SECRET and ENJAMBRE_TRACKER_SECRET_FILE were both given/);
  const many = Array.from({ length: 9 }, (_, at) => `hush${at}`).join();
  assert.doesNotMatch(error(['--join=a:1'], { ENJAMBRE_TRACKER_SECRET: many }), /hush/);
});
