import { describe, expect, it } from 'vitest';
import type { ModelsView } from '@/generated/contract';
import { model } from '../../../tests/look/double';
import { isSame, shareModels } from './share';

const list = (more: Partial<ModelsView> = {}): ModelsView => ({
  models: ['a', 'b', 'c'].map((name) => model('groq', 'Groq', name)),
  sources: [],
  default_model: null,
  last_model: null,
  recent: [],
  collections: [],
  feature_defaults: [],
  visited_at: null,
  price_book: { source: 'bundled', date: 1, age_days: 1 },
  adult_mode: false,
  ...more,
});

describe('a list that is fetched again', () => {
  it('is the list that was there, where nothing changed', () => {
    const before = list();
    expect(shareModels(before, list())).toBe(before);
    expect(shareModels(undefined, before)).toBe(before);
  });
  it('keeps its models where only something beside them changed', () => {
    const before = list();
    const now = shareModels(before, list({ recent: ['groq/a'] }));
    expect(now).toEqual(list({ recent: ['groq/a'] }));
    expect(now.models).toBe(before.models);
  });
  it('keeps each model that did not change, wherever it stands now, and no other', () => {
    const before = list();
    const [a, b, c] = list().models;
    if (!a || !b || !c) throw new Error('three models');
    const changed = { ...b, price: { ...b.price, input: '4' } };
    const fresh = model('groq', 'Groq', 'd');
    const now = shareModels(before, list({ models: [fresh, c, changed] }));
    expect(now.models).toEqual([fresh, c, changed]);
    expect(now.models.map((one) => before.models.indexOf(one))).toEqual([-1, 2, -1]);
    expect(shareModels(before, list({ models: [a, b] })).models).toHaveLength(2);
  });
});

describe('plain data', () => {
  it('is the same only where every part is', () => {
    expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    const others: [unknown, unknown][] = [
      [{ a: 1 }, { a: 1, b: undefined }],
      [{ a: 1, b: 2 }, { a: 1 }],
      [[1, 2], [1]],
      [[], {}],
      [null, {}],
      [0, null],
      ['1', 1],
    ];
    for (const [a, b] of others) expect(isSame(a, b), JSON.stringify([a, b])).toBe(false);
  });
});
