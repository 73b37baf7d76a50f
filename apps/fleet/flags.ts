// Every flag of `enjambre backend`; `enjambre start` has the same and its own.

import { type Flag, standardFlags } from '@enjambre/runtime';
import { dockerFlags } from './docker-settings.ts';

export const backendFlags: readonly Flag[] = [
  { name: 'port', value: 'PORT', default: '8090', help: 'the API (and the page)' },
  { name: 'page-port', value: 'PORT', default: '3000', help: 'the page, and the API for it' },
  { name: 'host', value: 'ADDRESS', default: '127.0.0.1', help: 'the address both listen on' },
  { name: 'data-dir', value: 'DIR', default: './enjambre-data', help: 'where the backend keeps its own state' },
  { name: 'root', value: 'DIR', help: 'downloads go below it; default: downloads in the --data-dir' },
  {
    name: 'driver',
    value: 'NAME',
    default: 'process',
    help: 'what runs the clients: process, docker, docker-swarm or auto',
  },
  { name: 'listen-host', value: 'ADDRESS', help: "the address of the clients' peer connections; default: all" },
  ...dockerFlags,
  { name: 'allowed-hosts', value: 'LIST', separator: ',', help: 'further names callers may use for this machine' },
  { name: 'token', value: 'TOKEN', secret: true, help: 'what callers must know; better by ENJAMBRE_TOKEN or a file' },
  { name: 'token-file', value: 'FILE', help: 'a file that holds the token' },
  { name: 'insecure-no-auth', value: undefined, help: 'let whoever reaches a public --host call without a token' },
  { name: 'log-level', value: 'LEVEL', default: 'info', help: 'debug, info, warn or error' },
  ...standardFlags,
];
