import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsAnswer, processMetrics, single } from './metrics.ts';

test('metrics have a help, a type and a line for each set of labels', () => {
  const { body, headers } = metricsAnswer([
    single('enjambre_peers', 'gauge', 'Connected peers.', 3),
    {
      name: 'enjambre_torrents',
      type: 'gauge',
      help: 'By state.',
      samples: [
        { labels: { state: 'seeding', kind: 'a' }, value: 2 },
        { labels: { state: 'paused' }, value: 0 },
      ],
    },
  ]);
  assert.equal(
    body,
    '# HELP enjambre_peers Connected peers.\n# TYPE enjambre_peers gauge\nenjambre_peers 3\n' +
      '# HELP enjambre_torrents By state.\n# TYPE enjambre_torrents gauge\n' +
      'enjambre_torrents{state="seeding",kind="a"} 2\nenjambre_torrents{state="paused"} 0\n',
  );
  assert.equal(headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8');
});

test('a name that people chose cannot break a line or a label', () => {
  const samples = [{ labels: { name: 'a"b\\c\nd' }, value: 1 }];
  const { body } = metricsAnswer([{ name: 'x', type: 'gauge', help: 'one\ntwo\\', samples }]);
  assert.equal(body, '# HELP x one\\ntwo\\\\\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 1\n');
});

test('a process tells its time, memory and start', () => {
  const [cpu, memory, start] = processMetrics(1_500_000_000_000).map(({ samples }) => samples[0].value);
  assert.ok(cpu > 0 && memory > 1e6);
  assert.equal(start, 1_500_000_000);
});
