// Loaded before every program of the image. Process 1 has no default answer to a signal, so until the program has its own
// there is one here; and one that was started as root becomes PUID:PGID after it has made the volumes theirs.

const { chownSync, lchownSync, lstatSync, readdirSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');

const DEFAULT_ID = 1000;
const MAX_ID = 2 ** 32 - 2;
const VOLUMES = ['/config', '/downloads'];

leaveOnSignal('SIGTERM');
leaveOnSignal('SIGINT');
becomeUser();

function leaveOnSignal(signal) {
  const leave = () => process.exit(128 + constants.signals[signal]);
  process.on(signal, leave);
  const giveWay = (event, listener) => {
    if (event !== signal || listener === leave) return;
    process.off('newListener', giveWay);
    // Once the other one is there: without any, Node would stop listening for it.
    queueMicrotask(() => process.off(signal, leave));
  };
  process.on('newListener', giveWay);
}

function becomeUser() {
  const uid = readId('PUID') ?? DEFAULT_ID;
  const gid = readId('PGID') ?? readId('PUID') ?? DEFAULT_ID;
  if (process.getuid() !== 0) {
    const given = process.env.PUID || process.env.PGID;
    if (given && (uid !== process.getuid() || gid !== process.getgid())) {
      refuse('PUID and PGID need a start as root: docker run --user 0 (it does not stay root)');
    }
    return;
  }
  if (uid === 0) return;
  try {
    for (const volume of VOLUMES) own(volume, uid, gid);
    process.setgroups([]);
    process.setgid(gid);
    process.setuid(uid);
  } catch (error) {
    refuse(
      `PUID and PGID need the capabilities CHOWN, SETUID, SETGID and, for files of others, DAC_OVERRIDE: ${error.message}`,
    );
  }
}

/** A folder that is theirs already is believed to be theirs to the bottom: there may be a million files in it. */
function own(folder, uid, gid) {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || (stats.uid === uid && stats.gid === gid)) return;
  for (const entry of readdirSync(folder, { recursive: true })) lchownSync(join(folder, entry), uid, gid);
  // Last: what was interrupted is done again.
  chownSync(folder, uid, gid);
}

function readId(name) {
  const text = process.env[name] || undefined;
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > MAX_ID)
    refuse(`${name}: ${JSON.stringify(text)} is not a user number`);
  return Number(text);
}

function refuse(sentence) {
  process.stderr.write(`enjambre: ${sentence}\n`);
  process.exit(2);
}
