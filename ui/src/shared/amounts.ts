// An amount of money as the writer types it. Pure. What could be read in two ways is not read at all.

import type { Language } from '@/host/types';

/**
 * An amount in US dollars (`2.50`, `$2,50`, `.075`) as decimal text; nothing where it is none. `1,000` in English and
 * `1.000` in Indonesian may mean a thousand or one: that is asked again rather than guessed.
 */
export function amountOf(text: string, language: Language): string | undefined {
  const plain = text.trim().replace(/^(US\$|\$|USD)\s*|\s*USD$/gi, '');
  const thousands = language === 'en' ? ',' : '.';
  if (new RegExp(`^[1-9]\\d{0,2}\\${thousands}\\d{3}$`).test(plain)) return undefined;
  const decimal = plain.replace(',', '.').replace(/^\./, '0.');
  return /^\d{1,9}(\.\d{1,12})?$/.test(decimal) ? decimal : undefined;
}

/** Decimal text as the writer would type it, so that it is read again as what it was. */
export function typedAmount(decimal: string, language: Language): string {
  return language === 'en' ? decimal : decimal.replace('.', ',');
}
