// The page over a Swarm of two engines: hosts, a container with an instance on each, and an update of its image.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expect } from '@playwright/test';
import { afterwards } from '../contract/cleanup.ts';
import { Browsing, buildPage, fits, shoot, violations, skip as whyNoBrowser } from '../e2e/browser.fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet } from './fleet-on-swarm.ts';
import { Actor, WORKS_MS } from './page-actor.ts';

const TIMEOUT_MS = 240_000;
const SIZE = 4 * 1024 * 1024;
const NEXT_IMAGE = 'enjambre:next';

const why = whyNoBrowser || whyNoEngines();
const lab = why === false ? enterEngines(2) : undefined;

describe('the page over a Swarm', { skip: why, timeout: TIMEOUT_MS }, () => {
  lab?.makeImage();
  lab?.joinSwarm();
  for (const engine of lab!.engines) engine.docker('tag', 'enjambre:latest', NEXT_IMAGE);

  it('shows hosts and instances, places them by the form, and updates an image', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    const torrent = makeContent(t, fleet, SIZE);
    await buildPage();
    const backend = await fleet.start(t, { argv: [`--allowed-images=${NEXT_IMAGE}`] });
    const browsing = new Browsing();
    afterwards(t, () => browsing.close());
    const complaints: string[] = [];
    const page = await browsing.open(backend.pageUrl, { viewport: { width: 1440, height: 900 } }, complaints);
    const at = new Actor(page, torrent.path);

    const services = () => fleet.manager.docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}');
    await expect.poll(services, { timeout: WORKS_MS }).toContain('tracker 1/1');

    await t.test('one on a host that was chosen, and one on every host', async () => {
      await at.add({ names: ['seed'], folder: 'seed', host: 'engine-1' });
      await expect(at.row('seed')).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
      await at.add({ names: ['all'], placement: 'global' });
      await expect(at.row('all')).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
      await expect(page.getByRole('columnheader', { name: 'Host' })).toBeVisible();
      await expect(at.row('seed')).toContainText('engine-1');
      await expect(at.row('all')).toContainText('2 instances');
      await shoot(page, 'swarm-list');
      assert.deepEqual(await violations(page), []);
    });

    await t.test('the instances of a container, each with its host', async () => {
      await at.row('all').click();
      const instances = page.getByRole('region', { name: 'Instances' });
      await expect(instances).toContainText('2 of 2 have everything');
      for (const host of ['engine-1', 'engine-2']) {
        await expect(instances.getByRole('row').filter({ hasText: host })).toContainText(/Complete|Seeding/);
      }
      // Its log tells which of them wrote a line.
      for (const host of ['engine-1', 'engine-2']) {
        await expect(page.getByRole('log').getByText(host, { exact: true }).first()).toBeVisible();
      }
      await shoot(page, 'swarm-container');
      assert.deepEqual(await violations(page), []);
      assert.ok(await fits(page));
    });

    await t.test('another image, one instance after the other', async () => {
      await page.getByRole('button', { name: 'Update image…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Update the image of all' });
      await dialog.getByLabel('Image').selectOption(NEXT_IMAGE);
      await shoot(page, 'swarm-update');
      await dialog.getByRole('button', { name: 'Update', exact: true }).click();
      await expect(dialog).toBeHidden({ timeout: WORKS_MS });
      const configured = page.locator('dd').filter({ hasText: NEXT_IMAGE });
      await expect(configured).toBeVisible({ timeout: WORKS_MS });
    });

    await t.test('hosts with how they are, and who runs which version', async () => {
      await page.getByRole('link', { name: 'Engine', exact: true }).first().click();
      const hosts = page.getByRole('region', { name: 'Hosts' });
      await expect(hosts).toContainText('2 of 2 ready');
      await expect(hosts.getByRole('row').filter({ hasText: 'engine-2' })).toContainText('Ready');
      const images = page.getByRole('table', { name: 'Images' });
      await expect(images.getByRole('row').filter({ hasText: NEXT_IMAGE })).toContainText('all');
      await shoot(page, 'swarm-engine');
      assert.deepEqual(await violations(page), []);
    });
    assert.deepEqual(complaints, []);
  });
});
