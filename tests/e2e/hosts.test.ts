// A page over several hosts whose names are as long as clouds make them.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expect, type Locator, type Page } from '@playwright/test';
import { fits, shoot, skip, violations } from './browser.fixture.ts';
import { startThousand, type Thousand } from './thousand.fixture.ts';

const HOSTS = ['ip-10-20-30-141.eu-south-2.compute.internal', 'ip-10-20-30-142.eu-south-2.compute.internal'];

describe('hosts with long names', { skip }, () => {
  let fleet: Thousand;
  let page: Page;

  before(async () => {
    fleet = await startThousand(1, HOSTS);
    page = await fleet.open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  });
  after(() => fleet.close());

  it('are named whole on the narrowest phone, where they are listed', async () => {
    await page.getByRole('link', { name: 'Engine', exact: true }).click();
    await areWhole(page.getByRole('table', { name: 'Hosts' }));
    await shoot(page, 'hosts-phone');
    assert.deepEqual(await violations(page), []);
    assert.ok(await fits(page));
  });

  it('and where the instances of a container are', async () => {
    await page.getByRole('link', { name: 'Containers', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'web-0000' }).click();
    const instances = page.getByRole('table', { name: 'Instances' });
    await instances.scrollIntoViewIfNeeded();
    await areWhole(instances);
    await shoot(page, 'instances-phone');
    assert.ok(await fits(page));
  });

  it('are offered by a key', async () => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' }).getByText('Engine', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await expect(page.getByRole('heading', { name: 'Engine', level: 1 })).toBeVisible();
  });
});

/** No letter of a host's name is outside its cell, or below what cuts it. */
async function areWhole(table: Locator): Promise<void> {
  for (const name of HOSTS) {
    const label = table.locator('bdi').filter({ hasText: name });
    await expect(label).toBeVisible();
    const cut = await label.evaluate((element) =>
      [element, ...element.querySelectorAll('*')].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
    );
    assert.ok(!cut, `${name} is cut`);
  }
}
