// What a program says while it works. The program decides where it goes; libraries only say it.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** `message` is a sentence for people; `details` are named values for machines. */
export interface Logger {
  log(level: LogLevel, message: string, details?: Record<string, unknown>): void;
}

/** Says nothing. */
export const silentLogger: Logger = { log() {} };
