// `npm test` and `npm run dev`: installs what is missing, goes on with the Node that npm installed, runs the tests.
// Starts under any Node from 20 on, before anything is installed: plain JavaScript, nothing but Node's own modules.
//
//   npm test                      everything: units first, then what is in tests/
//   npm test -- wire tests/interop          the test files whose path contains one of the words
//   npm test -- --name 'a sentence'         the tests whose name matches the pattern
//   npm run dev -- wire           again at every change

import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { buildClient } from '../tools/build-client.mjs';
import { prepare } from '../tools/install.mjs';

/** No single file may take longer; the slowest (tests/interop) has six minutes as its own goal. */
const FILE_TIMEOUT_MS = 8 * 60_000;

await prepare();
await buildClient();
await runTests();

async function runTests() {
  // Node 20 has no globSync: by now this is a newer one.
  const { globSync } = await import('node:fs');
  const { parseArgs } = await import('node:util');
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { watch: { type: 'boolean' }, name: { type: 'string' } },
  });
  const files = globSync('{packages,apps,bench,tests}/**/*.test.{ts,tsx}', { exclude: ['**/node_modules/**'] })
    .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
    .sort();
  if (files.length === 0) {
    process.stderr.write(`no test file matches ${positionals.join(' ')}\n`);
    process.exit(2);
  }
  const options = {
    ...(values.name !== undefined && { testNamePatterns: [values.name] }),
    ...(values.watch ? { watch: true } : { timeout: FILE_TIMEOUT_MS }),
  };
  if (values.watch) {
    await runFiles(files, { ...options, concurrency: availableParallelism() });
    return;
  }
  // Test files that need Docker engines have the same ones, one file after the other (tests/engines/engine-lab.ts).
  process.env.ENJAMBRE_TEST_SHARED_ENGINES = `${path.join(tmpdir(), `enjambre-engines-${process.pid}`)}:${process.pid}`;
  // In a simulation time is simulated: it may wait for a core as a unit may.
  const isWhole = (file) => file.startsWith('tests/') && !file.startsWith('tests/simulation/');
  const units = await runFiles(
    files.filter((file) => !isWhole(file)),
    { ...options, concurrency: availableParallelism() },
  );
  // These start programs and several clients each: one file at a time, so that none waits for want of a core.
  const inTurn = (chosen) => runFiles(files.filter(chosen), { ...options, concurrency: 1 });
  // Those on a Swarm wait for it most of the time, and have engines of their own.
  const isOnSwarm = (file) => file.startsWith('tests/docker/swarm-');
  const isOnDocker = (file) => file.startsWith('tests/docker/') && !isOnSwarm(file);
  const wholes = [
    ...(await Promise.all([inTurn(isOnDocker), inTurn(isOnSwarm)])),
    await inTurn((file) => isWhole(file) && !file.startsWith('tests/docker/')),
  ];
  const skipped = units.skipped + wholes.reduce((sum, outcome) => sum + outcome.skipped, 0);
  if (process.env.CI === 'true' && skipped > 0) {
    process.stderr.write(`${skipped} skipped, and with CI=true nothing may be skipped\n`);
    process.exitCode = 1;
  }
  if (!units.success || wholes.some(({ success }) => !success)) process.exitCode = 1;
}

/** Runs test files, each in a process of its own, and shows how it goes. */
async function runFiles(files, options) {
  if (files.length === 0) return { success: true, skipped: 0 };
  const { run } = await import('node:test');
  const { spec } = await import('node:test/reporters');
  const outcome = { success: true, skipped: 0 };
  const events = run({ ...options, files });
  events.on('test:summary', ({ file, success, counts }) => {
    // The summary of all files is the one that names none.
    if (file === undefined) Object.assign(outcome, { success, skipped: counts.skipped });
  });
  const report = events.compose(new spec());
  for await (const text of report) process.stdout.write(text);
  return outcome;
}
