// What the callers of one client must know.

import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 24;

export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}
