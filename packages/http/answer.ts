// What a server answers, as a value: the bytes and headers other programs rely on are decided here, sent elsewhere.

import type { ClientErrorCode, ErrorCode } from '@enjambre/contract';

/** `headers` name everything but `Content-Length` and `Date`, which whoever sends it adds. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const plainText = 'text/plain; charset=utf-8';
/** Keeps a browser from taking a refusal that quotes a stranger for a page. */
const noSniff = { 'X-Content-Type-Options': 'nosniff' };

/** One JSON value in one line, ended by a line feed. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: `${JSON.stringify(value)}\n` };
}

/** `text` as it stands, without a line feed added. */
export function textAnswer(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'Content-Type': plainText, ...headers }, body: text };
}

/** A refusal with a sentence for people and a word for programs. */
export function errorAnswer(
  status: number,
  code: ErrorCode | ClientErrorCode,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer({ error, code }, status, { ...noSniff, ...headers });
}

/** 404, in the words of Go's net/http: programs compare them. */
export function notFound(): Answer {
  return textAnswer('404 page not found\n', 404, noSniff);
}

/** 405, in the words of the design note; `Allow` as RFC 9110 §15.5.6 demands. */
export function methodNotAllowed(allowed: readonly string[]): Answer {
  return textAnswer('Method not allowed\n', 405, { ...noSniff, Allow: allowed.join(', ') });
}
