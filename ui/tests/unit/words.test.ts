// Both languages are whole: the same sentences, the same facts in them, and every sentence that a view asks for exists.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { book, languageOf, makeWords } from '@/shared/words';

function flat(tree: unknown, path = ''): Record<string, string> {
  if (typeof tree === 'string') return { [path]: tree };
  return Object.assign({}, ...Object.entries(tree as object).map(([name, branch]) => flat(branch, path ? `${path}.${name}` : name)));
}
const english = flat(book.en);
const indonesian = flat(book.id);
const facts = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, fact]) => fact).filter((fact, at, all) => all.indexOf(fact) === at).sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : /\.(vue|ts)$/.test(entry.name) ? [readFileSync(join(folder, entry.name), 'utf8')] : [],
  );
}

describe('the words of the page', () => {
  it('have a chapter for every feature, the frame and the shared parts', () => {
    expect(Object.keys(book.en).sort()).toEqual(['app', 'apps', 'collections', 'connections', 'desk', 'guidance', 'manage', 'models', 'privacy', 'prompts', 'settings', 'shared', 'start', 'usage']);
  });
  it('are the same sentences in both languages, naming the same facts', () => {
    expect(Object.keys(indonesian).sort()).toEqual(Object.keys(english).sort());
    for (const [name, sentence] of Object.entries(english)) expect(facts(indonesian[name] ?? ''), name).toEqual(facts(sentence));
  });
  it('never exclaim, and never blame', () => {
    for (const [name, sentence] of Object.entries({ ...english, ...indonesian })) {
      expect(sentence, name).not.toMatch(/!|oops|error occurred|invalid/i);
    }
  });
  it('exist for every sentence that a view asks for by name', () => {
    const asked = sources(join(process.cwd(), 'src')).flatMap((text) => [...text.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, name]) => name ?? ''));
    expect(asked.length).toBeGreaterThan(200);
    for (const name of asked) expect(english, name).toHaveProperty([name]);
  });
  it('choose the language of the machine, and English where it is another one', () => {
    expect(languageOf(['id-ID', 'en'])).toBe('id');
    expect(languageOf(['fr', 'id'])).toBe('id');
    expect(languageOf(['fr-FR'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });
  it('count in the singular and the plural', () => {
    const words: unknown = makeWords('en');
    const { t } = (words as { global: { t: (name: string, facts: object, count: number) => string } }).global;
    expect(t('connections.models_n', { n: '0' }, 0)).toBe('no models');
    expect(t('connections.models_n', { n: '1' }, 1)).toBe('1 model');
    expect(t('connections.models_n', { n: '345' }, 345)).toBe('345 models');
  });
});
