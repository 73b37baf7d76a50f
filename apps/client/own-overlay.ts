// This client as a member of the overlay: opened once, for all torrents, where --discovery-mode asks for it.
// Invariant: it listens before any torrent starts, and leaves with a word when the client ends.

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
  #overlay: Overlay | undefined;

  constructor(options: OwnOverlayOptions) {
    this.#options = options;
  }

  /** Joins. @throws StartError when it cannot listen */
  async open(): Promise<void> {
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
    this.#overlay = new Overlay({ ...this.#options, transport });
    this.#overlay.start();
  }

  /** For one torrent. @param totalSize bytes */
  source(totalSize: number): OverlaySource {
    return new OverlaySource({ totalSize, clock: this.#options.clock, overlay: () => this.#overlay! });
  }

  async close(): Promise<void> {
    await this.#overlay?.stop();
  }
}
