// A name that came from somewhere else: isolated from the direction of the text around it, shortened in the middle or,
// where lines may be added, broken.

import { splitName, visibleName } from '../lib/visible-name.ts';

interface NameProps {
  readonly name: string;
  readonly className?: string;
  /** All of it is shown, on as many lines as it takes. */
  readonly whole?: boolean;
}

export function Name({ name, className = '', whole = false }: NameProps) {
  if (whole) return <bdi className={`block min-w-0 whitespace-pre-wrap ${className}`}>{visibleName(name)}</bdi>;
  const { head, tail } = splitName(visibleName(name));
  if (tail === '')
    return <bdi className={`block min-w-0 overflow-hidden text-ellipsis whitespace-pre ${className}`}>{head}</bdi>;
  return (
    <bdi className={`flex min-w-0 whitespace-pre ${className}`}>
      <span className="overflow-hidden text-ellipsis">{head}</span>
      <span className="shrink-0">{tail}</span>
    </bdi>
  );
}
