// A text of a catalogue with its blanks filled in: numbers in the language's own form, plurals by `count`.

import { en, type Text, type TextKey } from './en.ts';
import { es } from './es.ts';

export type Values = Readonly<Record<string, string | number>>;

/** A text that has not been put into a language yet. */
export interface Said {
  readonly key: TextKey;
  readonly values?: Values;
}

export type Translate = (key: TextKey, values?: Values) => string;

const CATALOGUES: Readonly<Record<string, Readonly<Record<TextKey, Text>>>> = { en, es };

/** The first of the reader's languages that we speak, as a full tag (`es-MX`), else `en`. */
export function chooseLocale(wanted: readonly string[]): string {
  return wanted.find((tag) => languageOf(tag) in CATALOGUES) ?? 'en';
}

/** @param locale a tag that `chooseLocale` gave */
export function createTranslate(locale: string): Translate {
  const catalogue = CATALOGUES[languageOf(locale)] ?? en;
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, values = {}) => {
    const text = catalogue[key];
    const form =
      typeof text === 'string' ? text : plural.select(Number(values.count)) === 'one' ? text.one : text.other;
    return form.replace(/\{([a-z]+)\}/g, (blank, name: string) => {
      const value = values[name];
      if (value === undefined) return blank;
      return typeof value === 'number' ? number.format(value) : value;
    });
  };
}

function languageOf(tag: string): string {
  return tag.split('-')[0].toLowerCase();
}
