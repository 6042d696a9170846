import { describe, expect, it } from 'vitest';
import { formatAmount, formatBytes, formatMoment, formatMoney, formatPrice, formatShort, formatSpan, formatWait } from './figures';

describe('figures', () => {
  it('write money with its currency, and sums under a cent with two digits that count', () => {
    expect(formatMoney('4.1182', 'en')).toBe('$4.12');
    expect(formatMoney('0', 'en')).toBe('$0.00');
    expect(formatMoney('0.000432', 'en')).toBe('$0.00043');
    expect(formatMoney('1234.5', 'en')).toBe('$1,234.50');
    expect(formatMoney('4.1182', 'id')).toBe('USD 4,12');
  });
  it('write money of any currency, and a name that is none behind the sum', () => {
    expect(formatAmount('6.42', 'USD', 'en')).toBe('$6.42');
    expect(formatAmount('30', 'CNY', 'en')).toBe('CN¥30.00');
    expect(formatAmount('30.5', 'CNY', 'id')).toBe('CNY 30,50');
    expect(formatAmount('12', 'credits', 'en')).toBe('12 credits');
  });
  it('write prices short', () => {
    expect(formatPrice('3', 'en')).toBe('$3');
    expect(formatPrice('0.25', 'en')).toBe('$0.25');
    expect(formatPrice('12.5', 'en')).toBe('$12.50');
  });
  it('shorten counts at each step', () => {
    expect([950, 8192, 131_072, 999_499, 999_500, 1_048_576].map((n) => formatShort(n, 'en'))).toEqual(['950', '8.2k', '131k', '999k', '1M', '1M']);
    expect(formatShort(131_072, 'id')).toBe('131 rb');
  });
  it('tell spans and waits, and never a wait that is too short', () => {
    expect([12, 412, 6240, 21_900, 200_000].map((ms) => formatSpan(ms, 'en'))).toEqual(['0.1 s', '0.4 s', '6.2 s', '22 s', '3 min 20 s']);
    expect(formatWait(19_200, 'en')).toBe('20 seconds');
    expect(formatWait(1, 'en')).toBe('1 second');
    expect(formatWait(125_000, 'en')).toBe('3 minutes');
  });
  it('tell moments from now', () => {
    const now = Date.UTC(2026, 10, 21, 12);
    const ago = (minutes: number, language: 'en' | 'id' = 'en') => formatMoment(now - minutes * 60_000, now, language);
    expect([0, 3, 300, 1500].map((minutes) => ago(minutes))).toEqual(['just now', '3 minutes ago', '5 hours ago', 'yesterday']);
    expect(ago(60 * 24 * 30)).toBe('22 Oct 2026');
    expect(ago(3, 'id')).toBe('3 menit yang lalu');
  });
  it('write sizes on a disk', () => {
    expect(formatBytes(4_900_000_000, 'en')).toBe('4.9 GB');
    expect(formatBytes(999, 'en')).toBe('999 B');
  });
});
