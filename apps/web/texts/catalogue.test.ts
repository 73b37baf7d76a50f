import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPageSources } from '../page-sources.fixture.ts';
import { en, type Text, type TextKey } from './en.ts';
import { es } from './es.ts';
import { chooseLocale, createTranslate } from './text.ts';

const keys = Object.keys(en) as TextKey[];

function blanksOf(text: Text): string[] {
  const forms = typeof text === 'string' ? [text] : [text.one, text.other];
  return [...new Set(forms.flatMap((form) => form.match(/\{[a-z]+\}/g) ?? []))].sort();
}

describe('the catalogues', () => {
  it('say the same things with the same blanks', () => {
    assert.deepEqual(Object.keys(es), keys);
    const different = keys.filter((key) => {
      const plural = typeof en[key] !== typeof es[key];
      return plural || blanksOf(en[key]).join() !== blanksOf(es[key]).join();
    });
    assert.deepEqual(different, []);
  });

  it('hold no text that nobody uses', () => {
    const code = readPageSources()
      .filter(({ file }) => !/^texts\/e[ns]\.ts$/.test(file) && !file.includes('.test.'))
      .map(({ text }) => text)
      .join('\n');
    assert.deepEqual(
      keys.filter((key) => !code.includes(`'${key}'`)),
      [],
    );
  });

  it('leave no form empty and no blank at an edge', () => {
    for (const catalogue of [en, es]) {
      for (const [key, text] of Object.entries<Text>(catalogue)) {
        for (const form of typeof text === 'string' ? [text] : [text.one, text.other]) {
          assert.equal(form.trim(), form, key);
          assert.notEqual(form, '', key);
        }
      }
    }
  });
});

describe('a text', () => {
  it('has its blanks filled in the form of the language', () => {
    const t = createTranslate('es-MX');
    assert.equal(t('totals.containers', { count: 1 }), '1 contenedor');
    assert.equal(t('totals.containers', { count: 12_000 }), '12,000 contenedores');
    assert.equal(createTranslate('en')('strip.gone', { time: '14:02' }).includes('14:02'), true);
  });

  it('comes in the first language of the reader that we speak', () => {
    assert.equal(chooseLocale(['fr', 'es-AR', 'en']), 'es-AR');
    assert.equal(chooseLocale(['fr']), 'en');
  });
});
