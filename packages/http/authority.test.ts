import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isIpLiteral, isLoopback, parseAuthority } from './authority.ts';

test('a Host header is taken apart into one spelling of the host and its port', () => {
  assert.deepEqual(parseAuthority('Localhost:9091'), { host: 'localhost', port: '9091' });
  assert.deepEqual(parseAuthority('nas.local.'), { host: 'nas.local', port: undefined });
  assert.deepEqual(parseAuthority('127.0.0.1'), { host: '127.0.0.1', port: undefined });
  assert.deepEqual(parseAuthority('[0:0::0:1]:80'), { host: '::1', port: '80' });
});

test('what is no authority is refused', () => {
  for (const text of [
    '',
    ':80',
    'a b',
    '::1',
    '[::1',
    '[zz]',
    'host:',
    'host:port',
    'user@host',
    'a/b',
    'host:123456',
  ]) {
    assert.equal(parseAuthority(text), undefined, text);
  }
});

test('an IP literal is what the system takes for one', () => {
  const octet = fc.integer({ min: 0, max: 300 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.domain(),
        fc.tuple(octet, octet, octet, octet).map((o) => o.join('.')),
      ),
      (host) => {
        assert.equal(isIpLiteral(host), isIP(host) !== 0, host);
      },
    ),
  );
  for (const host of ['127.1', '1.2.3.4.', '01.2.3.4', '1.2.3', '1.2.3.4.5', '0x7f.1.1.1', '']) {
    assert.equal(isIpLiteral(host), false, host);
  }
});

test('loopback is 127/8, ::1 and localhost, and nothing that only looks like it', () => {
  for (const host of [
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
  ]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ['0.0.0.0', '::', '192.168.1.1', '127.evil.example', 'localhost.evil.example', '128.0.0.1', '']) {
    assert.equal(isLoopback(host), false, host);
  }
});
