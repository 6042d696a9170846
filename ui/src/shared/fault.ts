// Failures in words. The sentences are those of crates/fault/words, which every face shares; the page chooses them by
// code and facts and never looks into a message's text.

import english from '@fault-words/en.json';
import indonesian from '@fault-words/id.json';
import type { FaultView } from '@/generated/contract';
import type { Language } from '@/host/types';
import { formatMoney, formatWait } from './figures';

type Sentences = Record<string, Record<string, string>>;

const lists: Record<Language, Sentences> = { en: english as Sentences, id: indonesian as Sentences };

/** A failure of the page's own reach: the engine behind the window did not answer as agreed. */
export interface SilentHost {
  code: 'host_silent';
}

/** Anything that a page may have to tell. */
export type Failure = FaultView | SilentHost;

const hostSilent: Record<Language, { message: string; hint: string }> = {
  en: {
    message: 'The window got no proper answer from the rest of Inkhorn.',
    hint: 'What you wrote is still here. Try again; if it stays, close Inkhorn and start it again.',
  },
  id: {
    message: 'Jendela ini tidak mendapat jawaban yang semestinya dari bagian lain Inkhorn.',
    hint: 'Tulisan Anda masih di sini. Coba lagi; kalau tetap begini, tutup Inkhorn lalu buka kembali.',
  },
};

/** Makes sure that what was thrown is a failure with words. */
export function asFailure(thrown: unknown): Failure {
  const candidate = thrown as Partial<FaultView> | null;
  if (typeof candidate === 'object' && candidate && typeof candidate.code === 'string' && candidate.code in english) {
    return { ...candidate, facts: candidate.facts ?? {} } as FaultView;
  }
  return { code: 'host_silent' };
}

/** The `message` (what happened and why) or `hint` (what to do) of a failure. */
export function sentence(language: Language, failure: Failure, part: 'message' | 'hint'): string {
  if (failure.code === 'host_silent') return hostSilent[language][part];
  const entry = lists[language][failure.code] ?? {};
  const facts: Record<string, string> = { ...failure.facts };
  if (failure.retry_after_ms !== undefined) facts.wait = formatWait(failure.retry_after_ms, language);
  const named = Object.keys(facts).sort().find((fact) => entry[`${part}_${fact}`] !== undefined);
  const text = (named && entry[`${part}_${named}`]) || entry[part] || failure[part];
  // A sum of dollars is written as everywhere in the page: the words say `${left}`.
  return text.replace(/(\$?)\{(\w+)\}/g, (braces, dollar: string, fact: string) => {
    const value = facts[fact];
    if (value === undefined) return braces;
    return dollar && /^-?\d+(\.\d+)?$/.test(value) ? formatMoney(value, language) : dollar + value;
  });
}

/** The provider's own words, where there are any. */
export function ownWords(failure: Failure): string | undefined {
  return failure.code === 'host_silent' ? undefined : failure.detail;
}
