// How sealed bytes lie: version, session, time, counter; then the ciphertext; then the tag. The head is authenticated.
// Each session has its own key, derived from the network's, and counts its nonces: none can repeat.

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export const SEAL_VERSION = 1;
export const SESSION_LENGTH = 12;
export const SESSION_START = 1;
/** Unix time in seconds, 4 bytes. */
export const TIME_START = SESSION_START + SESSION_LENGTH;
/** 6 bytes. */
export const COUNTER_START = TIME_START + 4;
export const COUNTER_LENGTH = 6;
export const HEAD_LENGTH = COUNTER_START + COUNTER_LENGTH;
export const TAG_LENGTH = 16;
export const CIPHER = 'aes-256-gcm';
/** Bytes that sealing adds. */
export const SEAL_OVERHEAD = HEAD_LENGTH + TAG_LENGTH;

const NONCE_LENGTH = 12;
const DERIVATION = 'enjambre overlay session 1';

export function sessionKey(networkKey: Uint8Array, session: Uint8Array): KeyObject {
  return createSecretKey(createHmac('sha256', networkKey).update(DERIVATION).update(session).digest());
}

/** The counter behind zeros: within a session, whose key is its own, it never repeats. */
export function nonceOf(sealed: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(NONCE_LENGTH);
  nonce.set(sealed.subarray(COUNTER_START, HEAD_LENGTH), NONCE_LENGTH - COUNTER_LENGTH);
  return nonce;
}
