// The tracker's configuration: flags over environment over defaults, parsed once.

import { parseArgs } from 'node:util';
import type { HandOutOrder } from '@enjambre/tracker';
import { readSet, type SetConfig } from './set-config.ts';

export interface TrackerConfig {
  /** 0 for any free one. */
  readonly port: number;
  readonly host: string;
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number;
  readonly handOut: HandOutOrder;
  readonly maxPeers: number;
  readonly maxPeersPerSwarm: number;
  /** Files of info hashes: only these, and never those; undefined for none. */
  readonly allowList: string | undefined;
  readonly denyList: string | undefined;
  /** Where the swarms are kept over a restart; undefined: nowhere. */
  readonly dataDir: string | undefined;
  /** The set of trackers that hold the same swarms; undefined: it is on its own. */
  readonly set: SetConfig | undefined;
}

interface Flag {
  readonly name: string;
  readonly value: string;
  readonly default: string;
  readonly help: string;
  /** Its variable, when that is not made of its name. */
  readonly variable?: string;
}

const flags = [
  { name: 'port', value: 'PORT', default: '8080', help: 'where clients announce, HTTP and UDP; 0: any free one' },
  { name: 'host', value: 'ADDRESS', default: '127.0.0.1', help: 'the address to listen on; 0.0.0.0 or :: for all' },
  { name: 'interval', value: 'SECONDS', default: '120', help: 'when clients shall announce again' },
  { name: 'min-interval', value: 'SECONDS', default: '30', help: 'how soon they may; or --interval when that is less' },
  { name: 'hand-out', value: 'ORDER', default: 'random', help: 'random, or completeness: who lacks least comes first' },
  { name: 'max-peers', value: 'COUNT', default: '1000000', help: 'peers in all; 80 to 150 bytes of memory each' },
  { name: 'max-peers-per-swarm', value: 'COUNT', default: '5000', help: 'peers of one info hash' },
  { name: 'allow-list', value: 'FILE', default: '', help: 'info hashes, 40 hex digits a line: serve these alone' },
  { name: 'deny-list', value: 'FILE', default: '', help: 'info hashes that are not served; SIGHUP reads both anew' },
  { name: 'data-dir', value: 'DIR', default: '', help: 'keeps the swarms over a restart; default: nowhere' },
  { name: 'join', value: 'LIST', default: '', help: 'host:port,… of all trackers that shall hold the same swarms' },
  {
    name: 'secret-file',
    value: 'FILE',
    default: '',
    help: 'their secret, or ENJAMBRE_TRACKER_SECRET; several lines: all count, the first signs',
    variable: 'ENJAMBRE_TRACKER_SECRET_FILE',
  },
] as const satisfies readonly Flag[];
type FlagName = (typeof flags)[number]['name'];

/** 700 MB. */
const MOST_PEERS = 10_000_000;
/** Beyond a day a swarm of one's own would never notice that a peer is gone. */
const MAX_INTERVAL_SECONDS = 86_400;

export const helpText = [
  'enjambre tracker [--port=8080] [--host=127.0.0.1]',
  'A BitTorrent tracker over HTTP (/announce, /scrape, /stats, /metrics, /health) and, on the same port, UDP.',
  '',
  ...flags.map(
    ({ name, value, help, default: standard }) =>
      `  ${`--${name} ${value}`.padEnd(28)}  ${help}${standard === '' ? '' : ` [${standard}]`}`,
  ),
  `  ${'--help'.padEnd(28)}  show this, and exit`,
  '',
  'Each can also be set in the environment: ENJAMBRE_PORT, ENJAMBRE_MIN_INTERVAL, …',
  '',
].join('\n');

/**
 * @param readText gives the text of a small file
 * @returns the configuration, `help` when that is asked for, or an error: one line that names the flag
 */
export function parseConfig(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  readText: (path: string) => string,
): TrackerConfig | 'help' | Error {
  try {
    const given = readFlags(argv);
    if (given.help === true) return 'help';
    const find = (name: FlagName): { text: string; source: string } => findValue(name, given, env);
    const number = (name: FlagName, least: number, most: number): number => {
      const { text, source } = find(name);
      const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      throw new Error(`${source}: ${JSON.stringify(text)} is not a number from ${least} to ${most}`);
    };
    const host = find('host');
    if (!/^[A-Za-z0-9._:-]+$/.test(host.text)) {
      throw new Error(`${host.source}: ${JSON.stringify(host.text)} is not an address or a name`);
    }
    const intervalSeconds = number('interval', 1, MAX_INTERVAL_SECONDS);
    const minIntervalSeconds = Math.min(number('min-interval', 1, MAX_INTERVAL_SECONDS), intervalSeconds);
    const handOut = find('hand-out');
    if (handOut.text !== 'random' && handOut.text !== 'completeness') {
      throw new Error(`${handOut.source}: ${JSON.stringify(handOut.text)} is neither random nor completeness`);
    }
    const maxPeers = number('max-peers', 1, MOST_PEERS);
    return {
      port: number('port', 0, 0xffff),
      host: host.text,
      intervalSeconds,
      minIntervalSeconds,
      handOut: handOut.text,
      maxPeers,
      maxPeersPerSwarm: number('max-peers-per-swarm', 1, MOST_PEERS),
      allowList: find('allow-list').text || undefined,
      denyList: find('deny-list').text || undefined,
      dataDir: find('data-dir').text || undefined,
      set: readSet(find('join'), find('secret-file'), env, readText),
    };
  } catch (error) {
    return error as Error;
  }
}

function readFlags(argv: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const { name } of flags) options[name] = { type: 'string' };
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const given: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new Error(`${token.value}: not a flag; see enjambre tracker --help`);
    if (token.kind === 'option-terminator') continue;
    if (!Object.hasOwn(options, token.name))
      throw new Error(`${token.rawName}: no such flag; see enjambre tracker --help`);
    const isSwitch = options[token.name].type === 'boolean';
    if (isSwitch && token.value !== undefined) throw new Error(`${token.rawName}: takes no value`);
    if (!isSwitch && token.value === undefined) throw new Error(`${token.rawName}: needs a value`);
    given[token.name] = token.value ?? true;
  }
  return given;
}

function findValue(
  name: FlagName,
  given: Readonly<Record<string, string | boolean | undefined>>,
  env: NodeJS.ProcessEnv,
): { text: string; source: string } {
  const flag = given[name];
  if (typeof flag === 'string') return { text: flag, source: `--${name}` };
  const known: Flag = flags.find((one) => one.name === name)!;
  const variable = known.variable ?? `ENJAMBRE_${name.toUpperCase().replaceAll('-', '_')}`;
  const fromEnvironment = env[variable];
  // An empty variable is how compose files say "not set".
  if (fromEnvironment !== undefined && fromEnvironment !== '') return { text: fromEnvironment, source: variable };
  return { text: known.default, source: `--${name}` };
}
