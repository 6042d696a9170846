import { describe, expect, it } from 'vitest';
import type { CollectionView, ModelSourceView, ModelView } from '@/generated/contract';
import { fault, model } from '../../../tests/look/double';
import { firstRow, heights, makeRows, nextModelRow, offsetsOf, type Listed, type Row } from './rows';

const source = (connection: string, label: string, more: Partial<ModelSourceView> = {}): ModelSourceView => ({
  connection,
  label,
  locality: 'cloud',
  fetched_at: 1,
  refreshing: false,
  left_out: 0,
  fault: null,
  ...more,
});
const heads = { collections: 'collections', recent: 'lately', favourites: 'favourites' };
const list: Listed & { models: ModelView[] } = {
  models: [
    model('openrouter', 'OpenRouter', 'Claude Sonnet 4.5'),
    model('openrouter', 'OpenRouter', 'Deep Claude'),
    model('groq', 'Groq', 'Llama 4 Scout', { available: false, reason: 'wrong_key' }),
  ],
  sources: [source('groq', 'Groq'), source('openrouter', 'OpenRouter'), source('dead', 'Dead', { fault: fault('timed_out') })],
  recent: ['openrouter/deep-claude', 'gone/model'],
};
const collection = (name: string, models: string[]): CollectionView => ({
  name,
  models: models.map((id) => ({ id, name: id, available: true, reason: null, settings: { temperature: null, max_tokens: null, reasoning: null } })),
  default: false,
  answers: models[0] ?? null,
  updated_at: 1,
});
const keys = (rows: Row[]) => rows.map((row) => row.key);

describe('the rows of the list', () => {
  it('begin with what was used lately and follow the writer’s order of connections', () => {
    expect(keys(makeRows(list, '', heads))).toEqual([
      'recent',
      'recent:openrouter/deep-claude',
      'of:groq',
      'groq/llama-4-scout',
      'of:openrouter',
      'openrouter/claude-sonnet-4.5',
      'openrouter/deep-claude',
      'of:dead',
    ]);
  });
  it('hold every word that was typed, wherever it stands, best fit first', () => {
    expect(keys(makeRows(list, '  CLAUDE ', heads))).toEqual(['of:openrouter', 'openrouter/claude-sonnet-4.5', 'openrouter/deep-claude']);
    expect(keys(makeRows(list, 'claude deep', heads))).toEqual(['of:openrouter', 'openrouter/deep-claude']);
    expect(keys(makeRows(list, 'groq', heads))).toEqual(['of:groq', 'groq/llama-4-scout']);
    expect(makeRows(list, 'claude llama', heads)).toEqual([]);
  });
  it('show one connection only, where one is chosen', () => {
    expect(keys(makeRows(list, '', heads, { connection: 'groq' }))).toEqual(['of:groq', 'groq/llama-4-scout']);
  });
  it('take what is typed as text, not as a pattern', () => {
    expect(makeRows(list, '.* [', heads)).toEqual([]);
    expect(keys(makeRows(list, '4.5', heads))).toEqual(['of:openrouter', 'openrouter/claude-sonnet-4.5']);
  });
  it('are walked from model to model, past headings, and stop at the ends', () => {
    const rows = makeRows(list, '', heads);
    expect(nextModelRow(rows, 1, 1)).toBe(3);
    expect(nextModelRow(rows, 3, 1)).toBe(5);
    expect(nextModelRow(rows, 6, 1)).toBe(6);
    expect(nextModelRow(rows, 1, -1)).toBe(1);
    expect(nextModelRow([], -1, 1)).toBe(-1);
    expect(firstRow(rows, 'groq/llama-4-scout')).toBe(3);
    expect(firstRow(rows, 'not/there')).toBe(1);
  });
  it('hold collections on top where they can be chosen, and no other way', () => {
    const collections = [collection('Prose', ['openrouter/deep-claude']), collection('Deep nights', [])];
    const all = { ...list, collections };
    expect(keys(makeRows(all, '', heads, {}, true)).slice(0, 4)).toEqual(['collections', 'collection:Prose', 'collection:Deep nights', 'recent']);
    expect(keys(makeRows(all, '', heads))[0]).toBe('recent');
    expect(keys(makeRows(all, 'deep', heads, {}, true))).toEqual(['collections', 'collection:Deep nights', 'of:openrouter', 'openrouter/deep-claude']);
    expect(keys(makeRows(all, '', heads, { locality: 'cloud' }, true)), 'a collection has no place of its own').not.toContain('collections');
    const rows = makeRows(all, '', heads, {}, true);
    expect(firstRow(rows, 'Prose')).toBe(1);
    expect(nextModelRow(rows, 2, 1)).toBe(4);
  });
  it('hold favourites once on top, not those that stand there as used lately, and all of them once more at their place', () => {
    const models = list.models.map((one) => ({ ...one, favourite: one.id !== 'groq/llama-4-scout' }));
    expect(keys(makeRows({ ...list, models }, '', heads)).slice(0, 4)).toEqual(['recent', 'recent:openrouter/deep-claude', 'favourites', 'favourites:openrouter/claude-sonnet-4.5']);
    expect(keys(makeRows({ ...list, models }, '', heads, { only: 'favourites' }))).toEqual(['of:openrouter', 'openrouter/claude-sonnet-4.5', 'openrouter/deep-claude']);
  });
  it('leave out what is hidden until it is asked for, on the shelves too', () => {
    const models = list.models.map((one) => ({ ...one, hidden: one.id === 'openrouter/deep-claude' }));
    expect(keys(makeRows({ ...list, models }, '', heads)).join()).not.toContain('deep-claude');
    expect(keys(makeRows({ ...list, models }, 'deep', heads))).toEqual([]);
    expect(keys(makeRows({ ...list, models }, '', heads, { only: 'hidden' }))).toEqual(['of:openrouter', 'openrouter/deep-claude']);
  });
  it('are in the order of use, past the usual five, where only what was used lately is asked for', () => {
    const models = Array.from({ length: 9 }, (_, n) => model('groq', 'Groq', `m${n}`));
    const recent = [...models].reverse().map((one) => one.id);
    const rows = makeRows({ ...list, models, recent }, '', heads, { only: 'recent' });
    expect(keys(rows)).toEqual(['recent', ...recent.map((id) => `recent:${id}`)]);
  });
  it('put the connection with the best fit first while something is searched', () => {
    const models = [model('groq', 'Groq', 'A big opus copy'), model('openrouter', 'OpenRouter', 'Opus')];
    expect(keys(makeRows({ ...list, models }, 'opus', heads))[0]).toBe('of:openrouter');
  });
});

describe('the places of the rows', () => {
  it('follow each other, and end where the list ends', () => {
    const models = Array.from({ length: 10_000 }, (_, n) => model('openrouter', 'OpenRouter', `Maker ${n} Instruct`));
    const offsets = offsetsOf(makeRows({ ...list, models, recent: [] }, '', heads));
    expect([...offsets.slice(0, 3)]).toEqual([0, heights.firstHeading, heights.firstHeading + heights.row]);
    expect(offsets.at(-1)).toBe(heights.firstHeading + 10_000 * heights.row + heights.heading);
    expect([...offsetsOf([])]).toEqual([0]);
  });
});
