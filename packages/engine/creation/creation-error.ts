// Why a torrent can't be made of what lies there, with a sentence for people.

export type CreationErrorCode = 'not-found' | 'not-readable' | 'nothing-to-share' | 'bad-name' | 'changed' | 'aborted';

export class CreationError extends Error {
  readonly code: CreationErrorCode;
  constructor(code: CreationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CreationError';
    this.code = code;
  }
}

/** The refusal of the file system about `path`, in our words. */
export function fromFileSystem(error: unknown, path: string): CreationError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new CreationError('not-found', `${path}: there is no such file`, { cause: error });
  }
  return new CreationError('not-readable', `${path}: can't be read (${code ?? String(error)})`, { cause: error });
}
