import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type KnownPeer, KnownPeers } from './known-peers.ts';

const MINUTE_MS = 60_000;
const address = (number: number, host = `10.0.${number >> 8}.${number & 255}`) => ({ host, port: 6881 });
const PEER_ID = Buffer.from('-XX0001-abcdefghijkl');

describe('known peers', () => {
  it('are kept once each, dialled only when due and free, and never when banned or ourselves', () => {
    const verb = fc.constantFrom('add', 'incoming', 'dial', 'fail', 'connect', 'disconnect', 'ban', 'self');
    const step = fc.tuple(verb, fc.nat(9), fc.nat(20_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const known = new KnownPeers();
        let nowMs = 0;
        for (const [name, number, passMs] of steps) {
          nowMs += passMs;
          const peer = known.get(address(number));
          if (name === 'add') known.add(address(number), 'tracker', nowMs);
          else if (name === 'incoming') known.addIncoming(address(number));
          else if (name === 'dial') {
            const next = known.nextToDial(nowMs);
            if (next === undefined) continue;
            assert.ok(next.isDialable && next.nextDialAtMs <= nowMs, 'due');
            assert.ok(!next.isConnected && !next.isDialling && !next.isBanned && !next.isSelf, 'and free');
            next.isDialling = true;
          } else if (peer === undefined) continue;
          else if (name === 'fail' && peer.isDialling) {
            peer.isDialling = false;
            known.dialFailed(peer, nowMs);
            assert.ok(peer.nextDialAtMs > nowMs, 'not at once again');
          } else if (name === 'connect' && !peer.isBanned) {
            peer.isDialling = false;
            peer.isConnected = true;
          } else if (name === 'disconnect' && peer.isConnected) known.disconnected(peer, nowMs, 'some');
          else if (name === 'ban') known.ban(peer, PEER_ID);
          else if (name === 'self') peer.isSelf = true;
          const all = [...known];
          assert.equal(new Set(all.map(({ address: { host } }) => host)).size, all.length, 'once each');
          assert.ok(known.count <= all.length);
        }
      }),
    );
  });

  it('are dialled again ever more seldom, and given up after six failures until a source names them again', () => {
    const known = new KnownPeers();
    const peer = known.add(address(1), 'tracker', 0)!;
    let nowMs = 0;
    let pauseMs = 0;
    let dials = 0;
    for (; known.nextToDial(nowMs + 60 * MINUTE_MS) !== undefined; dials++) {
      nowMs = Math.max(nowMs, peer.nextDialAtMs);
      known.dialFailed(peer, nowMs);
      assert.ok(peer.nextDialAtMs - nowMs >= pauseMs, 'no sooner than before');
      pauseMs = peer.nextDialAtMs - nowMs;
    }
    assert.equal(dials, 6);
    known.add(address(1), 'tracker', nowMs);
    assert.equal(known.nextToDial(nowMs + 60 * MINUTE_MS), peer);
  });

  it('that were given by hand are tried for ever, at least every fifteen seconds', () => {
    const known = new KnownPeers();
    const peer = known.add(address(1), 'manual', 0)!;
    for (let nowMs = 0, dial = 0; dial < 100; dial++) {
      known.dialFailed(peer, nowMs);
      assert.ok(peer.nextDialAtMs - nowMs <= 15_000);
      nowMs = peer.nextDialAtMs;
      assert.equal(known.nextToDial(nowMs), peer);
    }
  });

  it('that were lost last while they were needed are tried until nothing is missing, after a twentieth of the time', () => {
    const known = new KnownPeers();
    const lost = Array.from({ length: 9 }, (_, number) => known.add(address(number), 'tracker', 0)!);
    for (const peer of lost) known.disconnected(peer, 0, 'needed');
    const [first, ...last] = lost;
    let nowMs = 0;
    while (nowMs < 60 * MINUTE_MS) {
      const next = known.nextToDial(nowMs + 10 * MINUTE_MS)!;
      nowMs = Math.max(nowMs, next.nextDialAtMs);
      known.dialFailed(next, nowMs);
      if (next === first) continue;
      const mostMs = Math.min(Math.max(nowMs / 20, 2_000), MINUTE_MS);
      assert.ok(next.nextDialAtMs - nowMs < mostMs + 1, `${next.nextDialAtMs - nowMs} ms, ${nowMs} ms later`);
    }
    assert.equal(first.failures, 6, 'eight are enough');
    known.completed();
    for (const peer of last) known.dialFailed(peer, nowMs);
    assert.equal(known.nextToDial(Number.MAX_SAFE_INTEGER), undefined);
  });

  it('are refused when junk: no host, or a port that cannot be', () => {
    const known = new KnownPeers();
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      assert.equal(known.add({ host: '10.0.0.1', port }, 'tracker', 0), undefined);
    }
    assert.equal(known.add({ host: '', port: 1 }, 'tracker', 0), undefined);
    assert.equal(known.count, 0);
  });

  it('are bounded: a flood of addresses drops those that never answered, not the connected or hand-given', () => {
    const known = new KnownPeers();
    const manual = known.add(address(0), 'manual', 0)!;
    const connected = known.add(address(1), 'tracker', 0)!;
    connected.isConnected = true;
    for (let number = 2; number < 10_000; number++) {
      const peer = known.add(address(number), 'tracker', 0);
      if (peer !== undefined) known.dialFailed(peer, 0);
    }
    assert.equal([...known].length, 2000);
    assert.equal(known.get(address(0)), manual);
    assert.equal(known.get(address(1)), connected);
    assert.ok(known.get(address(9_999)) !== undefined, 'the newest is in');
  });

  it('count a caller once it is connected, and under the address where it listens as soon as it tells', () => {
    const known = new KnownPeers();
    const caller = known.addIncoming({ host: '10.0.0.1', port: 50_000 });
    assert.equal(known.count, 0);
    caller.isConnected = true;
    assert.equal(known.count, 1);
    const listening = known.identify(caller, { host: '10.0.0.1', port: 6881 }, 0);
    assert.equal(known.count, 1);
    assert.deepEqual([listening.isConnected, listening.isDialable], [true, true]);
    assert.equal(known.nextToDial(MINUTE_MS), undefined, 'it is connected already');
    known.disconnected(listening, 0, 'some');
    assert.equal(known.nextToDial(MINUTE_MS), listening);
  });

  it('stay banned under their address and under their peer id, while others of their host are let in', () => {
    const known = new KnownPeers();
    const host = '10.0.0.1';
    const caller = (port: number): KnownPeer => known.addIncoming({ host, port });
    known.ban(caller(1000), PEER_ID);
    const other = Buffer.from('-XX0001-lkjihgfedcba');
    assert.ok(known.isRefused(caller(1000), other), 'the same address');
    assert.ok(known.isRefused(caller(2000), PEER_ID), 'the same peer id from there');
    assert.ok(!known.isRefused(caller(3000), other), 'somebody else there');
    assert.ok(!known.isRefused(known.addIncoming(address(9)), PEER_ID), 'an id that somebody stole');
  });

  it('that were put off while we needed nothing are dialled at once when pieces are missing again', () => {
    const peers = new KnownPeers();
    const seed = peers.add({ host: '10.0.0.1', port: 1 }, 'tracker', 0)!;
    const silent = peers.add({ host: '10.0.0.2', port: 1 }, 'tracker', 0)!;
    peers.dialFailed(silent, 0);
    seed.isConnected = true;
    peers.disconnected(seed, 0, 'none');
    assert.equal(peers.nextToDial(1000), undefined);
    peers.hurry(1000);
    assert.equal(peers.nextToDial(1000), seed);
    assert.ok(silent.nextDialAtMs > 1000, 'who did not answer is left alone for its time');
  });

  it('count once who is known by two addresses, and are not dialled at the second while connected by the first', () => {
    const known = new KnownPeers();
    const v4 = known.add({ host: '10.0.0.1', port: 6881 }, 'tracker', 0)!;
    const v6 = known.add({ host: 'fd00::1', port: 6881 }, 'tracker', 0)!;
    v4.isConnected = true;
    assert.equal(known.identify(v4, v6.address, 0), v4);
    assert.deepEqual([known.count, known.nextToDial(MINUTE_MS)], [1, undefined]);
    // The first address fails from now on: by the second it is there, and counts once still.
    known.disconnected(v4, 0, 'some');
    known.dialFailed(v4, 0);
    assert.equal(known.nextToDial(MINUTE_MS), v6);
    v6.isConnected = true;
    assert.equal(known.identify(v6, v4.address, 0), v6);
    assert.deepEqual([known.count, known.nextToDial(MINUTE_MS)], [1, undefined]);
  });

  it('are never dialled nor counted where we ourselves are, whoever names us, until we are elsewhere', () => {
    const known = new KnownPeers();
    known.add(address(1), 'tracker', 0);
    known.setOwn([address(1), address(2)]);
    known.add(address(2), 'overlay', 0);
    assert.deepEqual([known.count, known.nextToDial(MINUTE_MS)], [0, undefined]);
    known.setOwn([address(2)]);
    assert.deepEqual([known.count, known.nextToDial(MINUTE_MS)?.address], [1, address(1)]);
  });
});
