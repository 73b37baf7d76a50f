import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { enjambre, Stage } from './stage.fixture.ts';

const LENGTH = 8 * 1024 ** 2;

describe('adding torrents', { skip }, () => {
  const stage = new Stage();
  const complaints: string[] = [];
  let page: Page;
  let torrent = '';
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  const dialog = () => page.getByRole('dialog', { name: 'Add torrent' });
  const choose = (...files: string[]) => dialog().locator('input[type=file]').setInputFiles(files);

  before(async () => {
    const { tracker } = await stage.start();
    const seeds = path.join(stage.root, 'seed');
    mkdirSync(seeds, { recursive: true });
    writeFileSync(path.join(seeds, 'film.bin'), randomBytes(LENGTH));
    torrent = path.join(stage.folder, 'film.torrent');
    await enjambre('create', path.join(seeds, 'film.bin'), '--output', torrent, '--tracker', tracker);
    writeFileSync(path.join(stage.folder, 'bad.torrent'), 'this is no torrent');
    writeFileSync(path.join(stage.folder, 'picture.png'), 'png');
    page = await stage.open({ viewport: { width: 1280, height: 900 } }, complaints);
  });
  after(() => stage.close());

  it('shows what is in a file before anything is kept', async () => {
    await page.getByRole('button', { name: 'Choose .torrent files' }).click();
    await choose(torrent);
    await expect(dialog()).toContainText('film.bin');
    await expect(dialog()).toContainText('8.00 MiB');
    await expect(dialog()).toContainText('1 file');
    await expect(dialog().getByLabel('Container name')).toHaveValue(/film/);
    await shoot(page, 'add');
  });

  it('opens the form, too, when what it is made of did not come the first times', async () => {
    const other = await stage.open({}, complaints);
    let failures = 0;
    await other.route(/\/assets\/add-dialog-/, async (route) => {
      if (failures === 2) return route.continue();
      failures += 1;
      return route.abort();
    });
    await other.reload();
    // Once while nobody waits for it, once when somebody does.
    await expect.poll(() => failures).toBe(1);
    await other.getByRole('button', { name: 'Add torrent' }).click();
    await expect(other.getByRole('dialog', { name: 'Add torrent' })).toBeVisible();
    assert.equal(failures, 2);
    await other.close();
  });

  it('says in words what is wrong with a file, and goes on with the others', async () => {
    await choose(path.join(stage.folder, 'bad.torrent'), path.join(stage.folder, 'picture.png'));
    await expect(dialog().getByRole('alert').filter({ hasText: 'This is not a torrent' })).toBeVisible();
    await expect(dialog()).toContainText('Its name must end in .torrent.');
    await shoot(page, 'add-bad-file');
    await dialog().getByRole('button', { name: 'Leave out bad.torrent' }).click();
    await dialog().getByRole('button', { name: 'Leave out picture.png' }).click();
  });

  it('says what is wrong beside its field and loses nothing that was typed', async () => {
    await dialog().getByLabel('Container name').fill('film-seed');
    await dialog().getByLabel('Folder').fill('/etc');
    await dialog().getByText('More', { exact: true }).click();
    await dialog().getByLabel('Download limit').fill('much');
    await dialog().getByRole('button', { name: 'Add torrent' }).click();
    await expect(dialog().getByText('A number above 0.')).toBeVisible();
    await dialog().getByLabel('Download limit').fill('4096');
    await dialog().getByRole('button', { name: 'Add torrent' }).click();
    await expect(dialog().getByText(`The folder must be below ${stage.root}.`)).toBeVisible();
    await expect(dialog().getByLabel('Folder')).toBeFocused();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Add torrent' }).click();
    await expect(dialog().getByLabel('Container name')).toHaveValue('film-seed');
    await expect(dialog().getByLabel('Folder')).toHaveValue('/etc');
  });

  it('adds it, and the files that are there already are found', async () => {
    await dialog().getByLabel('Folder').fill('seed');
    await dialog().getByRole('button', { name: 'Add torrent' }).click();
    await expect(dialog()).toBeHidden();
    await expect(row('film-seed')).toContainText(/Complete|Seeding/, { timeout: 20_000 });
  });

  it('takes files that are dropped anywhere, refuses a name that is taken, and downloads', async () => {
    await drop(page, torrent);
    await expect(dialog()).toContainText('Already in film-seed');
    await dialog().getByLabel('Container name').fill('film-seed');
    await dialog().getByRole('button', { name: 'Add torrent' }).click();
    await expect(dialog().getByText('This name is taken.')).toBeVisible();
    await dialog().getByLabel('Container name').fill('film-copy');
    await dialog().getByRole('button', { name: 'Add torrent' }).click();
    await expect(row('film-copy')).toContainText(/Complete|Seeding/, { timeout: 40_000 });
    const copy = readFileSync(path.join(stage.root, 'film-copy', 'film.bin'));
    assert.ok(copy.equals(readFileSync(path.join(stage.root, 'seed', 'film.bin'))));
  });

  it('lists the .torrent files with who uses them, and deletes one after asking', async () => {
    await page.getByRole('link', { name: 'Torrent files' }).first().click();
    const file = page.getByRole('row').filter({ hasText: 'film.torrent' });
    await expect(file).toContainText('film-copy');
    await shoot(page, 'torrents');
    await file.getByRole('button', { name: 'Delete film.torrent' }).click();
    const asks = page.getByRole('dialog', { name: 'Delete film.torrent' });
    await expect(asks).toContainText('film-seed');
    await asks.getByRole('button', { name: 'Delete file' }).click();
    await expect(page.getByText('No .torrent file is kept yet.')).toBeVisible();
  });

  it('heard no complaint of the browser', () => {
    assert.deepEqual(complaints, []);
  });
});

/** Drops a file on the middle of the page, as from a file manager. */
async function drop(page: Page, file: string): Promise<void> {
  const bytes = [...readFileSync(file)];
  const transfer = await page.evaluateHandle(
    ({ name, bytes }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name));
      return data;
    },
    { name: path.basename(file), bytes },
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}
