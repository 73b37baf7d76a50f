// Peer ids: 20 bytes by which a client names itself, most write their name into them (BEP 20).

/** Bytes of a peer id (BEP 3). */
export const PEER_ID_LENGTH = 20;
/** Enjambre 0.1.0, as BEP 20 writes it. */
const OWN_PREFIX = '-EJ0100-';
/** How many random bytes `makePeerId` needs. */
export const PEER_ID_RANDOM_LENGTH = PEER_ID_LENGTH - OWN_PREFIX.length;

/** `dotted`: 4520 is 4.5.2. `pairs`: 0210 is 2.10. `transmission`: 3000 is 3.00, from 4 on 4060 is 4.0.6. */
type VersionStyle = 'dotted' | 'pairs' | 'transmission';

const CLIENTS = new Map<string, readonly [name: string, style: VersionStyle]>([
  ['AZ', ['Vuze', 'dotted']],
  ['BC', ['BitComet', 'pairs']],
  ['BI', ['BiglyBT', 'dotted']],
  ['BT', ['BitTorrent', 'dotted']],
  ['DE', ['Deluge', 'dotted']],
  ['EJ', ['Enjambre', 'dotted']],
  ['FD', ['Free Download Manager', 'dotted']],
  ['FL', ['Folx', 'dotted']],
  ['KT', ['KTorrent', 'dotted']],
  ['LT', ['libtorrent', 'dotted']],
  ['PI', ['PicoTorrent', 'dotted']],
  ['TR', ['Transmission', 'transmission']],
  ['TX', ['Tixati', 'pairs']],
  ['UM', ['µTorrent Mac', 'dotted']],
  ['UT', ['µTorrent', 'dotted']],
  ['WD', ['WebTorrent Desktop', 'pairs']],
  ['WW', ['WebTorrent', 'pairs']],
  ['XL', ['Xunlei', 'dotted']],
  ['lt', ['rtorrent', 'dotted']],
  ['qB', ['qBittorrent', 'dotted']],
  ['rq', ['rqbit', 'dotted']],
]);

/**
 * Our id for one session.
 * @param randomBytes at least `PEER_ID_RANDOM_LENGTH` (12) of them
 */
export function makePeerId(randomBytes: Uint8Array): Uint8Array {
  const peerId = new Uint8Array(PEER_ID_LENGTH);
  peerId.set(Buffer.from(OWN_PREFIX, 'latin1'));
  peerId.set(randomBytes.subarray(0, PEER_ID_RANDOM_LENGTH), OWN_PREFIX.length);
  return peerId;
}

/** Name and version for people, such as `qBittorrent 4.5.2`; `unknown` where the id tells nothing. */
export function clientName(peerId: Uint8Array): string {
  const text = Buffer.from(peerId.subarray(0, PEER_ID_LENGTH)).toString('latin1');
  const azureus = /^-([A-Za-z~]{2})([0-9A-Za-z]{4})[-0-9A-Za-z]/.exec(text);
  if (azureus !== null) {
    const [, code, version] = azureus;
    const [name, style] = CLIENTS.get(code) ?? [code, 'dotted'];
    return `${name} ${formatVersion(version, style)}`;
  }
  // aria2 writes its version with dashes: A2-1-36-0-.
  const aria2 = /^A2-(\d+)-(\d+)-(\d+)-/.exec(text);
  if (aria2 !== null) return `aria2 ${aria2.slice(1).join('.')}`;
  const mainline = /^M(\d+)-(\d+)-(\d+)-/.exec(text);
  if (mainline !== null) return `BitTorrent ${mainline.slice(1).join('.')}`;
  return 'unknown';
}

function formatVersion(version: string, style: VersionStyle): string {
  const digits = [...version].map((digit) => Number.parseInt(digit, 36));
  if (style === 'pairs') return `${Number(version.slice(0, 2))}.${Number(version.slice(2))}`;
  if (style === 'transmission' && digits[0] < 4) return `${digits[0]}.${version.slice(1, 3)}`;
  return (digits[3] === 0 || style === 'transmission' ? digits.slice(0, 3) : digits).join('.');
}
