// The signals that ask a program to end.

/** Resolves at the first one; others change nothing, since ending takes five seconds at most. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}
