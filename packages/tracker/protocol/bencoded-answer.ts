// What all answers of HTTP trackers have in common: one bencoded dictionary, which may say why it refuses (BEP 3, 31).
// Line ends after it, which scripts behind a web server like to leave, mean nothing.

import { BencodeDictionary, BencodeError, decodeBencode } from '@enjambre/metainfo';
import { isTrackerError, type TrackerError } from '../errors.ts';
import { readableText } from './answer-text.ts';

/** An answer's deepest value stands five levels down (scrape: dictionary, files, hash, flags); the rest is an attack. */
const MAX_DEPTH = 8;
const MINUTE_MS = 60_000;

/** The dictionary of an answer that does not refuse; anything else as the error it is. Never throws. */
export function decodeAnswer(bytes: Uint8Array): BencodeDictionary | TrackerError {
  const dictionary = decodeDictionary(bytes);
  if (isTrackerError(dictionary)) return dictionary;
  const failure = dictionary.getString('failure reason');
  if (failure === undefined) return dictionary;
  const message = readableText(failure) || 'the tracker refused and did not say why';
  const retryAfterMs = retryAfter(dictionary);
  return retryAfterMs === undefined ? { code: 'refused', message } : { code: 'refused', message, retryAfterMs };
}

function decodeDictionary(bytes: Uint8Array): BencodeDictionary | TrackerError {
  try {
    const { value } = decodeBencode(bytes, { maxDepth: MAX_DEPTH });
    if (value instanceof BencodeDictionary) return value;
    return { code: 'malformed', message: 'the answer is not a dictionary' };
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error;
    const looksLikePage = /^\s*</.test(Buffer.from(bytes.subarray(0, 16)).toString('latin1'));
    const what = looksLikePage
      ? 'the answer is a web page, not a tracker’s'
      : `the answer is not bencode: ${error.message}`;
    return { code: 'malformed', message: what };
  }
}

/** BEP 31: minutes, or the word `never`. */
function retryAfter(dictionary: BencodeDictionary): number | undefined {
  const text = dictionary.getString('retry in');
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const minutes =
    dictionary.getInteger('retry in') ?? (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : -1);
  return minutes >= 0 ? minutes * MINUTE_MS : undefined;
}
