// This client as a member of the overlay: opened once, for all torrents, where --discovery-mode asks for it or as soon as a
// torrent has it switched on. Invariant: it leaves with a word when the client ends, and joins no more.

import { createTransport, Overlay } from '@enjambre/overlay';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import { bindListenPort } from './listen-port.ts';
import type { OverlayConfig } from './overlay-config.ts';
import { OverlaySource } from './sources/overlay-source.ts';
import type { ContactFile } from './state/contact-file.ts';

export interface OwnOverlayOptions extends OverlayConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly hostname: string | undefined;
  readonly listenHost: string | undefined;
  readonly store: ContactFile;
}

export class OwnOverlay {
  readonly #options: OwnOverlayOptions;
  #opening: Promise<Overlay> | undefined;
  #isClosed = false;

  constructor(options: OwnOverlayOptions) {
    this.#options = options;
  }

  /** Joins, the first time. @throws StartError when it cannot listen; the next call tries again */
  open(): Promise<Overlay> {
    this.#opening ??= this.#join().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** For one torrent. @param totalSize bytes */
  source(totalSize: number): OverlaySource {
    return new OverlaySource({ totalSize, clock: this.#options.clock, open: () => this.open() });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const overlay = await this.#opening?.catch(() => undefined);
    await overlay?.stop();
  }

  async #join(): Promise<Overlay> {
    if (this.#isClosed) throw new Error('the client ends');
    const { keyRing, port: wanted, portIsDefault, listenHost: host, logger } = this.#options;
    const bind = async (port: number) => createTransport({ ...this.#options, port, host });
    const transport = await bindListenPort(bind, wanted, portIsDefault, '--overlay-port');
    logger.log('info', 'overlay: listening', { overlayPort: transport.port });
    if (!keyRing.isSecret) {
      logger.log(
        'info',
        'overlay: without a key it talks to loopback and private addresses only; see --overlay-key-file',
      );
    }
    const overlay = new Overlay({ ...this.#options, transport });
    overlay.start();
    return overlay;
  }
}
