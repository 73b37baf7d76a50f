// Buttons: one filled for what the view is for, the others quiet. At least 32 px, 44 where a finger points.

import type { ComponentProps, ReactNode } from 'react';

export type ButtonLook = 'filled' | 'plain' | 'quiet' | 'danger';

const SHAPE =
  'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md whitespace-nowrap select-none ' +
  'pointer-coarse:h-11 disabled:opacity-55 aria-disabled:opacity-55';

const LOOKS: Readonly<Record<ButtonLook, string>> = {
  filled: 'bg-accent text-on-accent font-semibold px-3 enabled:hover:brightness-110',
  plain: 'border border-control bg-surface px-3 enabled:hover:bg-hover',
  quiet: 'px-2 text-text enabled:hover:bg-hover',
  danger: 'bg-bad text-surface font-semibold px-3 enabled:hover:brightness-110',
};

export function buttonClass(look: ButtonLook, more = ''): string {
  return `${SHAPE} ${LOOKS[look]} ${more}`;
}

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: ButtonLook;
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return <button type="button" className={buttonClass(look, className)} {...rest} />;
}

interface IconButtonProps extends ComponentProps<'button'> {
  /** What a screen reader says, and the tooltip. */
  readonly label: string;
  readonly children: ReactNode;
}

export function IconButton({ label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted enabled:hover:bg-hover enabled:hover:text-text pointer-coarse:size-11 disabled:opacity-45 ${className}`}
      {...rest}
    />
  );
}
