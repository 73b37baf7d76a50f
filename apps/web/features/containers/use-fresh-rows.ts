// Rows that came while the list was being looked at; they carry a tint until it has run out.

import { useEffect, useRef, useState } from 'react';

const TINT_MS = 2_000;

/** @param ids the rows shown; those of the first time are not new */
export function useFreshRows(ids: readonly string[]): ReadonlySet<string> {
  const known = useRef<Set<string>>(undefined);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const before = known.current;
    known.current = new Set([...(before ?? []), ...ids]);
    if (before === undefined) return;
    const came = ids.filter((id) => !before.has(id));
    if (came.length === 0) return;
    setFresh((now) => new Set([...now, ...came]));
    setTimeout(() => setFresh((now) => now.difference(new Set(came))), TINT_MS);
  }, [ids]);
  return fresh;
}
