export { type Clock, systemClock, type Timer } from './clock.ts';
export { FakeClock } from './fake-clock.ts';
export { describeFlags, environmentName, type Flag, standardFlags } from './flag.ts';
export { invariant } from './invariant.ts';
export { type Logger, type LogLevel, silentLogger } from './logger.ts';
export { type Random, seededRandom, shuffle, systemRandom } from './random.ts';
export {
  DEFAULT_ORIGIN,
  describeSettings,
  readSettings,
  type Settings,
  UsageError,
  valuesOf,
} from './settings.ts';
export { foldsCase, makeFolder, makeFolderSync } from './state/folder.ts';
