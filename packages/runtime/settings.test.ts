import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFlags, type Flag, standardFlags } from './flag.ts';
import { describeSettings, readSettings, UsageError, valuesOf } from './settings.ts';

const flags: readonly Flag[] = [
  { name: 'port', value: 'PORT', default: '80', help: 'the port' },
  { name: 'host-name', value: 'NAME', separator: ',', help: 'names' },
  { name: 'hosts', value: 'NAME', separator: ',', aliasOf: 'host-name', help: 'the same' },
  { name: 'quick', value: undefined, help: 'a switch' },
  { name: 'token', value: 'TOKEN', secret: true, help: 'a secret' },
  { name: 'token-file', value: 'FILE', help: 'a file with it' },
  ...standardFlags,
];

function read(argv: readonly string[], env: Record<string, string> = {}, file = '{}') {
  return readSettings({ command: 'x', flags, argv, env, readText: () => file });
}

test('a flag hides the environment, that hides the file, that hides the default', () => {
  const file = '{"port": 4, "quick": true}';
  const given = [
    read(['--port=1', '--config=f'], { ENJAMBRE_PORT: '2' }, file),
    read(['--config=f'], { ENJAMBRE_PORT: '2' }, file),
    read(['--config', 'f'], { ENJAMBRE_PORT: '' }, file),
    read([]),
  ].map((settings) => settings.get('port'));
  assert.deepEqual(
    given.map((setting) => [setting?.texts[0], setting?.origin]),
    [
      ['1', 'flag'],
      ['2', 'env ENJAMBRE_PORT'],
      ['4', 'file f'],
      ['80', 'default'],
    ],
  );
});

test('repeated flags, commas and aliases add up to one list', () => {
  assert.deepEqual(read(['--host-name=a,b', '--host-name', 'c']).get('host-name')?.texts, ['a', 'b', 'c']);
  assert.deepEqual(read(['--hosts=a']).get('host-name')?.texts, ['a']);
  assert.deepEqual(read(['--config=f'], {}, '{"host-name": ["a", "b"]}').get('host-name')?.texts, ['a', 'b']);
  assert.throws(() => read(['--hosts=a', '--host-name=b']), /--host-name and --hosts are one flag/);
});

test('what cannot be meant is named in one line', () => {
  const cases: [() => unknown, RegExp][] = [
    [() => read(['--prot=1']), /unknown flag "--prot"; see x --help/],
    [() => read(['here']), /unexpected argument "here"/],
    [() => read(['--port']), /--port needs a value \(PORT\)/],
    [() => read(['--port', '--quick']), /--port needs a value; .* --port=--quick/],
    [() => read(['--token=a', '--token-file=b']), /give one/],
    [() => read(['--config=f'], {}, 'no json'), /--config f: /],
    [() => read(['--config=f'], {}, '[]'), /must hold a JSON object/],
    [() => read(['--config=f'], {}, '{"prot":1}'), /unknown flag "prot"/],
  ];
  for (const [act, sentence] of cases) {
    assert.throws(act, (error) => error instanceof UsageError && sentence.test(error.message));
  }
  const refuse = () => {
    throw new Error('a port is a number');
  };
  const settings = read([], { ENJAMBRE_PORT: 'x', ENJAMBRE_TOKEN: 'secret' });
  assert.throws(() => valuesOf(settings, 'port', refuse), /^UsageError: --port \(env ENJAMBRE_PORT\): "x": a port/);
  assert.throws(() => valuesOf(settings, 'token', refuse), /^UsageError: --token \(env ENJAMBRE_TOKEN\): a port/);
});

test('a token that is given nearer hides a token file that is further away', () => {
  const settings = read(['--token=a'], { ENJAMBRE_TOKEN_FILE: 'f' });
  assert.equal(settings.has('token-file'), false);
});

test('what is shown hides secrets', () => {
  const text = describeSettings(flags, read(['--token=hush', '--port=1']));
  assert.match(text, /^port +1 +flag$/m);
  assert.match(text, /^token +\(hidden\) +flag$/m);
  assert.doesNotMatch(text, /hush|hosts /);
  assert.match(describeFlags(flags), /^ {2}--port PORT +the port \[80\]$/m);
});
