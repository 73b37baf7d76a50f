// Every flag of `enjambre client`: the one list that parsing, help, environment and the configuration file follow.

import { describeFlags, type Flag, standardFlags } from '@enjambre/runtime';

export const flags: readonly Flag[] = [
  { name: 'torrent-file', value: 'FILE', separator: '\n', help: 'a .torrent to download or seed; may be repeated' },
  { name: 'torrent', value: 'FILE', separator: '\n', aliasOf: 'torrent-file', help: 'the same as --torrent-file' },
  { name: 'archives', value: 'DIR', default: './archives', help: 'where data is written and looked for' },
  { name: 'watch', value: 'DIR', help: '.torrent files that appear there are added' },
  {
    name: 'state-dir',
    value: 'DIR',
    help: 'what it remembers (torrents sent to it, pauses); default: in the archives',
  },
  { name: 'hostname', value: 'NAME', help: 'the name or address that others reach us at (NAT, Docker)' },
  {
    name: 'listen-port',
    value: 'PORT',
    default: '6881',
    help: 'peer connections; 0: any free; default busy: the next free',
  },
  {
    name: 'listen-host',
    value: 'ADDRESS',
    help: 'the address peer connections are bound to, in and out; default: all',
  },
  { name: 'peer', value: 'HOST:PORT', separator: ',', help: 'a peer to connect to; may be repeated' },
  {
    name: 'discovery-mode',
    value: 'LIST',
    default: 'tracker',
    help: 'where peers come from: tracker, overlay, or tracker,overlay',
  },
  {
    name: 'tracker',
    value: 'URL',
    separator: '\n',
    help: 'a tracker for all torrents but private ones, after their own; may be repeated',
  },
  {
    name: 'all-tiers',
    value: undefined,
    help: 'keep a tracker of each tier informed, not only the first that answers',
  },
  {
    name: 'bootstrap',
    value: 'HOST:PORT',
    separator: ',',
    help: 'members of the overlay to start from; several with commas',
  },
  {
    name: 'overlay-port',
    value: 'PORT',
    default: '6000',
    help: 'the overlay, UDP and TCP; 0: any free; default busy: the next free',
  },
  {
    name: 'overlay-key',
    value: 'KEY',
    secret: true,
    help: "the overlay's key; better by ENJAMBRE_OVERLAY_KEY or a file",
  },
  { name: 'overlay-key-file', value: 'FILE', help: 'a file with its key, 64 hex digits; several: all are accepted' },
  { name: 'download-limit', value: 'BYTES', help: 'bytes a second, or with k, M, G (1024 each); 0: none' },
  { name: 'upload-limit', value: 'BYTES', help: 'bytes a second, or with k, M, G (1024 each); 0: none' },
  { name: 'max-connections', value: 'NUMBER', default: '200', help: 'peers connected at once, over all torrents' },
  { name: 'exit-on-complete', value: undefined, help: 'exit 0 as soon as everything is verified and written' },
  { name: 'timeout', value: 'SECONDS', help: 'exit then: 0 when everything is complete, else 3' },
  { name: 'http-port', value: 'PORT', default: '9091', help: 'the control server; "auto": any free; 0 means 9091' },
  { name: 'http-host', value: 'ADDRESS', default: '127.0.0.1', help: 'the address of the control server' },
  { name: 'allowed-hosts', value: 'LIST', separator: ',', help: 'further names callers may use for this machine' },
  { name: 'token', value: 'TOKEN', secret: true, help: 'what callers must know; better by ENJAMBRE_TOKEN or a file' },
  { name: 'token-file', value: 'FILE', help: 'a file that holds the token' },
  { name: 'insecure-no-auth', value: undefined, help: 'let whoever reaches a public --http-host call without a token' },
  { name: 'run-file', value: 'FILE', help: 'pid, start time and ports as bound are written there, removed at exit' },
  { name: 'log-level', value: 'LEVEL', default: 'info', help: 'debug, info, warn or error' },
  ...standardFlags,
];

/** What `--help` prints. */
export function helpText(): string {
  return [
    'enjambre client --torrent-file=X.torrent [--archives=DIR] …',
    'Downloads torrents, seeds them, and answers on a control server: GET /status, POST /pause, POST /resume, /health,',
    'and below /api/v1/torrents what docs/contract.md tells.',
    '',
    describeFlags(flags),
    '',
    'Precedence: flag, then environment (ENJAMBRE_HTTP_PORT=…), then --config, then the default in brackets.',
    'Exit codes: 0 done or stopped, 1 a bug, 2 a wrong flag, file or folder, 3 the --timeout ran out first.',
    '',
  ].join('\n');
}
