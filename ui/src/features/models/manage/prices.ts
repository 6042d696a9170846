// A price as the writer types it, read into what is sent. Pure. What could be read in two ways is not read at all.

import type { OwnPrice } from '@/generated/contract';
import type { Language } from '@/host/types';
import { amountOf } from '@/shared/amounts';

/** For how many tokens the amounts are. */
export type Unit = 'thousand' | 'million';

/** What stands in the fields. */
export interface PriceTyped {
  unit: Unit;
  input: string;
  output: string;
  cacheRead: string;
  cacheWrite: string;
}

/** An amount for a thousand tokens as one for a million, digit by digit. */
export function perMillion(amount: string, unit: Unit): string {
  if (unit === 'million') return amount;
  const [whole = '0', part = ''] = amount.split('.');
  const digits = whole + part.padEnd(3, '0').slice(0, 3);
  const rest = part.slice(3);
  return `${digits.replace(/^0+(?=\d)/, '')}${rest ? `.${rest}` : ''}`;
}

/** What was typed, as it is sent; or the names of the fields that cannot be read. */
export function ownPriceOf(typed: PriceTyped, language: Language): { price: OwnPrice } | { wrong: Set<keyof PriceTyped> } {
  const wrong = new Set<keyof PriceTyped>();
  const needed = (name: 'input' | 'output') => amountOf(typed[name], language) ?? (wrong.add(name), '');
  const perhaps = (name: 'cacheRead' | 'cacheWrite') => (typed[name].trim() === '' ? undefined : (amountOf(typed[name], language) ?? (wrong.add(name), '')));
  const [input, output] = [needed('input'), needed('output')];
  const [read, write] = [perhaps('cacheRead'), perhaps('cacheWrite')];
  if (wrong.size > 0) return { wrong };
  return {
    price: {
      kind: 'known',
      per: typed.unit,
      input,
      output,
      ...(read === undefined ? {} : { cache_read: read }),
      ...(write === undefined ? {} : { cache_write: write }),
    },
  };
}
