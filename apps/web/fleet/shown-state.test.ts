import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerView, Reason } from '@enjambre/contract';
import { createFormat } from '../lib/format.ts';
import { createTranslate } from '../texts/text.ts';
import { makeContainer, makeStatus } from './container.fixture.ts';
import { shownState } from './shown-state.ts';

const NOW = 1_000_000;
const format = createFormat('en');
const t = createTranslate('en');

function wordsOf(over: Partial<ContainerView>): string {
  const { word, reason, tone } = shownState(makeContainer(1, over), NOW, format);
  const why = reason === undefined ? '' : ` — ${t(reason.key, reason.values)}`;
  return `${tone}: ${t(word.key, word.values)}${why}`;
}

const because = (code: Reason['code'], since = NOW - 40_000): Reason => ({ code, message: 'a sentence', since });

describe('the shown state', () => {
  it('says what a running client does and why', () => {
    assert.equal(wordsOf({}), 'flow: Downloading — 48 s left');
    assert.equal(
      wordsOf({ status: makeStatus({ state: 'starting', download_speed: 0, connected_peers: 0 }) }),
      'wait: Stalled — no peer is connected',
    );
    assert.equal(
      wordsOf({ status: makeStatus({ state: 'seeding', download_speed: 0, upload_speed: 5 }) }),
      'wait: Stalled — none of 3 connected peers sends',
    );
    assert.equal(wordsOf({ status: makeStatus({ state: 'completed' }) }), 'good: Complete — sharing with 3 peers');
    assert.equal(
      wordsOf({ status: makeStatus({ state: 'completed', upload_speed: 1, connected_peers: 1 }) }),
      'good: Seeding — sharing with 1 peer',
    );
  });

  it('says why nothing arrives, in the client’s own words when it told', () => {
    const idle = makeStatus({ state: 'starting', download_speed: 0 });
    assert.equal(
      wordsOf({ status: idle, reason: because('pieces-missing') }),
      'wait: Stalled — no peer has what is missing',
    );
    assert.match(wordsOf({ status: idle, reason: because('checking') }), /^flow: Starting — checking/);
  });

  it('says that a paused client goes on serving', () => {
    assert.equal(
      wordsOf({ status: makeStatus({ state: 'paused', paused: true }) }),
      'rest: Paused — still sharing with 3 peers',
    );
    assert.equal(
      wordsOf({ status: makeStatus({ state: 'paused', paused: true, connected_peers: 0 }) }),
      'rest: Paused — still sharing',
    );
  });

  it('gives a client time to check its files before it calls it stalled', () => {
    const idle = makeStatus({ state: 'starting', download_speed: 0 });
    assert.match(wordsOf({ status: idle, startedAt: NOW - 1_000 }), /^flow: Starting — checking/);
    assert.match(wordsOf({ status: idle, startedAt: NOW - 60_000 }), /^wait: Stalled/);
    assert.match(wordsOf({ status: null, health: 'starting' }), /^flow: Starting — waiting/);
    // Made, and about to be started; or made to rest.
    const made = { state: 'created', health: 'none', status: null } as const;
    assert.match(wordsOf(made), /^flow: Starting — waiting/);
    assert.match(wordsOf({ ...made, wanted: 'stopped' }), /^rest: Created/);
  });

  it('is red only for what went wrong, not for what was asked for', () => {
    assert.equal(
      wordsOf({ state: 'exited', wanted: 'stopped', health: 'none', exitCode: 0, reason: because('stopped-by-user') }),
      'rest: Stopped — stopped by you',
    );
    assert.equal(
      wordsOf({ state: 'exited', health: 'none', exitCode: 137, reason: because('killed') }),
      'bad: Failed (code 137) — its client was killed',
    );
    assert.equal(
      wordsOf({ state: 'created', health: 'none', reason: because('start-failed') }),
      'bad: Failed — it could not start',
    );
    assert.equal(wordsOf({ reason: because('storage') }), 'bad: Error — its files can’t be written');
    assert.equal(
      wordsOf({ state: 'restarting', health: 'none', exitCode: 1, reason: because('restarting') }),
      'work: Restarting — it ended, starting again',
    );
  });

  it('counts for how long a client has been silent', () => {
    assert.equal(wordsOf({ health: 'unreachable', reason: because('no-answer') }), 'wait: No answer — for 40 s');
  });
});
