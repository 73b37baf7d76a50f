import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBencode } from './bencode-decoder.ts';
import { BencodeDictionary, type BencodeValue } from './bencode-dictionary.ts';
import { type BencodeInput, encodeBencode } from './bencode-encoder.ts';
import { BencodeError, type BencodeErrorCode } from './errors.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const decode = (text: string): BencodeValue => decodeBencode(bytesOf(text)).value;

function dictionaryOf(text: string): BencodeDictionary {
  const value = decode(text);
  assert.ok(value instanceof BencodeDictionary);
  return value;
}

const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'length', 'path'),
  fc.string({ unit: 'binary-ascii' }),
);

/** Whatever a .torrent, a tracker or a peer may say. */
const anyValue: fc.Arbitrary<BencodeInput> = fc.letrec<{ value: BencodeInput }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).filter((big) => !Number.isSafeInteger(Number(big))),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 16, selector: ([name]) => name })
      .map((all) => new Map(all)),
  ),
})).value;

describe('decodeBencode', () => {
  it('reads integers exactly', () => {
    assert.equal(decode('i0e'), 0);
    assert.equal(decode('i-42e'), -42);
    assert.equal(decode('i9007199254740991e'), Number.MAX_SAFE_INTEGER);
    assert.equal(decode('i9007199254740992e'), 9007199254740992n);
    assert.equal(decode('i-18446744073709551616e'), -18446744073709551616n);
  });

  it('gives byte strings as views of the input', () => {
    const input = bytesOf('5:hello');
    const value = decodeBencode(input).value as Uint8Array;
    assert.equal(value.buffer, input.buffer);
    assert.deepEqual(value, bytesOf('hello'));
    assert.deepEqual(decode('0:'), bytesOf(''));
  });

  const refused: ReadonlyArray<readonly [input: string, code: BencodeErrorCode, offset: number]> = [
    ['', 'unexpected-end', 0],
    ['i-0e', 'bad-integer', 0],
    ['i03e', 'bad-integer', 0],
    ['i-03e', 'bad-integer', 0],
    ['ie', 'bad-integer', 0],
    ['i-e', 'bad-integer', 0],
    ['i+1e', 'bad-integer', 1],
    ['i1.5e', 'bad-integer', 2],
    ['i12', 'unexpected-end', 3],
    [`i${'1'.repeat(2000)}e`, 'bad-integer', 0],
    ['01:a', 'bad-length', 0],
    ['00:', 'bad-length', 0],
    ['3-abc', 'bad-length', 1],
    ['3', 'string-beyond-end', 0],
    ['0', 'unexpected-end', 1],
    ['-3:abc', 'unexpected-byte', 0],
    ['4:abc', 'string-beyond-end', 0],
    ['99999999999999999999999999:a', 'string-beyond-end', 0],
    ['l-3:e', 'unexpected-byte', 1],
    ['li1e', 'unexpected-end', 4],
    ['d', 'unexpected-end', 1],
    ['d1:a', 'unexpected-end', 4],
    ['d1:ae', 'unexpected-byte', 4],
    ['di1ei2ee', 'key-not-string', 1],
    ['d1:ai1e1:ai2ee', 'duplicate-key', 7],
    ['d1:bi1e1:ai2e1:bi3ee', 'duplicate-key', 13],
    ['x', 'unexpected-byte', 0],
    ['l'.repeat(101) + 'e'.repeat(101), 'too-deep', 100],
    ['l'.repeat(1_000_000), 'too-deep', 100],
  ];
  for (const [input, code, offset] of refused) {
    it(`refuses ${JSON.stringify(input.slice(0, 30))} with ${code} at ${offset}`, () => {
      assert.throws(() => decode(input), { name: 'BencodeError', code, offset });
    });
  }

  it('takes lists and dictionaries 100 deep', () => {
    assert.ok(Array.isArray(decode('l'.repeat(100) + 'e'.repeat(100))));
  });

  it('accepts keys out of order and says so', () => {
    assert.equal(decodeBencode(bytesOf('d1:ai1e1:bi2ee')).unsortedKeys, false);
    const { value, unsortedKeys } = decodeBencode(bytesOf('d1:bi2e1:ai1ee'));
    assert.equal(unsortedKeys, true);
    assert.deepEqual(
      [...(value as BencodeDictionary)],
      [
        ['b', 2],
        ['a', 1],
      ],
    );
  });

  it('reads a value that a payload follows', () => {
    const { value, length } = decodeBencode(bytesOf('d5:piecei0eeDATA'));
    assert.equal((value as BencodeDictionary).getInteger('piece'), 0);
    assert.equal(length, 12);
  });

  it('reads back whatever was encoded', () => {
    fc.assert(
      fc.property(anyValue, (input) => {
        const encoded = encodeBencode(input);
        const { value, unsortedKeys } = decodeBencode(encoded);
        assert.equal(unsortedKeys, false);
        assert.deepEqual(encodeBencode(value), encoded);
      }),
    );
  });

  it('either decodes or throws a BencodeError, whatever bytes are changed or cut off', () => {
    const mutation = fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...bytesOf('0123456789-:eild')), fc.nat(255)));
    fc.assert(
      fc.property(anyValue, fc.array(mutation, { maxLength: 4 }), fc.nat(), (input, mutations, cut) => {
        const bytes = encodeBencode([input, input]);
        for (const [position, byte] of mutations) bytes[position % bytes.length] = byte;
        for (const sample of [bytes, bytes.subarray(0, cut % bytes.length)]) {
          try {
            decodeBencode(sample);
          } catch (error) {
            assert.ok(error instanceof BencodeError);
            assert.ok(error.offset <= sample.length);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('either decodes or throws a BencodeError for random bytes', () => {
    const unit = fc.constantFrom(...'0123456789-:eildi1e3:abc');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        try {
          assert.ok(decode(text) !== undefined);
        } catch (error) {
          assert.ok(error instanceof BencodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads 100,000 unsorted keys without comparing each with each', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `6:${999_999 - index}i0e`);
    assert.equal(dictionaryOf(`d${keys.join('')}e`).size, 100_000);
  });
});

describe('BencodeDictionary', () => {
  it('treats __proto__ as a key like another', () => {
    const dictionary = dictionaryOf('d9:__proto__d1:ai1eee');
    assert.equal(dictionary.getDict('__proto__')?.getInteger('a'), 1);
    assert.equal(dictionary.get('a'), undefined);
    assert.equal(dictionary.get('constructor'), undefined);
  });

  it('gives undefined for values of another type', () => {
    const dictionary = dictionaryOf('d1:b2:\xc3\xb11:dde1:ii9007199254740993e1:llee');
    assert.equal(dictionary.getString('b'), 'ñ');
    assert.equal(dictionary.getInteger('b'), undefined);
    assert.equal(dictionary.getInteger('i'), undefined);
    assert.equal(dictionary.get('i'), 9007199254740993n);
    assert.equal(dictionary.getList('d'), undefined);
    assert.equal(dictionary.getDict('l'), undefined);
    assert.deepEqual(dictionary.getList('l'), []);
    assert.equal(dictionary.getBytes('none'), undefined);
  });

  it('gives every value its own original bytes and place', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 30 }), anyValue, (keys, value) => {
        const encoded = Buffer.from(encodeBencode(value)).toString('latin1');
        const text = `d${keys.map((name) => `${name.length}:${name}${encoded}`).join('')}e`;
        const dictionary = dictionaryOf(text);
        for (const name of keys) {
          assert.deepEqual(dictionary.raw(name), bytesOf(encoded));
          assert.ok(text.startsWith(encoded, dictionary.offsetOf(name)));
        }
        assert.deepEqual([...dictionary.keys()], keys);
      }),
    );
  });
});

describe('encodeBencode', () => {
  it('sorts keys by their bytes and leaves undefined values out', () => {
    const encoded = encodeBencode({ b: 1, a: [], c: undefined, B: 'ñ', '\xff': new Map() });
    assert.deepEqual(encoded, bytesOf('d1:B2:\xc3\xb11:ale1:bi1e1:\xffdee'));
  });

  it('refuses what has no encoding', () => {
    assert.throws(() => encodeBencode(1.5), TypeError);
    assert.throws(() => encodeBencode(Number.NaN), TypeError);
    assert.throws(() => encodeBencode({ '\u0100': 1 }), TypeError);
  });
});
