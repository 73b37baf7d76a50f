// The reader's language, chosen once when the page starts: its texts and its numbers.

import { chooseLocale, createTranslate, type Said } from '../texts/text.ts';
import { createFormat } from './format.ts';

const locale = chooseLocale(navigator.languages);

export const t = createTranslate(locale);
export const format = createFormat(locale);

export function say(said: Said): string {
  return t(said.key, said.values);
}

/** What a screen reader should speak the page in. */
export function applyLanguage(root: HTMLElement): void {
  root.lang = locale;
}
