import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { Stage } from './stage.fixture.ts';

const TOKEN = 'a-token-that-only-this-test-knows';

describe('the connection', { skip }, () => {
  const stage = new Stage();
  let page: Page;

  before(async () => {
    await stage.start();
    page = await stage.open({ viewport: { width: 1280, height: 800 } });
    await page.getByRole('button', { name: 'Start the sample' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'demo-1' })).toContainText('Downloading', { timeout: 20_000 });
  });
  after(() => stage.close());

  it('is one stream for all tabs', async () => {
    const other = await page.context().newPage();
    let streams = 0;
    other.on('request', (request) => {
      if (request.url().endsWith('/api/v1/events')) streams += 1;
    });
    await other.goto(stage.backend.url);
    const theirs = other.getByRole('row').filter({ hasText: 'demo-1' }).getByRole('progressbar');
    const first = Number(await theirs.getAttribute('aria-valuenow'));
    await expect.poll(async () => Number(await theirs.getAttribute('aria-valuenow'))).toBeGreaterThan(first);
    assert.equal(streams, 0, 'the second tab opened a stream of its own');
    await page.close();
    page = other;
    const later = Number(await theirs.getAttribute('aria-valuenow'));
    await expect.poll(async () => Number(await theirs.getAttribute('aria-valuenow'))).toBeGreaterThan(later);
    assert.equal(streams, 1, 'the tab that was left took over');
  });

  it('that is lost is told, while the downloads go on', async () => {
    await stage.kill();
    await expect(page.getByText('Reconnecting…')).toBeVisible({ timeout: 2_500 });
    await expect(page.getByText(/The backend does not answer since/)).toBeVisible({ timeout: 10_000 });
    await shoot(page, 'backend-gone');
    await expect(page.getByRole('row').filter({ hasText: 'demo-1' })).toBeVisible();
  });

  it('comes back by itself with the same list, nothing lost or doubled', async () => {
    await stage.start();
    await expect(page.getByText(/The backend does not answer since/)).toBeHidden({ timeout: 5_000 });
    await expect(page.getByRole('row').filter({ hasText: 'demo-' })).toHaveCount(4);
    const bar = page.getByRole('row').filter({ hasText: 'demo-1' }).getByRole('progressbar');
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  });

  it('that asks for a token meanwhile says so, and leads to where it can be given', async () => {
    await stage.kill();
    await stage.start(TOKEN);
    await expect(page.getByText('Signed out: the backend asks for a token.')).toBeVisible({ timeout: 5_000 });
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'demo-' })).toHaveCount(4);
  });
});
