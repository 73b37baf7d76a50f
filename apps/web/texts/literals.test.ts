import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseAst } from 'vite';
import { readPageSources } from '../page-sources.fixture.ts';

/** Attributes whose value a person reads or hears. */
const SPOKEN = new Set(['aria-label', 'aria-valuetext', 'alt', 'hint', 'label', 'placeholder', 'title', 'unit']);
const HAS_LETTERS = /\p{L}{2,}/u;

interface Node {
  readonly type: string;
  readonly [property: string]: unknown;
}

function* nodesOf(value: unknown): Generator<Node, void, void> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value) yield value as Node;
    for (const inner of Object.values(value)) yield* nodesOf(inner);
  }
}

/** The literal text that `node` would put on the page. */
function literalOf(node: Node): string | undefined {
  if (node.type === 'JSXText') return String(node.value);
  if (node.type !== 'JSXAttribute') return undefined;
  const { name } = node.name as { name: unknown };
  const value = node.value as Node | null;
  return SPOKEN.has(String(name)) && value?.type === 'Literal' ? String(value.value) : undefined;
}

it('every text on the page comes from a catalogue', () => {
  const literals = readPageSources()
    .filter(({ file }) => file.endsWith('.tsx'))
    .flatMap(({ file, text }) =>
      [...nodesOf(parseAst(text, { lang: 'tsx' }))]
        .map(literalOf)
        .filter((literal) => literal !== undefined && HAS_LETTERS.test(literal))
        .map((literal) => `${file}: ${literal?.trim()}`),
    );
  assert.deepEqual(literals, []);
});
