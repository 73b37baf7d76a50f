// The pulls that go on, whatever view is looked at, by the name of the image.

import { pullImage } from '../../lib/api.ts';
import { ValueStore } from '../../lib/value-store.ts';
import { afterStep, BEGUN, type Pull } from './pull.ts';

class Pulls extends ValueStore<Readonly<Record<string, Pull>>> {
  constructor() {
    super({});
  }

  /** Resolves when it has ended; to how. */
  async start(name: string): Promise<Pull> {
    let pull = BEGUN;
    const put = (next: Pull): void => {
      pull = next;
      this.update((all) => ({ ...all, [name]: next }));
    };
    put(BEGUN);
    const answer = await pullImage(name, (step) => put(afterStep(pull, step)));
    if (!answer.ok) put({ ...pull, state: 'failed', refusal: answer });
    else if (pull.state === 'going') {
      // The backend went in the middle of it.
      put({ ...pull, state: 'failed', refusal: { code: 'no-connection', message: '' } });
    }
    return pull;
  }

  /** What ended well needs no word any more. */
  forget(name: string): void {
    this.update(({ [name]: _gone, ...rest }) => rest);
  }
}

export const pulls = new Pulls();
