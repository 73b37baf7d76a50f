import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { Stage } from './stage.fixture.ts';

const LEECHERS = ['demo-1', 'demo-2', 'demo-3'];

describe('a first visit', { skip }, () => {
  const stage = new Stage();
  const complaints: string[] = [];
  let page: Page;
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });

  before(async () => {
    await stage.start();
    page = await stage.open({ viewport: { width: 1440, height: 900 } }, complaints);
  });
  after(() => stage.close());

  it('says what to do next', async () => {
    await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
    await expect(page.getByText(stage.root)).toBeVisible();
    await shoot(page, 'first-start');
  });

  it('starts the sample, of which three download from one', async () => {
    await page.getByRole('button', { name: 'Start the sample' }).click();
    for (const name of LEECHERS) await expect(row(name)).toContainText('Downloading', { timeout: 40_000 });
    await expect(row('demo-seed')).toContainText(/Complete|Seeding/);
    await expect(page.getByRole('heading', { name: '4 containers' })).toBeVisible();
  });

  it('shows progress that grows', async () => {
    const bar = row('demo-1').getByRole('progressbar');
    const first = Number(await bar.getAttribute('aria-valuenow'));
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(first);
    await shoot(page, 'list');
  });

  it('pauses a download, at once in words, which goes on sharing', async () => {
    await row('demo-1').getByRole('button', { name: 'More actions for demo-1' }).click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await expect(row('demo-1')).toContainText(/Pausing…|Paused/, { timeout: 300 });
    await expect(row('demo-1')).toContainText('Paused');
    await expect(row('demo-1')).toContainText('still sharing');
  });

  it('resumes it with a key', async () => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await expect.poll(() => cursorTo(page, 'demo-1')).toBe(true);
    await page.keyboard.press('p');
    await expect(row('demo-1')).toContainText('Downloading', { timeout: 10_000 });
  });

  it('acts on all that are selected, and takes it back', async () => {
    for (const name of LEECHERS) await row(name).getByRole('checkbox').click();
    const bar = page.getByRole('region', { name: 'Actions on the selected containers' });
    await expect(bar).toContainText('3 selected');
    await shoot(page, 'selection');
    await bar.getByRole('button', { name: 'Pause' }).click();
    for (const name of LEECHERS) await expect(row(name)).toContainText('Paused');
    await page.getByRole('button', { name: 'Undo' }).click();
    for (const name of LEECHERS) await expect(row(name)).toContainText('Downloading', { timeout: 10_000 });
    await bar.getByRole('button', { name: 'Pause' }).click();
    for (const name of LEECHERS) await expect(row(name)).toContainText('Paused');
    await page.keyboard.press('Control+z');
    for (const name of LEECHERS) await expect(row(name)).toContainText('Downloading', { timeout: 10_000 });
    await bar.getByRole('button', { name: 'Clear selection' }).click();
  });

  it('finds and filters', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('demo-2');
    await expect(page.getByRole('row').filter({ hasText: 'demo-' })).toHaveCount(1);
    await page.getByRole('searchbox', { name: 'Search' }).fill('nothing like it');
    await expect(page.getByText('No container matches “nothing like it”.')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: /^Complete/ }).click();
    await expect(page.getByRole('row').filter({ hasText: 'demo-' })).toContainText(['demo-seed']);
    await page.getByRole('button', { name: /^All/ }).click();
  });

  it('shows one container with its log, live, and what it costs', async () => {
    await row('demo-2').click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('enjambre-demo');
    const log = page.getByRole('log');
    await expect(log).toContainText('progress', { timeout: 15_000 });
    await expect(page.locator('dd', { hasText: '%' }).first()).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('no such line');
    await expect(page.getByText('No line has “no such line”.')).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('');
    await expect(page.getByText('Configuration')).toBeVisible();
    await shoot(page, 'container');
  });

  it('shows what its client knows of the torrent: pieces, files, peers, and where it finds them', async () => {
    const torrent = page.getByRole('region', { name: 'Torrent', exact: true });
    await expect(torrent).toContainText(/of 64 pieces of 1.00 MiB|pieces of/);
    await expect(torrent.getByRole('table', { name: 'Files' })).toContainText('64.0 MiB');
    await torrent.getByRole('tab', { name: /^Files/ }).focus();
    await page.keyboard.press('ArrowRight');
    await expect(torrent.getByRole('tab', { name: /^Peers/ })).toBeFocused();
    await expect(torrent.getByRole('table', { name: 'Peers' })).toContainText('Enjambre');
    await page.keyboard.press('ArrowRight');
    const trackers = torrent.getByRole('table', { name: 'Trackers' });
    await expect(trackers).toContainText('Working');
    await torrent.getByLabel('Another tracker').fill('gopher://a/announce');
    await torrent.getByRole('button', { name: 'Add tracker' }).click();
    await expect(torrent.getByText(/^The backend refused: url:/)).toBeVisible();
    await torrent.getByLabel('Another tracker').fill('http://127.0.0.1:9/announce');
    await torrent.getByRole('button', { name: 'Add tracker' }).click();
    await expect(trackers).toContainText('http://127.0.0.1:9/announce');
    await shoot(page, 'trackers');
    await torrent.getByRole('button', { name: 'Take out http://127.0.0.1:9/announce' }).click();
    await expect(trackers.getByRole('row')).toHaveCount(2);
    const source = torrent.getByRole('checkbox', { name: /^tracker/ });
    await source.click();
    await expect(source).not.toBeChecked();
    await source.click();
    await expect(source).toBeChecked();
  });

  it('says who loses what before a client that shares is stopped', async () => {
    await page.getByRole('button', { name: 'Stop' }).click();
    const question = page.getByRole('dialog', { name: /^demo-2 shares with \d peers?\./ });
    await expect(question.getByRole('button', { name: 'Stop' })).toBeFocused();
    await shoot(page, 'stop-asked');
    await page.keyboard.press('Escape');
    await expect(question).toBeHidden();
    await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
    await expect(page.getByRole('main')).toContainText('Downloading');
  });

  it('stops and starts a client, and says why it does not run', async () => {
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Why it does not run')).toBeVisible({ timeout: 15_000 });
    await expect(page.getByRole('main')).toContainText('stopped by you');
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByText('Why it does not run')).toBeHidden({ timeout: 15_000 });
    await page.getByRole('link', { name: 'All containers' }).click();
  });

  it('touches only the rows that changed', async () => {
    await page.getByRole('grid').focus();
    await expect.poll(() => cursorTo(page, 'demo-3')).toBe(true);
    await page.keyboard.press('s');
    await page.getByRole('dialog', { name: /^demo-3 shares with/ }).waitFor();
    await page.keyboard.press('Enter');
    await expect(row('demo-3')).toContainText('Stopped', { timeout: 15_000 });
    const touched = await touchedRows(page, 'demo-1', 20);
    assert.ok(touched.some((text) => text.includes('demo-1')));
    assert.ok(!touched.some((text) => text.includes('demo-3')));
  });

  it('says what a removal will do, and does nothing else when that changed meanwhile', async () => {
    const id = (await row('demo-3').getAttribute('data-id')) ?? '';
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog', { name: 'Remove demo-3' });
    await expect(dialog).toContainText('The downloaded data stays on disk.');
    await dialog.getByRole('checkbox').check();
    await expect(dialog).toContainText('are deleted from disk');
    await shoot(page, 'removal');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeVisible();

    const answer = await fetch(new URL('/api/v1/actions', stage.backend.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ verb: 'start', ids: [id] }),
    });
    assert.equal(answer.status, 200);
    // Behind a dialog nothing has a role.
    await expect(page.locator(`[data-id="${id}"]`)).toContainText(/Downloading|Seeding|Complete/, { timeout: 15_000 });
    await dialog.getByRole('button', { name: /^Delete it and/ }).click();
    await expect(dialog).toContainText('demo-3 runs now.');
    await shoot(page, 'removal-changed');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('grid')).toBeFocused();
  });

  it('removes exactly what it said', async () => {
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog', { name: 'Remove demo-3' });
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(page.getByText('1 container removed')).toBeVisible({ timeout: 15_000 });
    await expect(row('demo-3')).toHaveCount(0);
    await expect(row('demo-2')).toHaveCount(1);
  });

  it('heard no complaint of the browser, its policy included', () => {
    assert.deepEqual(complaints, []);
  });
});

/** Goes one row down unless the cursor is at `name`. */
async function cursorTo(page: Page, name: string): Promise<boolean> {
  const id = await page.getByRole('grid').getAttribute('aria-activedescendant');
  if (id !== null && (await page.locator(`#${id}`).textContent())?.includes(name)) return true;
  await page.keyboard.press('ArrowDown');
  return false;
}

/** The texts of all rows that were touched until the row of `name` was touched `times` times. */
function touchedRows(page: Page, name: string, times: number): Promise<string[]> {
  return page.evaluate(
    ({ name, times }) =>
      new Promise<string[]>((resolve) => {
        const touched = new Set<string>();
        let count = 0;
        new MutationObserver((list, observer) => {
          for (const { target } of list) {
            const element = target instanceof Element ? target : target.parentElement;
            const text = element?.closest('[role=row]')?.textContent ?? '';
            touched.add(text);
            if (text.includes(name)) count += 1;
          }
          if (count < times) return;
          observer.disconnect();
          resolve([...touched]);
        }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
    { name, times },
  );
}
