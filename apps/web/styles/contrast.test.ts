import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

type Tokens = Readonly<Record<string, string>>;

/** WCAG 2.2, 1.4.3 and 1.4.11. */
const TEXT = 4.5;
const SHAPE = 3;

const GROUNDS = ['canvas', 'surface', 'hover', 'selected'];
const TONES = ['flow', 'good', 'work', 'wait', 'rest', 'bad'];

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');
const [lightBlock, darkBlock] = css.split('@media (prefers-color-scheme: dark)');
const light = tokensOf(lightBlock);
const dark = { ...light, ...tokensOf(darkBlock) };

function tokensOf(block: string): Tokens {
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

/** `front on back: 4.1` for each pair that is too close. */
function tooClose(tokens: Tokens, pairs: readonly (readonly [front: string, back: string, least: number])[]): string[] {
  return pairs.flatMap(([front, back, least]) => {
    const ratio = contrast(tokens[front], tokens[back]);
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)} < ${least}`];
  });
}

const PAIRS = [
  ...GROUNDS.flatMap((ground) => [
    ...['text', 'muted', 'accent', ...TONES].map((front) => [front, ground, TEXT] as const),
  ]),
  ...TONES.map((tone) => [tone, `${tone}-tint`, TEXT] as const),
  ...TONES.flatMap((tone) => [[`${tone}-fill`, 'track', SHAPE] as const, [`${tone}-fill`, 'surface', SHAPE] as const]),
  ...['canvas', 'surface', 'hover'].map((ground) => ['control', ground, SHAPE] as const),
  ['on-accent', 'accent', TEXT] as const,
  // The filled button of what can't be undone.
  ['surface', 'bad', TEXT] as const,
];

describe('colours', () => {
  it('are read from the style sheet, the same names in both themes', () => {
    assert.ok(Object.keys(light).length > 25);
    assert.deepEqual(Object.keys(tokensOf(darkBlock)).sort(), Object.keys(light).sort());
  });

  it('stand out enough in the light theme', () => {
    assert.deepEqual(tooClose(light, PAIRS), []);
  });

  it('stand out enough in the dark theme', () => {
    assert.deepEqual(tooClose(dark, PAIRS), []);
  });
});
