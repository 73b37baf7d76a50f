import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressScope, addressScope } from './address-scope.ts';
import { parseIpAddress } from './ip-address.ts';

const scopes: Readonly<Record<AddressScope, readonly string[]>> = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::'],
  private: [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['198.18.0.1', '224.0.0.1', '255.255.255.255', '::', 'fe80::1', 'fd00::1', 'ff02::1', '2002:a00:1::1'],
  ],
  public: ['1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '192.0.1.1', '2606:4700::1111', '64:ff9b::1.1.1.1'],
};

test('every address has the scope of its block, an embedded IPv4 address decides', () => {
  for (const [scope, addresses] of Object.entries(scopes)) {
    for (const address of addresses) assert.equal(addressScope(parseIpAddress(address)!), scope, address);
  }
});
