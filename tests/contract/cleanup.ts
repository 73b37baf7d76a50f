// What a test leaves behind is taken away in reverse order: processes end before their folders go.

import type { TestContext } from 'node:test';

type Cleanup = () => void | Promise<void>;

const cleanups = new WeakMap<TestContext, Cleanup[]>();

/** Calls `cleanup` after the test, however it ended, and after those that were asked for later. */
export function afterwards(t: TestContext, cleanup: Cleanup): void {
  const known = cleanups.get(t);
  if (known !== undefined) return void known.push(cleanup);
  const stack = [cleanup];
  cleanups.set(t, stack);
  t.after(async () => {
    for (const next of stack.reverse()) await next();
  });
}
