// What proves that a message comes from a tracker of the set, was meant for us and is new: HMAC-SHA256 over all of it, in
// one header. Invariant: whether a stranger may be listened to is decided before a byte of the body is read.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretRing } from './secret-ring.ts';

/** How far the time of a message may be from our own. */
export const TIME_WINDOW_MS = 60_000;
/** The receiver of a message whose sender has not met it yet. */
export const ANYBODY = '0'.repeat(16);
const SCHEME = 'Enjambre-Set-1';
const FORM =
  /^Enjambre-Set-1 from=([0-9a-f]{16}),to=([0-9a-f]{16}),time=([0-9]{1,15}),nonce=([0-9a-f]{32}),length=([0-9]{1,9}),body=([0-9a-f]{64}),mac=([0-9a-f]{64})$/;
const ANSWER_FORM = /^Enjambre-Set-1 body=([0-9a-f]{64}),mac=([0-9a-f]{64})$/;

/** Where a request goes: what is signed besides its body. */
export interface Target {
  readonly method: string;
  /** With the query, as in the request line. */
  readonly path: string;
}

export interface Claims {
  /** The sender's id and the receiver's (or `ANYBODY`): 16 hexadecimal digits, anew for each run. */
  readonly from: string;
  readonly to: string;
  /** Unix time in milliseconds. */
  readonly timeMs: number;
  /** 32 hexadecimal digits of chance. */
  readonly nonce: string;
}

/** A request whose header was right; its body is still to be looked at. */
export interface Signed extends Claims {
  readonly length: number;
  readonly bodyHash: string;
  /** Which of our secrets signed it: the answer is signed with the same. */
  readonly key: Uint8Array;
}

/** The `Authorization` header of a request. */
export function signRequest(target: Target, claims: Claims, body: Uint8Array, ring: SecretRing): string {
  const signed = { ...claims, length: body.length, bodyHash: hashOf(body) };
  const { from, to, timeMs, nonce, length, bodyHash } = signed;
  const mac = requestMac(target, signed, ring[0]).toString('hex');
  return `${SCHEME} from=${from},to=${to},time=${timeMs},nonce=${nonce},length=${length},body=${bodyHash},mac=${mac}`;
}

/** What the header says when one of our secrets signed it, else undefined. */
export function verifyRequest(target: Target, header: string | undefined, ring: SecretRing): Signed | undefined {
  const match = FORM.exec(header ?? '');
  if (match === null) return undefined;
  const [, from, to, time, nonce, length, bodyHash, mac] = match;
  const claims = { from, to, timeMs: Number(time), nonce, length: Number(length), bodyHash };
  const given = Buffer.from(mac, 'hex');
  const key = ring.find((one) => timingSafeEqual(requestMac(target, claims, one), given));
  return key && { ...claims, key };
}

/** Whether the body is the one that was signed. */
export function isBodyOf({ length, bodyHash }: Pick<Signed, 'length' | 'bodyHash'>, body: Uint8Array): boolean {
  return body.length === length && hashOf(body) === bodyHash;
}

/** The `Authentication-Info` header of an answer. @param request what it answers */
export function signAnswer(request: Signed, status: number, body: Uint8Array): string {
  const bodyHash = hashOf(body);
  return `${SCHEME} body=${bodyHash},mac=${answerMac(request.nonce, status, bodyHash, request.key).toString('hex')}`;
}

/** Whether an answer comes from somebody who has one of our secrets and saw the request with this nonce. */
export function isAnswerTo(
  nonce: string,
  status: number,
  header: string | undefined,
  body: Uint8Array,
  ring: SecretRing,
): boolean {
  const match = ANSWER_FORM.exec(header ?? '');
  if (match === null || match[1] !== hashOf(body)) return false;
  const given = Buffer.from(match[2], 'hex');
  return ring.some((key) => timingSafeEqual(answerMac(nonce, status, match[1], key), given));
}

function requestMac({ method, path }: Target, claims: Omit<Signed, 'key'>, key: Uint8Array): Buffer {
  const { from, to, timeMs, nonce, length, bodyHash } = claims;
  return macOf(['request', method, path, from, to, timeMs, nonce, length, bodyHash], key);
}

function answerMac(nonce: string, status: number, bodyHash: string, key: Uint8Array): Buffer {
  return macOf(['answer', nonce, status, bodyHash], key);
}

/** No line can hold a line feed, so no two messages make one text. */
function macOf(lines: readonly (string | number)[], key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(lines.join('\n')).digest();
}

function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
