// What a person does with the page over an engine: adds with its form, chooses from its menus, removes what is selected.

import { expect, type Page } from '@playwright/test';
import { shoot } from '../e2e/browser.fixture.ts';

/** Whatever an engine is asked for is there within so long. */
export const WORKS_MS = 30_000;

export interface Wish {
  /** A container each, of the same file. */
  readonly names: readonly string[];
  readonly folder?: string;
  readonly limit?: string;
  /** Members to start from; found by the tracker when left out. */
  readonly overlay?: string;
  readonly network?: string;
  /** Where there are several hosts. */
  readonly host?: string;
  readonly placement?: 'replicas' | 'global';
}

/** What a person does with the page. */
export class Actor {
  readonly #page: Page;
  readonly #file: string;

  constructor(page: Page, file: string) {
    this.#page = page;
    this.#file = file;
  }

  /** By what it alone says of its container: a row that says "Seeding" has the text "seed", too. */
  row(name: string) {
    const menu = this.#page.getByRole('button', { name: `More actions for ${name}`, exact: true });
    return this.#page.getByRole('row').filter({ has: menu });
  }

  async add({ names, folder = '', limit = '', overlay, network, host, placement }: Wish): Promise<void> {
    await this.#page.getByRole('button', { name: 'Add torrent' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Add torrent' });
    for (const [index, name] of names.entries()) {
      await dialog.locator('input[type=file]').setInputFiles(this.#file);
      await dialog.getByLabel('Container name').nth(index).fill(name);
    }
    await dialog.getByLabel('Folder').fill(folder);
    const download = dialog.getByLabel('Download limit');
    if (!(await download.isVisible())) await dialog.getByText('More', { exact: true }).click();
    await download.fill(limit);
    if (overlay !== undefined) {
      await dialog.getByLabel('Finds peers by').selectOption('overlay');
      await dialog.getByLabel('Bootstrap').fill(overlay);
    }
    if (network !== undefined) await dialog.getByLabel('Network').selectOption(network);
    if (placement !== undefined) await dialog.getByLabel('How many').selectOption(placement);
    if (host !== undefined) await dialog.getByLabel('Host', { exact: true }).selectOption({ label: host });
    await shoot(this.#page, `docker-add-${names[0]}`);
    await dialog.getByRole('button', { name: /^Add/ }).click();
    await expect(dialog).toBeHidden({ timeout: WORKS_MS });
  }

  async choose(name: string, action: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `More actions for ${name}` })
      .click();
    await this.#page.getByRole('menuitem', { name: action }).click();
  }

  async removeAll(names: readonly string[], { withData }: { readonly withData: boolean }): Promise<void> {
    for (const name of names) await this.row(name).getByRole('checkbox').click();
    const bar = this.#page.getByRole('region', { name: 'Actions on the selected containers' });
    await bar.getByRole('button', { name: 'Remove…' }).click();
    const dialog = this.#page.getByRole('dialog', { name: /^Remove/ });
    if (withData) await dialog.getByRole('checkbox').check();
    const last = dialog.getByRole('button', { name: withData ? /^Delete/ : /^Remove/ });
    await expect(last).toBeEnabled();
    await last.click();
    await expect(dialog).toBeHidden({ timeout: WORKS_MS });
    for (const name of names) await expect(this.row(name)).toHaveCount(0, { timeout: WORKS_MS });
  }
}
