// The page's words, in both languages. Each feature keeps its own beside its views (`words/en.json`, `words/id.json`);
// here they become one book with a chapter per feature, and one for each part of a feature that has words of its own
// (`features/models/manage`). The chapter is named by its folder.

import { createI18n } from 'vue-i18n';
import type { Language } from '@/host/types';

type Chapter = Record<string, unknown>;

const english = import.meta.glob<Chapter>('../{features/*,features/*/*,app,shared}/words/en.json', { eager: true, import: 'default' });
const indonesian = import.meta.glob<Chapter>('../{features/*,features/*/*,app,shared}/words/id.json', { eager: true, import: 'default' });

function bind(files: Record<string, Chapter>): Record<string, Chapter> {
  return Object.fromEntries(Object.entries(files).map(([path, chapter]) => [/([\w-]+)\/words\/\w+\.json$/.exec(path)?.[1] ?? 'shared', chapter]));
}

/** All words by language and chapter. */
export const book: Record<Language, Record<string, Chapter>> = { en: bind(english), id: bind(indonesian) };

/** The language that a machine's list of languages asks for. */
export function languageOf(wished: readonly string[]): Language {
  for (const tag of wished) {
    if (/^(id|in|ms)\b/i.test(tag)) return 'id';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

/** Makes the words ready for a page. */
export function makeWords(language: Language) {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: book as Record<Language, never>,
    missingWarn: false,
    fallbackWarn: false,
  });
}
