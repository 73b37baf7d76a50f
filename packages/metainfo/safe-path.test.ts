import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collisionKey, MAX_NAME_BYTES, numberedName, safeName } from './safe-name.ts';
import { SafePaths } from './safe-path.ts';

/** Names that have made trouble somewhere, and any others. */
const anyName = fc.oneof(
  fc.constantFrom('', '.', '..', '...', '/', '\\', 'a', 'A', 'a.', 'a ', 'á', 'a\u0301', 'CON', 'nul.txt', 'C:', '\0'),
  fc.constantFrom('.enjambre', '.ENJAMBRE', '.enjambre.', '.enj\u200bambre', 'a (2)', 'com1', '../../etc/passwd'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'ñ', '漢', '😀', '.', ' '), minLength: 60, maxLength: 400 }),
);

function assertSafeName(name: string): void {
  assert.ok(name.length > 0 && Buffer.byteLength(name) <= MAX_NAME_BYTES, `length of ${JSON.stringify(name)}`);
  assert.ok(name.isWellFormed());
  assert.doesNotMatch(name, /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  assert.doesNotMatch(name, /[. ]$/);
  assert.doesNotMatch(name, /^(?:con|prn|aux|nul|com\d|lpt\d)(?:[. ]|$)/i);
}

describe('safeName', () => {
  const examples: ReadonlyArray<readonly [original: string, safe: string]> = [
    ['Ubuntu 24.04 (amd64).iso', 'Ubuntu 24.04 (amd64).iso'],
    ['¿Qué? <ok>: "yes"*|', '¿Qué? <ok>: "yes"*|'],
    ['.hidden', '.hidden'],
    ['..', '_'],
    ['', '_'],
    ['a/b\\c', 'a_b_c'],
    ['a\0b\nc\x7f', 'a_b_c_'],
    ['trailing. . ', 'trailing'],
    ['con', '_con'],
    ['NUL.tar.gz', '_NUL.tar.gz'],
    ['console', 'console'],
    ['C:\\x', 'C__x'],
    ['gpj\u202eexe', 'gpj_exe'],
    ['\ufffd', '\ufffd'],
    [`${'x'.repeat(300)}.txt`, `${'x'.repeat(251)}.txt`],
    [`${'漢'.repeat(100)}.mkv`, `${'漢'.repeat(83)}.mkv`],
    [`${'x'.repeat(254)}..y`.padEnd(300, 'y'), 'x'.repeat(254)],
  ];
  for (const [original, safe] of examples) {
    it(`makes ${JSON.stringify(safe.slice(0, 30))} of ${JSON.stringify(original.slice(0, 30))}`, () => {
      assert.equal(safeName(original), safe);
    });
  }

  it('gives a safe name for any text, numbered or not', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 2, max: 1e6 }), (original, number) => {
        const name = safeName(original);
        assertSafeName(name);
        assertSafeName(numberedName(name, number));
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves a safe name as it is', () => {
    fc.assert(fc.property(anyName, (original) => assert.equal(safeName(safeName(original)), safeName(original))));
  });
});

describe('SafePaths', () => {
  const placeAll = (originals: readonly (readonly string[])[]): string[] => {
    const paths = new SafePaths();
    return originals.map((original) => paths.place(original));
  };

  it('tells duplicates apart, in case, accents and invisible marks too', () => {
    assert.deepEqual(
      placeAll([
        ['r', 'a'],
        ['r', 'a'],
        ['r', 'A'],
        ['r', 'a\u200b'],
      ]),
      ['r/a', 'r/a (2)', 'r/A (3)', 'r/a\u200b (4)'],
    );
    assert.deepEqual(
      placeAll([
        ['r', 'é.txt'],
        ['r', 'e\u0301.txt'],
      ]),
      ['r/é.txt', 'r/e\u0301 (2).txt'],
    );
  });

  it('keeps the files of one folder together and folders of another case apart', () => {
    assert.deepEqual(
      placeAll([
        ['r', 'D', 'a'],
        ['r', 'd', 'b'],
        ['r', 'D', 'c'],
      ]),
      ['r/D/a', 'r/d (2)/b', 'r/D/c'],
    );
  });

  it('tells a file and a folder of one name apart', () => {
    assert.deepEqual(
      placeAll([
        ['r', 'a'],
        ['r', 'a', 'b'],
      ]),
      ['r/a', 'r/a (2)/b'],
    );
    assert.deepEqual(
      placeAll([
        ['r', 'a', 'b'],
        ['r', 'a'],
      ]),
      ['r/a/b', 'r/a (2)'],
    );
  });

  it('never writes into our own state folder', () => {
    assert.deepEqual(placeAll([['.enjambre', 'x']]), ['.enjambre (2)/x']);
    assert.deepEqual(placeAll([['.Enjambre. ', 'x']]), ['.Enjambre (2)/x']);
    assert.deepEqual(placeAll([['r', '.enjambre']]), ['r/.enjambre']);
  });

  it('hands out 50,000 equal names without looking at each other one', () => {
    const paths = placeAll(Array.from({ length: 50_000 }, () => ['same.txt']));
    assert.equal(new Set(paths).size, 50_000);
    assert.equal(paths[49_999], 'same (50000).txt');
  });

  it('gives safe, different and short enough paths for any list of files, the same each time', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyName, { minLength: 1, maxLength: 30 }), { maxLength: 30 }), (originals) => {
        const paths = placeAll(originals);
        const keys = paths.map((path) => path.split('/').map(collisionKey));
        const files = new Set(keys.map((parts) => parts.join('/')));
        assert.equal(files.size, paths.length);
        for (const [index, path] of paths.entries()) {
          assert.ok(Buffer.byteLength(path) < 4096 - 512);
          path.split('/').forEach(assertSafeName);
          assert.notEqual(keys[index][0], '.ENJAMBRE');
          for (let depth = 1; depth < keys[index].length; depth++) {
            assert.ok(!files.has(keys[index].slice(0, depth).join('/')), 'a folder on the way is no file');
          }
        }
        assert.deepEqual(placeAll(originals), paths);
      }),
    );
  });
});
