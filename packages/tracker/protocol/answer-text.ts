// Words that a stranger sent, made fit for a terminal, a log and a page.

/** More is no sentence. */
const MAX_LENGTH = 300;

/** One bounded line without control characters or their Unicode likes (direction marks, line separators). */
export function readableText(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
