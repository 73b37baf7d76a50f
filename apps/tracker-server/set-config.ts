// The flags of a set of trackers that hold the same swarms, checked as a whole.

import { canonicalIpAddress, type PeerAddress } from '@enjambre/metainfo';
import { parseSecretRing, type SecretRing } from '@enjambre/tracker';

export interface SetConfig {
  /** All trackers of the set; this one may be among them. */
  readonly fellows: readonly PeerAddress[];
  readonly secrets: SecretRing;
}

/** A value and where it was found; the text is empty when nobody gave one. */
export interface Given {
  readonly text: string;
  readonly source: string;
}

const SECRET_VARIABLE = 'ENJAMBRE_TRACKER_SECRET';
const MOST_FELLOWS = 64;
const MAX_PORT = 65_535;

/**
 * @param readText gives the text of a small file
 * @returns undefined when there is no set
 * @throws Error with a sentence that names the flag or variable, and no secret
 */
export function readSet(
  join: Given,
  secretFile: Given,
  env: NodeJS.ProcessEnv,
  readText: (path: string) => string,
): SetConfig | undefined {
  const isFlag = secretFile.source.startsWith('--') && secretFile.text !== '';
  // What stands in the environment is for those that want it; a flag goes before it.
  const secret = isFlag ? '' : (env[SECRET_VARIABLE] ?? '');
  if (join.text === '') {
    if (isFlag) throw new Error(`${secretFile.source}: is for a set of trackers: add --join`);
    return undefined;
  }
  const fellows = join.text
    .split(',')
    .filter(Boolean)
    .map((text) => parseFellow(text, join.source));
  if (fellows.length === 0) throw new Error(`${join.source}: names no tracker`);
  if (fellows.length > MOST_FELLOWS) throw new Error(`${join.source}: names more than ${MOST_FELLOWS} trackers`);
  const twice = fellows.find(
    ({ host, port }, at) => fellows.findIndex((one) => one.host === host && one.port === port) < at,
  );
  if (twice !== undefined) throw new Error(`${join.source}: ${twice.host} with port ${twice.port} is named twice`);
  if (secret !== '' && secretFile.text !== '') {
    throw new Error(`${SECRET_VARIABLE} and ${secretFile.source} were both given; give one`);
  }
  if (secret !== '') return { fellows, secrets: parseSecrets(SECRET_VARIABLE, () => secret) };
  if (secretFile.text === '') {
    throw new Error(
      `${join.source}: trackers of a set know each other by a secret: add --secret-file, or ${SECRET_VARIABLE}`,
    );
  }
  const source = `${secretFile.source}: ${secretFile.text}`;
  return { fellows, secrets: parseSecrets(source, () => readText(secretFile.text)) };
}

function parseSecrets(source: string, read: () => string): SecretRing {
  try {
    return parseSecretRing(read());
  } catch (error) {
    throw new Error(`${source}: ${(error as Error).message}`, { cause: error });
  }
}

/** `host:port`, `[ipv6]:port`. */
function parseFellow(text: string, source: string): PeerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  const ipv6 = match?.[1] === undefined ? undefined : canonicalIpAddress(match[1]);
  const host = match?.[1] === undefined ? match?.[2] : ipv6;
  if (host === undefined || !(port >= 1 && port <= MAX_PORT)) {
    throw new Error(`${source}: ${JSON.stringify(text)} is not HOST:PORT or [IPV6]:PORT`);
  }
  return { host, port };
}
