// Orders after a move, places under the pointer, and settings from what people type.
import { describe, expect, it } from 'vitest';
import { moved, placeAt, sameSettings, settingsOf, temperatureOf, tokensOf, typedOf } from './members';

describe('the order of members', () => {
  it('has the moved one at its new place and all others as they were', () => {
    const ids = ['a', 'b', 'c', 'd'];
    expect(moved(ids, 'a', 2)).toEqual(['b', 'c', 'a', 'd']);
    expect(moved(ids, 'd', 0)).toEqual(['d', 'a', 'b', 'c']);
    expect(moved(ids, 'b', 1)).toEqual(ids);
    expect(ids, 'what was given stays').toEqual(['a', 'b', 'c', 'd']);
  });
  it('ends at the ends, and knows nothing of strangers', () => {
    expect(moved(['a', 'b', 'c'], 'b', 99)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 'x', 0)).toEqual(['a', 'b']);
  });
  it('leaves one that waits to be removed where it would come back', () => {
    const away = (id: string) => id === 'gone';
    expect(moved(['a', 'gone', 'b', 'c'], 'c', 0, away)).toEqual(['c', 'gone', 'a', 'b']);
    expect(moved(['gone', 'a', 'b'], 'a', 1, away)).toEqual(['gone', 'b', 'a']);
    expect(moved(['gone', 'a'], 'gone', 1, away), 'it is not moved itself').toEqual(['gone', 'a']);
  });
});

describe('a row that is held', () => {
  it('stands behind every row whose middle lies above it', () => {
    const middles = [20, 60, 100];
    expect([0, 20, 21, 60.5, 101].map((height) => placeAt(height, middles))).toEqual([0, 0, 1, 2, 3]);
    expect(placeAt(50, [])).toBe(0);
  });
});

describe('settings as typed', () => {
  it('are a temperature from 0 to 2, with a point or a comma, or none', () => {
    expect(['0', '0.85', '0,85', '2', ' 1. ', '.5'].map(temperatureOf)).toEqual([0, 0.85, 0.85, 2, 1, 0.5]);
    expect(temperatureOf('  ')).toBeNull();
    for (const text of ['2.1', '-1', '1e0', 'hot', '0.5.5', '1,2,3', '.']) expect(temperatureOf(text), text).toBeUndefined();
  });
  it('are whole tokens, with or without marks between the thousands, or none', () => {
    expect(['1', '4000', '4 000', '4,000', '4.000', '10.000.000'].map(tokensOf)).toEqual([1, 4000, 4000, 4000, 4000, 10_000_000]);
    expect(tokensOf('')).toBeNull();
    for (const text of ['0', '10000001', '4.5', '4,00', '-4', '4k', '1e3']) expect(tokensOf(text), text).toBeUndefined();
  });
  it('are kept as a whole or not at all', () => {
    expect(settingsOf({ temperature: '0,8', tokens: '4 000', effort: 'high' })).toEqual({ temperature: 0.8, max_tokens: 4000, reasoning: 'high' });
    expect(settingsOf({ temperature: '', tokens: '', effort: 'unset' })).toEqual({ temperature: null, max_tokens: null, reasoning: null });
    expect(settingsOf({ temperature: '0.8', tokens: 'many', effort: 'unset' })).toBeUndefined();
  });
  it('come back from the fields as they went in', () => {
    const settings = { temperature: 0.85, max_tokens: 4000, reasoning: 'none' } as const;
    const back = settingsOf(typedOf(settings));
    expect(back && sameSettings(back, settings)).toBe(true);
    expect(sameSettings(settings, { ...settings, reasoning: null }), '“not at all” is not “nothing said”').toBe(false);
  });
});
