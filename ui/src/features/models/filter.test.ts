import { describe, expect, it } from 'vitest';
import type { ModelView } from '@/generated/contract';
import { model } from '../../../tests/look/double';
import { isInBand, isNarrow, makeFilter, type ModelFilter } from './filter';
import { toggled, usualWords } from './useFilterWords';

const unknown = { state: 'unknown', input: null, output: null, cache_read: null, cache_write: null } as const;
const priced = (input: string, output: string): Partial<ModelView> => ({ price: { ...unknown, state: 'known', input, output } });
const models = [
  model('openrouter', 'OpenRouter', 'Claude Sonnet', { favourite: true, content: { tag: 'filtered', source: 'provider', date: null, basis: null } }),
  model('openrouter', 'OpenRouter', 'Nameless', { context_length: null, price: unknown, capabilities: [] }),
  model('openrouter', 'OpenRouter', 'Gift', { price: { ...unknown, state: 'free' }, hidden: true }),
  model('groq', 'Groq', 'Llama', { ...priced('0.1', '0.4'), context_length: 131_072, is_new: true }),
  model('groq', 'Groq', 'Old Llama', { gone_since: 5, available: false, reason: 'gone' }),
  model('ollama', 'Ollama', 'Gemma', { locality: 'local', price: { ...unknown, state: 'local' }, context_length: 8_192 }),
];
const left = (filter: ModelFilter) => models.filter(makeFilter(filter, { recent: ['ollama/gemma', 'openrouter/gift'], collections: [{ name: 'Prose', models: [{ id: 'groq/llama', name: '', available: true, reason: null, settings: { temperature: null, max_tokens: null, reasoning: null } }], default: false, answers: null, updated_at: 1 }] })).map((one) => one.name);

describe('a filter', () => {
  it('leaves what fits each of its words, and hidden models only where they are asked for', () => {
    expect(left({})).toEqual(['Claude Sonnet', 'Nameless', 'Llama', 'Old Llama', 'Gemma']);
    expect(left({ only: 'hidden' })).toEqual(['Gift']);
    expect(left({ connection: 'groq' })).toEqual(['Llama', 'Old Llama']);
    expect(left({ connection: 'groq', only: 'gone' })).toEqual(['Old Llama']);
    expect(left({ collection: 'Prose' })).toEqual(['Llama']);
    expect(left({ collection: 'no such one' }), 'a collection that went away leaves nothing').toEqual([]);
    expect(left({ locality: 'local' })).toEqual(['Gemma']);
    expect(left({ context: 128_000, locality: 'cloud', capability: 'tools' })).toEqual(['Claude Sonnet', 'Llama', 'Old Llama']);
    expect(left({ tag: 'filtered' })).toEqual(['Claude Sonnet']);
    expect(left({ family: 'claude' })).toEqual(['Claude Sonnet']);
    expect(left({ only: 'favourites' })).toEqual(['Claude Sonnet']);
    expect(left({ only: 'new' })).toEqual(['Llama']);
    expect(left({ only: 'recent' })).toEqual(['Gemma']);
  });
  it('takes a price for what it is: unknown lies in no band, nothing is cheap too', () => {
    const bands = (more: Partial<ModelView>) => (['free', 'cheap', 'middle', 'dear'] as const).filter((band) => isInBand(model('a', 'A', 'm', more), band));
    expect(bands({ price: unknown })).toEqual([]);
    expect(bands({ price: { ...unknown, state: 'known', input: '3' } }), 'half a price').toEqual([]);
    expect(bands({ price: { ...unknown, state: 'free' } })).toEqual(['free', 'cheap']);
    expect(bands({ price: { ...unknown, state: 'local' } })).toEqual(['free', 'cheap']);
    expect(bands(priced('0', '0'))).toEqual(['free', 'cheap']);
    expect(bands(priced('1', '1'))).toEqual(['cheap']);
    expect(bands(priced('3', '15'))).toEqual(['middle']);
    expect(bands(priced('5', '25')), 'ten dollars are still in the middle').toEqual(['middle']);
    expect(bands(priced('15', '75'))).toEqual(['dear']);
  });
  it('takes and drops a word; another word of the same kind takes its place', () => {
    const word = { key: '', part: 'price', value: 'free', label: '' } as const;
    expect(toggled({ family: 'claude' }, word)).toEqual({ family: 'claude', price: 'free' });
    expect(toggled({ price: 'dear' }, word)).toEqual({ price: 'free' });
    expect(toggled({ price: 'free' }, word)).toEqual({});
    expect(isNarrow({})).toBe(false);
    expect(isNarrow({ price: undefined })).toBe(false);
  });
  it('offers first only words that leave something and are a choice', () => {
    expect(usualWords(models).map(({ value }) => value)).toEqual(['favourites', 'local']);
    expect(usualWords(models.filter((one) => one.locality === 'local'))).toEqual([]);
    expect(usualWords([])).toEqual([]);
  });
});
