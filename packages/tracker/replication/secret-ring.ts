// The secrets that a set of trackers shares: the first signs what we send, all of them verify what comes, so that one can
// be replaced while the set runs. Invariant: never empty, and no error names a secret.

import { createHash } from 'node:crypto';

/** Keys of HMAC-SHA256, 32 bytes each. */
export type SecretRing = readonly Uint8Array[];

/** While secrets change there are two; each more costs a stranger's request one more HMAC. */
const MOST_SECRETS = 8;
const CONTEXT = 'enjambre tracker replication 1\0';

/**
 * Reads secrets as a file or variable holds them: one a line or between commas, any text; a line that begins with `#` is a
 * comment, blanks around a secret do not count.
 * @throws Error a sentence that says what is wrong
 */
export function parseSecretRing(text: string): SecretRing {
  const secrets = text
    .split(/[\r\n]+/)
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((word) => word.trim())
    .filter(Boolean);
  if (secrets.length === 0) throw new Error('it holds no secret; make one with openssl rand -hex 32');
  if (secrets.length > MOST_SECRETS) throw new Error(`it holds more than ${MOST_SECRETS} secrets`);
  // Any length will do, and what else the secret is used for is not signed with the same key.
  return secrets.map((secret) => createHash('sha256').update(CONTEXT).update(secret).digest());
}
