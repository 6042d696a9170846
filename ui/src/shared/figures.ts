// Numbers as a person reads them: money with its currency, tokens, spans and moments. Pure; the clock is an argument.
// What is unknown never becomes a figure here: callers word it.

import type { Language } from '@/host/types';

const locales: Record<Language, string> = { en: 'en-US', id: 'id-ID' };

const formats = new Map<string, Intl.NumberFormat>();

/** Making a format costs many times what using it does, and a long list uses a few of them for each row. */
function numbers(language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(locales[language], options)));
  return format;
}

/** A whole number with its thousands set apart. */
export function formatCount(count: number, language: Language): string {
  return numbers(language).format(count);
}

/** A count for a narrow place: 950, 8.2k, 128k, 1M (rb and jt in Indonesian). */
export function formatShort(count: number, language: Language): string {
  const unit = language === 'en' ? ['k', 'M'] : [' rb', ' jt'];
  const short = (value: number) => numbers(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  if (count >= 999_500) return short(count / 1_000_000) + unit[1];
  if (count >= 1_000) return short(count / 1_000) + unit[0];
  return formatCount(count, language);
}

/** US dollars from decimal text: `$4.12`; sums under a cent keep two digits that count: `$0.00043`. */
export function formatMoney(usd: string, language: Language): string {
  const value = Number(usd);
  const small = value !== 0 && Math.abs(value) < 0.01;
  return numbers(language, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: language === 'en' ? 'symbol' : 'code',
    ...(small ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  })
    .format(value)
    .replace('\u00a0', ' ');
}

/** Money in whatever currency a provider counts: `$4.12`, `CN¥30.00`. A name that is no currency stands behind the sum. */
export function formatAmount(amount: string, currency: string, language: Language): string {
  if (currency === 'USD' || !/^[A-Z]{3}$/.test(currency)) return currency === 'USD' ? formatMoney(amount, language) : `${amount} ${currency}`;
  return new Intl.NumberFormat(locales[language], { style: 'currency', currency, currencyDisplay: language === 'en' ? 'symbol' : 'code' })
    .format(Number(amount))
    .replace('\u00a0', ' ');
}

/** A price per million tokens: `$0.15`, `$3`, `$12.50`. */
export function formatPrice(usd: string, language: Language): string {
  return formatMoney(usd, language).replace(/([.,]00)$/, '');
}

/** How long something took: `0.4 s`, `12 s`, `3 min 20 s`. */
export function formatSpan(ms: number, language: Language): string {
  const second = language === 'en' ? 's' : 'dtk';
  const minute = language === 'en' ? 'min' : 'mnt';
  if (ms < 10_000) {
    const digits = new Intl.NumberFormat(locales[language], { maximumFractionDigits: 1, minimumFractionDigits: 1 });
    return `${digits.format(Math.max(ms, 50) / 1000)} ${second}`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} ${second}`;
  return `${Math.floor(seconds / 60)} ${minute} ${seconds % 60} ${second}`;
}

/** How long to wait, rounded up so that nobody tries too early. */
export function formatWait(ms: number, language: Language): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  const [value, unit]: [number, 'second' | 'minute' | 'hour'] =
    seconds < 120 ? [seconds, 'second'] : seconds < 7200 ? [Math.ceil(seconds / 60), 'minute'] : [Math.ceil(seconds / 3600), 'hour'];
  return new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** A moment as seen from now: `3 minutes ago`, `yesterday`, `12 Nov`. Both in unix milliseconds. */
export function formatMoment(then: number, now: number, language: Language): string {
  const ago = new Intl.RelativeTimeFormat(locales[language], { numeric: 'auto' });
  const seconds = Math.round((then - now) / 1000);
  if (Math.abs(seconds) < 45) return language === 'en' ? 'just now' : 'baru saja';
  if (Math.abs(seconds) < 3600) return ago.format(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return ago.format(Math.round(seconds / 3600), 'hour');
  if (Math.abs(seconds) < 7 * 86_400) return ago.format(Math.round(seconds / 86_400), 'day');
  return formatDay(then, language);
}

/** A day: `12 Nov 2026`. */
export function formatDay(then: number, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'id-ID', { day: 'numeric', month: 'short', year: 'numeric' }).format(then);
}

/** Bytes on a disk: `4.7 GB`. */
export function formatBytes(bytes: number, language: Language): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${new Intl.NumberFormat(locales[language], { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${steps[step]}`;
}
