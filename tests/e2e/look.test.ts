import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expect } from '@playwright/test';
import { fits, shoot, skip, violations } from './browser.fixture.ts';
import { Stage } from './stage.fixture.ts';

const SIZES = [
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
  { name: 'tablet', viewport: { width: 820, height: 1100 } },
  { name: 'phone', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
];
const THEMES = ['light', 'dark'] as const;
const LANGUAGES = [
  {
    locale: 'en',
    add: 'Add torrent',
    keys: 'Keys',
    places: ['Containers', 'Torrent files'],
    engine: 'Engine',
    more: 'More',
  },
  {
    locale: 'es',
    add: 'Añadir torrent',
    keys: 'Teclas',
    places: ['Contenedores', 'Archivos torrent'],
    engine: 'Motor',
    more: 'Más',
  },
];

describe('every view', { skip }, () => {
  const stage = new Stage();
  const complaints: string[] = [];

  before(async () => {
    const { url } = await stage.start();
    const answer = await fetch(new URL('/api/v1/demo', url), { method: 'POST' });
    assert.equal(answer.status, 200);
  });
  after(() => stage.close());

  for (const { name, ...size } of SIZES) {
    for (const colorScheme of THEMES) {
      for (const { locale, add, keys, places, engine, more } of LANGUAGES) {
        // In between nothing differs but the room.
        if (name === 'tablet' && (locale !== 'es' || colorScheme !== 'light')) continue;
        it(`is whole and accessible: ${name}, ${colorScheme}, ${locale}`, async () => {
          const page = await stage.open({ ...size, colorScheme, locale }, complaints);
          const look = async (view: string): Promise<void> => {
            await shoot(page, `${view}-${name}-${colorScheme}-${locale}`);
            assert.deepEqual(await violations(page), [], view);
            assert.ok(await fits(page), `${view} scrolls sideways`);
          };
          await expect(page.getByRole('row').filter({ hasText: 'enjambre-demo' })).toHaveCount(4);
          assert.equal(await page.locator('html').getAttribute('lang'), locale);
          await look('list');
          await page.getByRole('button', { name: add, exact: true }).click();
          await expect(page.getByRole('dialog', { name: add })).toBeVisible();
          await look('add');
          await page.getByText(more, { exact: true }).click();
          await page.getByRole('dialog').getByRole('combobox').first().selectOption('overlay');
          await look('add-more');
          await page.keyboard.press('Escape');
          await page.keyboard.press('?');
          await expect(page.getByRole('dialog', { name: keys })).toBeVisible();
          await look('keys');
          await page.keyboard.press('Escape');
          await page.getByRole('link', { name: places[1], exact: true }).click();
          await expect(page.getByRole('table')).toBeVisible();
          await look('torrents');
          await page.goto(new URL('/engine', stage.backend.url).href);
          await expect(page.getByText('--driver docker')).toBeVisible();
          await expect(page.getByRole('link', { name: engine, exact: true })).toHaveCount(0);
          await look('engine');
          await page.getByRole('link', { name: places[0], exact: true }).click();
          await page.getByRole('row').filter({ hasText: 'enjambre-demo' }).last().click();
          await expect(page.getByRole('log')).toBeVisible();
          await look('container');
          await page.context().close();
        });
      }
    }
  }

  it('caused no complaint of the browser', () => {
    assert.deepEqual(complaints, []);
  });
});
