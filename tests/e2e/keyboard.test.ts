// Where the focus is after a container was looked at, and what keys are offered.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { startThousand, type Thousand } from './thousand.fixture.ts';

/** More than fit on a screen. */
const COUNT = 60;
const FAR = 50;

describe('the keyboard', { skip }, () => {
  const complaints: string[] = [];
  let thousand: Thousand;
  let page: Page;

  before(async () => {
    thousand = await startThousand(COUNT);
    page = await thousand.open({ viewport: { width: 1280, height: 800 } }, complaints);
  });
  after(() => thousand.close());
  beforeEach(async () => {
    await page.goto(thousand.url);
    await expect(page.getByRole('grid')).toBeVisible();
  });

  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  /** Goes to the row at that place, counted from 0, and opens it, as who has no mouse does. */
  const lookAt = async (place: number): Promise<void> => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    for (let step = 0; step < place; step++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  };
  const isAt = async (name: string): Promise<void> => {
    const grid = page.getByRole('grid');
    await expect(grid).toBeFocused();
    await expect(grid).toHaveAttribute('aria-activedescendant', `row-${await row(name).getAttribute('data-id')}`);
    await expect(row(name)).toBeInViewport({ ratio: 1 });
  };

  it('is at the row of the container that was looked at, after the way back of the view', async () => {
    await lookAt(FAR);
    await page.keyboard.press('Shift+Tab');
    await expect(page.getByRole('link', { name: 'All containers' })).toBeFocused();
    await page.keyboard.press('Enter');
    await isAt('web-0050');
    await shoot(page, 'back-at-row');
    await page.keyboard.press('ArrowUp');
    await isAt('web-0049');
  });

  it('is there after the way back of the browser, and after the key of the list', async () => {
    await lookAt(3);
    await page.goBack();
    await isAt('web-0003');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    await page.keyboard.press('1');
    await isAt('web-0003');
  });

  it('stays at the link to the list by which somebody left', async () => {
    await lookAt(3);
    const link = page.getByRole('link', { name: 'Containers', exact: true }).first();
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('grid')).toBeVisible();
    await expect(link).toBeFocused();
  });

  it('is at the heading of the list when the row is gone', async () => {
    await lookAt(4);
    await page.getByRole('button', { name: 'Remove…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    const heading = page.getByRole('heading', { name: `${COUNT - 1} containers` });
    await expect(heading).toBeFocused();
    await expect(row('web-0004')).toHaveCount(0);
    await expect(heading).toBeFocused();
    await page.goto(new URL('/containers/nobody', thousand.url).href);
    await page.getByRole('link', { name: 'All containers' }).press('Enter');
    await expect(heading).toBeFocused();
  });

  it('is offered no place that the page does not have', async () => {
    await page.keyboard.press('3');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await expect(dialog).toContainText('Torrent files');
    await expect(dialog.getByText('Engine', { exact: true })).toHaveCount(0);
    assert.equal(new URL(page.url()).pathname, '/');
    await shoot(page, 'keys-no-engine');
  });

  it('made the browser complain of nothing', () => {
    assert.deepEqual(complaints, []);
  });
});

describe('the keyboard, after the only container went', { skip }, () => {
  let fleet: Thousand;

  before(async () => {
    fleet = await startThousand(1);
  });
  after(() => fleet.close());

  it('is at the heading of what is there instead of a list', async () => {
    const page = await fleet.open();
    await page.getByRole('row').filter({ hasText: 'web-0000' }).click();
    await page.getByRole('button', { name: 'Remove…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeFocused();
  });
});
