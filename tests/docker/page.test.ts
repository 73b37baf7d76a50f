// The story of clients in containers, told by the page: everything here is done with Chromium, on a real engine.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from '@playwright/test';
import { afterwards } from '../contract/cleanup.ts';
import { Browsing, buildPage, fits, shoot, violations, skip as whyNoBrowser } from '../e2e/browser.fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { startBackend } from '../fleet/backend-process.ts';
import { whyNot } from '../interop/debian-package.ts';
import { makeContent, makeFleet } from './fleet-on-docker.ts';
import { Actor, WORKS_MS } from './page-actor.ts';
import { pushSmallImage, startRegistry } from './registry.ts';

const TIMEOUT_MS = 150_000;
const SIZE = 24 * 1024 * 1024;
/** A few seconds, in which things happen. */
const LIMIT_KIB = '3072';
const DESKTOP = { viewport: { width: 1440, height: 900 } };

const why = whyNoBrowser || whyNoEngines() || whyNot(['docker-registry']);
const lab = why === false ? enterEngines() : undefined;

describe('the page over an engine', { skip: why, timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('adds, pauses, resumes and removes containers, finds peers by tracker and by overlay, pulls an image', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, SIZE);
    await using registry = await startRegistry(t);
    const remote = `127.0.0.1:${registry.port}/enjambre:next`;
    pushSmallImage(t, engine, remote);
    await buildPage();
    const docker = ['--driver=docker', `--docker-host=${engine.host}`, `--allowed-images=${remote}`];
    const backend = await startBackend(t, { argv: [...docker, `--root=${fleet.root}`] });
    const browsing = new Browsing();
    afterwards(t, () => browsing.close());
    const complaints: string[] = [];
    const page = await browsing.open(backend.pageUrl, DESKTOP, complaints);
    const at = new Actor(page, torrent.path);

    await t.test('a seeder and two leechers, by the tracker', async () => {
      await at.add({ names: ['seed'], folder: 'seed' });
      await expect(at.row('seed')).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
      await at.add({ names: ['leech-1', 'leech-2'], limit: LIMIT_KIB });
      const bar = at.row('leech-1').getByRole('progressbar');
      await expect(at.row('leech-1')).toContainText('Downloading', { timeout: WORKS_MS });
      const first = Number(await bar.getAttribute('aria-valuenow'));
      await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(first);
    });

    await t.test('one of them is paused, goes on sharing, and is resumed', async () => {
      await at.choose('leech-1', 'Pause');
      await expect(at.row('leech-1')).toContainText('Paused', { timeout: WORKS_MS });
      await shoot(page, 'docker-list');
      await at.choose('leech-1', 'Resume');
      for (const name of ['leech-1', 'leech-2']) {
        await expect(at.row(name)).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
        assert.deepEqual(readFileSync(join(fleet.root, name, 'data-1.bin')), torrent.data);
      }
    });

    await t.test('networks are listed and made, by their exact names', async () => {
      await page.getByRole('link', { name: 'Engine', exact: true }).first().click();
      await expect(page.getByText('docker answers')).toBeVisible();
      await page.getByRole('button', { name: 'New network' }).click();
      const dialog = page.getByRole('dialog', { name: 'New network' });
      await dialog.getByLabel('Name').fill('enjambre');
      await dialog.getByRole('button', { name: 'Make network' }).click();
      await expect(dialog.getByText('This name is taken.')).toBeVisible();
      await shoot(page, 'docker-network');
      assert.deepEqual(await violations(page), []);
      await dialog.getByLabel('Name').fill('overlay-net');
      await dialog.getByRole('button', { name: 'Make network' }).click();
      const networks = page.getByRole('table', { name: 'Networks' });
      await expect(networks.getByRole('row').filter({ hasText: 'overlay-net' })).toContainText('bridge');
      assert.equal(engine.docker('network', 'ls', '--quiet', '--filter', 'name=^overlay-net$').split('\n').length, 1);
    });

    await t.test('images tell their version and who runs them, and are pulled', async () => {
      const images = page.getByRole('table', { name: 'Images' });
      const usual = images.getByRole('row').filter({ hasText: 'enjambre:latest' });
      await expect(usual).toContainText('0.1.0');
      await expect(usual).toContainText('leech-1, leech-2, seed');
      const next = images.getByRole('row').filter({ hasText: remote });
      await expect(next).toContainText('not here yet');
      await next.getByRole('button', { name: `Pull ${remote}` }).click();
      await expect(page.getByText(`${remote} is here`)).toBeVisible({ timeout: WORKS_MS });
      await expect(next).toContainText('0.1.0');
      await shoot(page, 'docker-engine');
    });

    await t.test('all go, and their data with them', async () => {
      await page.getByRole('link', { name: 'Containers', exact: true }).first().click();
      await at.removeAll(['leech-1', 'leech-2'], { withData: true });
      await at.removeAll(['seed'], { withData: false });
      await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible({ timeout: WORKS_MS });
      assert.equal(engine.docker('ps', '--all', '--format', '{{.Names}}'), 'tracker');
    });

    await t.test('a leecher finds the seeder by the overlay, bootstrapped by its name', async () => {
      await at.add({ names: ['seed'], folder: 'seed', overlay: '', network: 'overlay-net' });
      await expect(at.row('seed')).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
      await at.add({ names: ['leech-1'], overlay: 'seed:6000', network: 'overlay-net' });
      await expect(at.row('leech-1')).toContainText(/Complete|Seeding/, { timeout: WORKS_MS });
      assert.deepEqual(readFileSync(join(fleet.root, 'leech-1', 'data-1.bin')), torrent.data);
      await at.row('leech-1').click();
      await expect(page.getByText('seed:6000')).toBeVisible();
      await page.getByRole('link', { name: 'All containers' }).click();
    });

    await t.test('the view of the engine is whole and accessible in both themes, narrow and wide', async () => {
      const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
      for (const [size, options] of Object.entries({ desktop: DESKTOP, phone })) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const locale = colorScheme === 'light' ? 'en' : 'es';
          const url = new URL('/engine', backend.pageUrl).href;
          const other = await browsing.open(url, { ...options, colorScheme, locale }, complaints);
          await expect(other.getByRole('table')).toHaveCount(3);
          await shoot(other, `docker-engine-${size}-${colorScheme}-${locale}`);
          assert.deepEqual(await violations(other), [], size);
          assert.ok(await fits(other), `${size} scrolls sideways`);
          await other.context().close();
        }
      }
      await at.removeAll(['seed', 'leech-1'], { withData: true });
      engine.docker('rmi', remote);
    });

    assert.deepEqual(complaints, []);
  });
});
