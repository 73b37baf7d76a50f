// What is not needed for the first look: loaded when the browser has nothing better to do, so that it is there when it
// is asked for, even if the backend is not. Invariant: a load that failed is tried again, never remembered; browsers end all
// that is under way whenever this machine's networks change, as they do with each container that an engine starts.

import { type ComponentType, createElement, lazy, type ReactNode, Suspense } from 'react';

/** How long a browser without idle callbacks waits. */
const QUIET_MS = 500;
/** Between two tries to load what somebody waits for. */
const RETRY_MS = 1_000;

const whenIdle = (run: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(run);
  else setTimeout(run, QUIET_MS);
};

/** A component of another chunk, which shows nothing until it is there. */
export function late<Props extends object>(load: () => Promise<ComponentType<Props>>): (props: Props) => ReactNode {
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;
  const once = () => {
    loading ??= load().then(
      (component) => ({ default: component }),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  whenIdle(() => void once().catch(() => {}));
  const Component = lazy(async () => {
    for (;;) {
      try {
        return await once();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  });
  return (props) => <Suspense fallback={null}>{createElement(Component, props)}</Suspense>;
}
