// The tracker's figures for Prometheus. Labels come from here alone, never from what a stranger sent.

import { type Metric, metricsAnswer, processMetrics, single } from '@enjambre/http';
import type { Answer, TrackerFigures } from '@enjambre/tracker';

/** What `/metrics` answers. */
export function metricsPage(figures: TrackerFigures): Answer {
  const { headers, body } = metricsAnswer(metricsOf(figures));
  return { status: 200, contentType: headers['Content-Type'], body };
}

function metricsOf(figures: TrackerFigures): Metric[] {
  const startedAtMs = Date.now() - figures.uptimeSeconds * 1000;
  return [
    single('enjambre_tracker_swarms', 'gauge', 'Info hashes with a peer.', figures.torrents),
    {
      name: 'enjambre_tracker_peers',
      type: 'gauge',
      help: 'Peers by what they have.',
      samples: [
        { labels: { role: 'seed' }, value: figures.seeders },
        { labels: { role: 'leecher' }, value: figures.leechers },
      ],
    },
    byTransport('enjambre_tracker_announces_total', 'Announces received.', figures.announcesHttp, figures.announcesUdp),
    byTransport('enjambre_tracker_scrapes_total', 'Scrapes received.', figures.scrapesHttp, figures.scrapesUdp),
    single('enjambre_tracker_refused_total', 'counter', 'Announces answered with a reason why not.', figures.refused),
    single('enjambre_tracker_udp_connects_total', 'counter', 'Connection ids given.', figures.connects),
    single(
      'enjambre_tracker_udp_strangers_total',
      'counter',
      'Datagrams with no good connection id.',
      figures.strangers,
    ),
    single('enjambre_tracker_udp_dropped_total', 'counter', 'Datagrams that were no request.', figures.dropped),
    single('enjambre_tracker_http_connections', 'gauge', 'HTTP connections that are open.', figures.connections),
    ...(figures.set === undefined ? [] : setMetrics(figures.set)),
    ...processMetrics(startedAtMs),
  ];
}

function setMetrics({ fellows, tombstones, refused }: NonNullable<TrackerFigures['set']>): Metric[] {
  const others = fellows.filter(({ state }) => state !== 'same');
  return [
    {
      name: 'enjambre_tracker_fellow_up',
      type: 'gauge',
      help: 'Whether another tracker of the set is met.',
      samples: others.map(({ address, state }) => ({ labels: { fellow: address }, value: state === 'met' ? 1 : 0 })),
    },
    single('enjambre_tracker_tombstones', 'gauge', 'Goodbyes that are remembered.', tombstones),
    single('enjambre_tracker_set_refused_total', 'counter', 'Messages to the set not listened to.', refused),
  ];
}

function byTransport(name: string, help: string, http: number, udp: number): Metric {
  const samples = [
    { labels: { transport: 'http' }, value: http },
    { labels: { transport: 'udp' }, value: udp },
  ];
  return { name, type: 'counter', help, samples };
}
