// What the tracker has answered since it started, counted: for `/stats` and `/metrics`.

export interface Tally {
  announcesHttp: number;
  announcesUdp: number;
  scrapesHttp: number;
  scrapesUdp: number;
  /** Connection ids given. */
  connects: number;
  /** Announces that were answered with a reason why not. */
  refused: number;
  /** Datagrams with a connection id that was not good. */
  strangers: number;
  /** Datagrams that were no request. */
  dropped: number;
}

export function emptyTally(): Tally {
  return {
    announcesHttp: 0,
    announcesUdp: 0,
    scrapesHttp: 0,
    scrapesUdp: 0,
    connects: 0,
    refused: 0,
    strangers: 0,
    dropped: 0,
  };
}
