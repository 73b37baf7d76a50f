import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDraft, fieldOf, requestOf } from './check.ts';
import { changeDraft, EMPTY_DRAFT, EMPTY_FIELDS, type Entry, freeName } from './draft.ts';

function makeEntry(key: number, name: string): Entry {
  return {
    key,
    fileName: `${name}.torrent`,
    file: undefined,
    content: undefined,
    name,
    nameError: undefined,
    problem: undefined,
    busy: false,
  };
}

describe('a draft', () => {
  it('is checked before the backend is asked', () => {
    const entries = [
      makeEntry(1, 'disc'),
      makeEntry(2, 'disc'),
      makeEntry(3, ''),
      makeEntry(4, '-x'),
      makeEntry(5, 'ok'),
    ];
    const limits = { downloadLimit: '0', uploadLimit: '20' };
    const fields = { ...EMPTY_FIELDS, ...limits, discovery: 'overlay', port: '70000', bootstrap: 'host' };
    const found = checkDraft({ entries, fields, errors: {} });
    assert.deepEqual(Object.fromEntries(found.names), {
      2: 'add.name-twice',
      3: 'add.name-missing',
      4: 'add.name-form',
    });
    assert.deepEqual(found.fields, {
      port: 'add.port-form',
      bootstrap: 'add.bootstrap-form',
      downloadLimit: 'add.limit-form',
    });
    // What is not shown is not asked for either.
    assert.deepEqual(checkDraft({ entries: [], fields: { ...fields, discovery: 'tracker' }, errors: {} }).fields, {
      downloadLimit: 'add.limit-form',
    });
  });

  it('becomes a request without what was left empty', () => {
    const fields = { ...EMPTY_FIELDS, discovery: 'tracker,overlay', bootstrap: ' a:1, [::1]:2 ', downloadLimit: '20' };
    const request = JSON.parse(JSON.stringify(requestOf(makeEntry(1, 'disc'), 'd.torrent', fields)));
    assert.deepEqual(request, {
      containerName: 'disc',
      torrentFile: 'd.torrent',
      discoveryMode: 'tracker,overlay',
      bootstrap: 'a:1,[::1]:2',
      downloadLimit: 20_480,
    });
  });

  it('gives every file a name of its own', () => {
    assert.equal(freeName('disc', ['disc', 'disc-2']), 'disc-3');
    const content = { torrentName: 'disc', infoHash: '', totalSize: 0, fileCount: 1, usedBy: [] };
    const put = changeDraft(EMPTY_DRAFT, { kind: 'put', entries: [makeEntry(1, 'disc'), makeEntry(2, '')] });
    const read = changeDraft(put, { kind: 'read', key: 2, content, suggestedName: 'disc' });
    assert.equal(read.entries[1].name, 'disc-2');
  });

  it('keeps every field but forgets an error once its field changes', () => {
    const wrong = changeDraft(EMPTY_DRAFT, { kind: 'errors', errors: { port: 'taken', folder: 'outside' } });
    const mended = changeDraft(wrong, { kind: 'field', field: 'port', value: '6001' });
    assert.deepEqual([mended.errors, mended.fields.port], [{ folder: 'outside' }, '6001']);
  });
});

describe('a refusal', () => {
  it('belongs to the field it speaks of', () => {
    assert.equal(fieldOf({ code: 'name-taken' }), 'name');
    assert.equal(fieldOf({ code: 'invalid-request', field: 'folderPath' }), 'folder');
    assert.equal(fieldOf({ code: 'torrent-not-found', field: 'torrentFile' }), undefined);
  });
});
