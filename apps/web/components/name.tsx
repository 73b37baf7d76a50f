// A name that came from somewhere else: isolated from the direction of the text around it, shortened in the middle.

import { splitName, visibleName } from '../lib/visible-name.ts';

interface NameProps {
  readonly name: string;
  readonly className?: string;
}

export function Name({ name, className = '' }: NameProps) {
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
