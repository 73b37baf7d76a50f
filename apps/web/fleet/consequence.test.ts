import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerView } from '@enjambre/contract';
import { createTranslate } from '../texts/text.ts';
import { consequenceOf } from './consequence.ts';
import { makeContainer, makeStatus } from './container.fixture.ts';
import type { Verb } from './verb.ts';

const t = createTranslate('en');
const serving = makeContainer(1);
const alone = makeContainer(2, { status: makeStatus({ connected_peers: 0 }) });
const empty = makeContainer(3, { status: makeStatus({ downloaded: 0 }) });
const silent = makeContainer(4, { health: 'unreachable' });
const stopped = makeContainer(5, { state: 'exited', status: null });

function said(verb: Verb, ...containers: ContainerView[]): string | undefined {
  const consequence = consequenceOf(verb, containers);
  return consequence && t(consequence.key, consequence.values);
}

describe('what others lose', () => {
  it('is said of one that shares with peers', () => {
    assert.equal(
      said('stop', serving),
      'container-1 shares with 3 peers. They get nothing from it while it is stopped.',
    );
    assert.equal(said('restart', serving), 'container-1 shares with 3 peers. They lose it until it is back.');
  });

  it('is said of those of many for whom it holds', () => {
    const sentence = '1 of these 4 shares with peers, who get nothing from it while it is stopped.';
    assert.equal(said('stop', serving, alone, empty, silent, stopped), sentence);
  });

  it('is nothing where nobody is connected, nothing is there to get, or no answer comes', () => {
    for (const container of [alone, empty, silent, stopped]) assert.equal(said('stop', container), undefined);
  });

  it('is nothing for what can be taken back at once', () => {
    for (const verb of ['pause', 'resume', 'start'] as const) assert.equal(said(verb, serving), undefined);
  });
});
