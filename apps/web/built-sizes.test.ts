import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

const KILOBYTE = 1000;
const FIRST_LOAD = 170 * KILOBYTE;
const WITH_GRAPH = 220 * KILOBYTE;
const STYLES = 15 * KILOBYTE;
const OTHER_ROUTE = 60 * KILOBYTE;

type Chunk = Rolldown.OutputChunk;

describe('the built page', () => {
  let files: readonly (Chunk | Rolldown.OutputAsset)[] = [];
  let chunks = new Map<string, Chunk>();

  before(async () => {
    const configFile = path.join(import.meta.dirname, 'vite-config.ts');
    const built = (await build({ configFile, logLevel: 'error', build: { write: false } })) as Rolldown.RolldownOutput;
    files = built.output;
    chunks = new Map(files.filter((file) => file.type === 'chunk').map((file) => [file.fileName, file]));
  });

  const sizeOf = (source: string | Uint8Array) => gzipSync(source).length;
  /** Bytes on the wire of a chunk with all it needs, without what is there already. */
  const loadOf = (start: Chunk, there: ReadonlySet<string> = new Set()): { size: number; names: Set<string> } => {
    const names = new Set<string>();
    const visit = (name: string): void => {
      if (names.has(name) || there.has(name)) return;
      names.add(name);
      for (const next of chunks.get(name)?.imports ?? []) visit(next);
    };
    visit(start.fileName);
    return { size: [...names].reduce((sum, name) => sum + sizeOf(chunks.get(name)?.code ?? ''), 0), names };
  };
  const entry = () => [...chunks.values()].find(({ isEntry }) => isEntry)!;
  const named = (word: string) => [...chunks.values()].find(({ name }) => name.toLowerCase().includes(word))!;

  it('loads at most 170 kB of scripts at first, 220 with the graph', () => {
    const first = loadOf(entry());
    const graph = loadOf(named('uplot'), first.names);
    assert.ok(first.size <= FIRST_LOAD, `${first.size}`);
    assert.ok(first.size + graph.size <= WITH_GRAPH, `${first.size + graph.size}`);
  });

  it('loads at most 60 kB for every other view', () => {
    const first = loadOf(entry());
    for (const view of ['torrents-view', 'container-view', 'engine-view', 'add-dialog']) {
      assert.ok(loadOf(named(view), first.names).size <= OTHER_ROUTE, view);
    }
  });

  it('has at most 15 kB of styles', () => {
    const styles = files.filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
    assert.equal(styles.length, 1);
    assert.ok(styles.every((file) => file.type === 'asset' && sizeOf(file.source) <= STYLES));
  });

  it('holds nothing that a strict policy would refuse, and no address of another origin', () => {
    const html = files.find(({ fileName }) => fileName === 'index.html');
    assert.ok(html?.type === 'asset');
    const page = String(html.source);
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/);
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
  });
});
