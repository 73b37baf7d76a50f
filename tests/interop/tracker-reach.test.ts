// Where a stranger's tracker URL may lead us, by real sockets in a network of the test's own, which has a public address.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { inOwnNetwork, whyNoOwnNetwork } from './network-namespace.ts';
import type { Reached } from './tracker-reach.ts';

const PROGRAM = path.join(import.meta.dirname, 'tracker-reach.ts');
const PUBLIC = '203.0.113.1';
const HOSTS = [PUBLIC, '10.9.8.7', '2001:db8::1'];
const TIMEOUT_MS = 60_000;

/** What came of every case. */
function reached(): Readonly<Record<string, Reached>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-reach-'));
  try {
    const names = path.join(folder, 'hosts');
    writeFileSync(names, '');
    const { command, args } = inOwnNetwork([process.execPath, PROGRAM, names], { hosts: HOSTS, names });
    const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', timeout: TIMEOUT_MS });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Record<string, Reached>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a tracker’s URL', { skip: whyNoOwnNetwork() }, () => {
  const answered = (...hits: string[]): Reached => ({ outcome: 'answered', hits });
  const refused = (...hits: string[]): Reached => ({ outcome: 'address-refused', hits });
  const atPublic = `${PUBLIC} /x ip=203.0.113.9`;
  let found: Readonly<Record<string, Reached>>;

  it('leads to a private address only at /announce, by whatever name, and never by a redirect from a public one', () => {
    found = reached();
    const { 'http both families': http, 'udp both families': udp, ...others } = found;
    assert.ok(http !== undefined && udp !== undefined);
    assert.deepEqual(others, {
      'http public any path': answered(`${PUBLIC} /x.php ip=203.0.113.9`),
      'http private announce': answered('10.9.8.7 /announce ip=203.0.113.9'),
      'http private other': refused(),
      'http private by another spelling': refused(),
      'http loopback as a number': refused(),
      'http name of a private address': refused(),
      'http name of both': answered(atPublic),
      'http name of both, only the private one listens': { outcome: 'unreachable', hits: [] },
      'http public redirects inside': refused(atPublic),
      'http public redirects to loopback': refused(atPublic),
      'http public redirects to a name': refused(atPublic),
      'http private redirects to admin': refused('10.9.8.7 /announce ip=203.0.113.9'),
      'http private redirects outside': answered('10.9.8.7 /announce ip=203.0.113.9', `${PUBLIC} /elsewhere`),
      'udp public any path': answered(`${PUBLIC} udp`),
      'udp private announce': answered('10.9.8.7 udp'),
      'udp private other': refused(),
      'udp loopback as a number': refused(),
      'udp name of a private address': refused(),
      'udp name of both': answered(`${PUBLIC} udp`),
      'udp name of both, only the private one listens': { outcome: 'unreachable', hits: [] },
      'http before the name turns': answered(atPublic),
      'http after the name turned': refused(),
      'udp before the name turns': answered(`${PUBLIC} udp`),
      'udp after the name turned': refused(),
      'scrape of a private tracker': answered('10.9.8.7 /scrape'),
    });
  });

  it('whose host has IPv4 and IPv6 is announced to over both, with our address of each (BEP 7)', () => {
    assert.deepEqual(found['http both families'], {
      outcome: 'answered',
      hits: ['2001:db8::1 /announce ip=2001:db8::9', `${PUBLIC} /announce ip=203.0.113.9`],
    });
    assert.deepEqual(found['udp both families'], { outcome: 'answered', hits: ['2001:db8::1 udp', `${PUBLIC} udp`] });
  });
});
