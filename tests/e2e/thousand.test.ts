import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CDPSession, expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { startThousand, type Thousand } from './thousand.fixture.ts';

const COUNT = 1_000;
/** Of the whole page, whatever the list holds. */
const MOST_ELEMENTS = 1_800;
/** Of the page's own work, whatever else the machine does: half of what a screen of 60 frames a second has for one. */
const WORK_A_FRAME_MS = 8;
const FRAMES = 120;
/** A notch of a wheel. */
const STEP_PX = 100;
const SOON_MS = 2_000;

describe('a thousand containers', { skip }, () => {
  const complaints: string[] = [];
  let thousand: Thousand;
  let page: Page;

  before(async () => {
    thousand = await startThousand(COUNT);
    page = await thousand.open({ viewport: { width: 1440, height: 900 } }, complaints);
    await expect(page.getByRole('heading', { name: '1,000 containers' })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Complete/ })).toContainText('900', { timeout: 20_000 });
  });
  after(() => thousand.close());

  it('are a list of which only what is in sight exists', async () => {
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), String(COUNT + 1));
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(elements <= MOST_ELEMENTS, `${elements} elements`);
    assert.ok((await page.getByRole('row').count()) >= 22, 'rows on a screen of 900');
    await shoot(page, 'thousand');
  });

  it('stand still: nothing moves after it was painted', async () => {
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            resolve(list.getEntries().reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0));
          }).observe({ type: 'layout-shift', buffered: true });
          // No entry is no shift.
          setTimeout(() => resolve(0), 500);
        }),
    );
    assert.ok(shift <= 0.01, `layout shift ${shift}`);
  });

  it('scroll smoothly while they change', async () => {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await workOf(session);
    const made = await rowsMade(page, () => scrollDown(page, FRAMES, STEP_PX));
    const work = ((await workOf(session)) - before) / FRAMES;
    assert.ok(work > 0 && work <= WORK_A_FRAME_MS, `${work.toFixed(1)} ms of work a frame`);
    assert.equal(made, 0, 'rows made or moved while scrolling');
  });

  it('stand in their order in the document once it is still', async () => {
    const places = () =>
      page
        .getByRole('row')
        .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex'))).join(' '));
    await expect.poll(async () => isAscending(await places()), { timeout: SOON_MS }).toBe(true);
    assert.notEqual((await places()).split(' ')[1], '2', 'it is scrolled');
  });

  it('are whole in sight where the cursor goes', async () => {
    const grid = page.getByRole('grid');
    await grid.focus();
    for (const key of ['PageDown', 'PageDown', 'ArrowDown', 'ArrowDown', 'PageUp', 'PageUp', 'PageUp', 'ArrowUp']) {
      await page.keyboard.press(key);
      await expect.poll(() => grid.evaluate(isCursorInSight), { timeout: SOON_MS }).toBe(true);
    }
  });

  it('are there at once where the scroll bar is let go', async () => {
    await page.getByRole('grid').evaluate((grid) => {
      grid.scrollTop = grid.scrollHeight;
    });
    await expect(page.getByRole('row').filter({ hasText: 'web-0999' })).toBeVisible({ timeout: SOON_MS });
    await page.getByRole('grid').evaluate((grid) => {
      grid.scrollTop = grid.scrollHeight / 2;
    });
    await expect(page.getByRole('row').filter({ hasText: 'web-0500' })).toBeVisible({ timeout: SOON_MS });
  });

  it('are searched while one types, and sorted by a click', async () => {
    await page.getByRole('searchbox', { name: 'Search' }).fill('web-0770');
    await expect(page.getByRole('row').filter({ hasText: 'web-' })).toHaveCount(1, { timeout: SOON_MS });
    await expect(page.getByText('1 of 1,000 shown')).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search' }).fill('');
    await page.getByRole('button', { name: 'Container', exact: true }).click();
    await page.getByRole('button', { name: 'Container', exact: true }).click();
    await page.getByRole('grid').evaluate((grid) => {
      grid.scrollTop = 0;
    });
    await expect(page.getByRole('row').nth(1)).toContainText('web-0999');
  });

  it('are acted on all at once, and as many are named before they go', async () => {
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    const bar = page.getByRole('region', { name: 'Actions on the selected containers' });
    await expect(bar).toContainText('1,000 selected');
    await bar.getByRole('button', { name: 'Remove…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove 1,000 containers' });
    await expect(dialog).toContainText('and 995 more', { timeout: 10_000 });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });

  it('made the browser complain of nothing', () => {
    assert.deepEqual(complaints, []);
  });
});

/** Milliseconds of scripts, styles and layout so far; painting is the screen's, which has no card here. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const parts = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'];
  return metrics.reduce((sum, { name, value }) => (parts.includes(name) ? sum + value * 1_000 : sum), 0);
}

/** How many rows are put into the document while `act` runs. */
async function rowsMade(page: Page, act: () => Promise<void>): Promise<number> {
  const observing = await page.getByRole('rowgroup').evaluateHandle((group) => {
    const seen = { made: 0, stop: () => observer.disconnect() };
    const observer = new MutationObserver((list) => {
      seen.made += list.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0);
    });
    observer.observe(group, { childList: true });
    return seen;
  });
  await act();
  return observing.evaluate((seen) => {
    seen.stop();
    return seen.made;
  });
}

function isAscending(places: string): boolean {
  const numbers = places.split(' ').map(Number);
  return numbers.length > 1 && numbers.every((number, index) => index === 0 || number > numbers[index - 1]);
}

/** Runs in the page: neither below the heads of the columns nor below the edge. */
function isCursorInSight(grid: Element): boolean {
  const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')?.getBoundingClientRect();
  const head = grid.querySelector('[role="row"]')?.getBoundingClientRect();
  const { bottom } = grid.getBoundingClientRect();
  return row !== undefined && head !== undefined && row.top >= head.bottom - 1 && row.bottom <= bottom + 1;
}

/** A step a frame. */
function scrollDown(page: Page, frames: number, step: number): Promise<void> {
  return page.getByRole('grid').evaluate(
    (grid, { frames, step }) =>
      new Promise<void>((resolve) => {
        let left = frames;
        const next = (): void => {
          grid.scrollBy(0, step);
          left -= 1;
          if (left === 0) resolve();
          else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
    { frames, step },
  );
}
