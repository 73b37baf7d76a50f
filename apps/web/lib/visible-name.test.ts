import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitName, visibleName } from './visible-name.ts';

describe('a name of a stranger', () => {
  it('shows what would turn or hide text', () => {
    assert.equal(visibleName('a\u202egpj.exe'), 'a\ufffdgpj.exe');
    assert.equal(visibleName('a\nb\u0000\u007f'), 'a␊b␀␡');
    assert.equal(visibleName('Año 2026 — 日本'), 'Año 2026 — 日本');
  });

  it('keeps its end when it is long', () => {
    assert.deepEqual(splitName('debian-13.1.0-amd64-DVD-1.iso'), { head: 'debian-13.1.0-amd64-', tail: 'DVD-1.iso' });
    assert.deepEqual(splitName('short'), { head: 'short', tail: '' });
  });
});
