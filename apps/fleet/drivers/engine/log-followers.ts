// Everybody who follows the log of a container, of one driver.

import { type Log, LogFollower } from './log-follower.ts';
import type { LoggedLine } from './log-frames.ts';

export class LogFollowers {
  readonly #followers = new Map<LogFollower, string>();

  /**
   * Resolves once the last `count` lines were told.
   * @param logNow as it is to be asked for then: for other wishes it gets another container
   * @returns what ends it
   */
  async follow(
    id: string,
    count: number,
    { logNow, onLine }: { readonly logNow: () => Log | undefined; readonly onLine: (line: LoggedLine) => void },
  ): Promise<() => void> {
    const follower = new LogFollower(logNow, onLine);
    this.#followers.set(follower, id);
    await follower.open(count);
    return () => {
      this.#followers.delete(follower);
      follower.close();
    };
  }

  /** It runs again. */
  goOn(id: string): void {
    for (const [follower, followed] of this.#followers) if (followed === id) void follower.goOn().catch(() => {});
  }

  close(): void {
    for (const follower of this.#followers.keys()) follower.close();
  }
}
