// What changed between two dry runs of a removal, in sentences.

import type { RemovalPlan } from '@enjambre/contract';
import type { Format } from '../../lib/format.ts';
import type { Said } from '../../texts/text.ts';

export function planDifference(before: RemovalPlan, now: RemovalPlan, format: Format): Said[] {
  const there = new Map(now.items.map((item) => [item.id, item]));
  const said = before.items.flatMap((was): Said[] => {
    const is = there.get(was.id);
    const { name } = was;
    if (is === undefined) return [{ key: 'remove.changed-gone', values: { name } }];
    if (is.running !== was.running) {
      return [{ key: is.running ? 'remove.changed-running' : 'remove.changed-stopped', values: { name } }];
    }
    if (is.bytes === was.bytes) return [];
    const values = { name, now: format.bytes(is.bytes), before: format.bytes(was.bytes) };
    return [{ key: 'remove.changed-bytes', values }];
  });
  return said.length > 0 ? said : [{ key: 'remove.changed-else' }];
}
