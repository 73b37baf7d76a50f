import { FakeClock } from '@enjambre/runtime';
import { driverContract } from '../driver.contract.ts';
import { plainSpec } from '../plain-spec.fixture.ts';
import { FakeDriver } from './fake-driver.ts';

driverContract('fake', async () => {
  const driver = new FakeDriver(new FakeClock());
  const crash = (id: string) => driver.crash(id, { code: 1, signal: undefined, message: 'It ended with exit code 1.' });
  return { driver, spec: plainSpec, crash };
});
