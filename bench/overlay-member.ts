// One member of the overlay as a process of its own, for the bench: told by its parent what to provide, it tells what it
// sees and when (Unix time in milliseconds, the same clock for all).

import { createTransport, Overlay, parseKeyRing } from '@enjambre/overlay';
import { type Logger, systemClock, systemRandom } from '@enjambre/runtime';

export type MemberOrder =
  | { readonly start: { readonly key: string; readonly bootstrapPort: number | undefined } }
  | { readonly provide: string }
  /** From now on it tells when this comes, and when it goes. */
  | { readonly watch: string };

export type MemberNews =
  | { readonly listening: number }
  | { readonly members: number }
  | { readonly seen: string; readonly atMs: number }
  | { readonly gone: string; readonly atMs: number }
  | { readonly calledDead: string };

const HOST = '127.0.0.1';
const LOOK_MS = 50;
const COUNT_MS = 500;

const tell = (news: MemberNews): void => void process.send?.(news);
const logger: Logger = {
  log(_level, message, details) {
    if (message === 'a member is dead') tell({ calledDead: String(details?.member) });
  },
};

let overlay: Overlay | undefined;

async function start(key: string, bootstrapPort: number | undefined): Promise<void> {
  const world = { clock: systemClock, random: systemRandom, logger };
  const transport = await createTransport({ ...world, port: 0, host: HOST, keyRing: parseKeyRing(key) });
  const bootstraps = bootstrapPort === undefined ? [] : [{ host: HOST, port: bootstrapPort }];
  overlay = new Overlay({ ...world, transport, bootstraps });
  overlay.start();
  tell({ listening: transport.port });
  setInterval(() => tell({ members: overlay!.memberCount }), COUNT_MS);
}

function watch(infoHash: string): void {
  let isSeen = false;
  setInterval(() => {
    const isThere = overlay!.providers(infoHash).length > 0;
    if (isThere === isSeen) return;
    isSeen = isThere;
    tell(isThere ? { seen: infoHash, atMs: Date.now() } : { gone: infoHash, atMs: Date.now() });
  }, LOOK_MS);
}

process.on('message', (order: MemberOrder) => {
  if ('start' in order) void start(order.start.key, order.start.bootstrapPort);
  else if ('provide' in order) overlay!.provide(order.provide, { port: 1, completeness: 100 });
  else watch(order.watch);
});
process.on('disconnect', () => process.exit(0));
