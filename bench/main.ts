// `npm run bench -- SCENARIO`: comparisons with other clients on this machine. Nothing else should run meanwhile.

import { parseArgs } from 'node:util';
import { buildClient } from './built-client.ts';
import { cappedCrowd } from './capped-crowd.ts';
import { check } from './check.ts';
import { crowd } from './crowd.ts';
import { fleet } from './fleet.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { leech } from './leech.ts';
import { overlay } from './overlay.ts';
import { pair } from './pair.ts';
import { missingPeers } from './peers.ts';
import { type BenchOptions, type Scenario, UsageError } from './scenario.ts';
import { seed } from './seed.ts';
import { start } from './start.ts';
import { tester } from './tester.ts';
import { tracker } from './tracker.ts';

const scenarios: Readonly<Record<string, Scenario>> = {
  leech,
  seed,
  pair,
  crowd,
  capped: cappedCrowd,
  check,
  tester,
  idle,
  latency,
  start,
  fleet,
  overlay,
  tracker,
};

const USAGE = `npm run bench -- SCENARIO [COUNT] [--size 256MiB] [--piece-length 1MiB] [--rounds 3] [--only NAME,NAME] [--disk]

  COUNT           how many clients, of fleet
  --size BYTES    of the content, with KiB, MiB or GiB; default: the scenario's own
  --piece-length  bytes of a piece; of leech, seed, pair and the crowds
  --rounds COUNT  how often each client has its turn; the median counts
  --only NAMES    just these clients, as the tables name them
  --disk          write to the temporary folder instead of /dev/shm
`;

/** A block of 16 KiB: smaller pieces are not what anybody makes. */
const LEAST_PIECE_LENGTH = 16 * 2 ** 10;
const UNITS: Readonly<Record<string, number>> = { '': 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

function parseSize(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit] = text.match(/^([1-9]\d*)\s?([kmg]ib|)$/i) ?? [];
  if (digits === undefined) throw new UsageError(`${flag}: ${JSON.stringify(text)} is not a size like 256MiB`);
  return Number(digits) * UNITS[unit.toLowerCase()];
}

function parsePieceLength(text: string): number {
  const bytes = parseSize('--piece-length', text)!;
  const isPower = Number.isInteger(Math.log2(bytes)) && bytes >= LEAST_PIECE_LENGTH;
  if (!isPower) throw new UsageError(`--piece-length: ${JSON.stringify(text)} is not a power of two from 16KiB on`);
  return bytes;
}

function parseRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError(`--rounds: ${JSON.stringify(text)} is not a number from 1 to 99`);
  return Number(text);
}

function parseCount(text: string | undefined, name = ''): number | undefined {
  if (text === undefined) return undefined;
  if (scenarios[name].counts && /^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError(`one scenario at a time; after fleet, a number from 1 to 999: ${JSON.stringify(text)}`);
}

function parseNames(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((name) => name.trim().toLowerCase());
}

/** @throws UsageError or parseArgs' own TypeError, both with a line for the user */
function parseCommandLine(): { name: string | undefined; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string' },
      'piece-length': { type: 'string', default: '1MiB' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      disk: { type: 'boolean', default: false },
    },
  });
  const [name, countText, ...others] = positionals;
  if (others.length > 0) throw new UsageError('one scenario at a time');
  if (name !== undefined && !Object.hasOwn(scenarios, name)) {
    throw new UsageError(`no scenario ${JSON.stringify(name)}; there are ${Object.keys(scenarios).join(', ')}`);
  }
  const { size, rounds, only, disk } = values;
  const count = parseCount(countText, name);
  const options = {
    count,
    size: parseSize('--size', size),
    pieceLength: parsePieceLength(values['piece-length']),
    rounds: parseRounds(rounds),
    only: parseNames(only),
    onDisk: disk,
  };
  return { name, options };
}

function printOverview(): void {
  process.stdout.write(USAGE);
  for (const [name, { says, needs }] of Object.entries(scenarios)) {
    process.stdout.write(`\n  ${name.padEnd(8)}${says}\n${' '.repeat(10)}needs ${needs}\n`);
  }
  const missing = missingPeers();
  const peers = missing.length === 0 ? 'every peer is there' : `missing: ${missing.join(', ')}`;
  process.stdout.write(`\n${peers}; bench/install-peers.sh installs what is missing\n`);
}

try {
  const { name, options } = parseCommandLine();
  if (name === undefined) {
    printOverview();
  } else {
    buildClient();
    await scenarios[name].run(options);
  }
} catch (error) {
  const isUsage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS_');
  process.stderr.write(`bench: ${isUsage ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
