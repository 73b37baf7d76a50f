// Ours, as people start it: the installed command.

import { ENJAMBRE } from '../clients/enjambre.ts';
import type { TestedTracker } from './tested-tracker.ts';

export const enjambreTracker: TestedTracker = {
  name: "Enjambre's tracker",
  debianPackage: undefined,

  async start({ lab, host, port }) {
    return lab.start(ENJAMBRE, ['tracker', `--host=${host}`, `--port=${port}`]);
  },
};
