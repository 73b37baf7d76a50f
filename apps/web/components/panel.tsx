// A part of a view with its heading, how many of it there are, and what can be done with the whole of it.

import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: string;
  /** Beside the heading. */
  readonly note?: string | undefined;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, note, action, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="overflow-hidden rounded-md border border-hairline bg-surface">
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 border-b border-hairline py-2 pr-2 pl-4">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {note !== undefined && <span className="text-row text-muted">{note}</span>}
        <span className="ml-auto">{action}</span>
      </header>
      {children}
    </section>
  );
}
