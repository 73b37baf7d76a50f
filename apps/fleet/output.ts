// What the backend says while it works: sentences on a terminal, JSON lines for programs.

import type { Logger, LogLevel } from '@enjambre/runtime';
import { pino } from 'pino';

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export function makeOutput(stream: OutputStream, level: LogLevel): Logger {
  return stream.isTTY === true ? terminalLogger(stream, level) : jsonLogger(stream, level);
}

function jsonLogger(stream: OutputStream, level: LogLevel): Logger {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return { log: (at, message, details = {}) => logger[at](details, message) };
}

function terminalLogger(stream: OutputStream, level: LogLevel): Logger {
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  return {
    log(at, message) {
      if (levels.indexOf(at) < levels.indexOf(level)) return;
      stream.write(`${at === 'info' ? '' : `${at}: `}${message}\n`);
    },
  };
}
