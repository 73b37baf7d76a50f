export { type Clock, systemClock, type Timer } from './clock.ts';
export { FakeClock } from './fake-clock.ts';
export { invariant } from './invariant.ts';
export { type Logger, type LogLevel, silentLogger } from './logger.ts';
export { type Random, seededRandom, shuffle, systemRandom } from './random.ts';
