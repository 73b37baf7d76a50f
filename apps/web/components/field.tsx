// A field of a form with its label, its hint and, in words beside it, what is wrong with it.

import { type ComponentProps, type ReactNode, useId } from 'react';

interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** Behind the number. */
  readonly unit?: string;
}

const CONTROL =
  'h-8 w-full min-w-0 rounded-md border bg-surface px-2.5 pointer-coarse:h-11 placeholder:text-muted disabled:opacity-60';

export function Field({ label, hint, error, unit, className = '', ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
        {unit !== undefined && <span className="font-normal text-muted"> ({unit})</span>}
      </label>
      <input
        id={id}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        className={`${CONTROL} ${error === undefined ? 'border-control' : 'border-bad'}`}
        {...rest}
      />
      <Note id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

interface ChoiceProps extends Omit<ComponentProps<'select'>, 'id'> {
  readonly label: string;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

export function Choice({ label, error, className = '', children, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <select
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        className={`${CONTROL} ${error === undefined ? 'border-control' : 'border-bad'}`}
        {...rest}
      >
        {children}
      </select>
      <Note id={`${id}-note`} error={error} />
    </div>
  );
}

function Note({
  id,
  hint,
  error,
}: {
  readonly id: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}) {
  return (
    <p id={id} className={`pt-1 text-note empty:hidden ${error === undefined ? 'text-muted' : 'text-bad'}`}>
      {error ?? hint}
    </p>
  );
}
