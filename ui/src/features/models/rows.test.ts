import { describe, expect, it } from 'vitest';
import type { ModelSourceView, ModelView } from '@/generated/contract';
import { fault, model } from '../../../tests/look/double';
import { firstRow, fitOf, makeRows, nextModelRow, wordsOf, type Row } from './rows';

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
const list: { models: ModelView[]; sources: ModelSourceView[]; recent: string[] } = {
  models: [
    model('openrouter', 'OpenRouter', 'Claude Sonnet 4.5'),
    model('openrouter', 'OpenRouter', 'Deep Claude'),
    model('groq', 'Groq', 'Llama 4 Scout', { available: false, reason: 'wrong_key' }),
  ],
  sources: [source('groq', 'Groq'), source('openrouter', 'OpenRouter'), source('dead', 'Dead', { fault: fault('timed_out') })],
  recent: ['openrouter/deep-claude', 'gone/model'],
};
const keys = (rows: Row[]) => rows.map((row) => row.key);

describe('the rows of the list', () => {
  it('begin with what was used lately and follow the writer’s order of connections', () => {
    expect(keys(makeRows(list, '', 'lately'))).toEqual([
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
    expect(keys(makeRows(list, '  CLAUDE ', 'lately'))).toEqual(['of:openrouter', 'openrouter/claude-sonnet-4.5', 'openrouter/deep-claude']);
    expect(keys(makeRows(list, 'claude deep', 'lately'))).toEqual(['of:openrouter', 'openrouter/deep-claude']);
    expect(keys(makeRows(list, 'groq', 'lately'))).toEqual(['of:groq', 'groq/llama-4-scout']);
    expect(makeRows(list, 'claude llama', 'lately')).toEqual([]);
  });
  it('show one connection only, where one is chosen', () => {
    expect(keys(makeRows(list, '', 'lately', 'groq'))).toEqual(['of:groq', 'groq/llama-4-scout']);
  });
  it('take what is typed as text, not as a pattern', () => {
    expect(makeRows(list, '.* [', 'lately')).toEqual([]);
    expect(fitOf(list.models[0] as ModelView, wordsOf('4.5'))).toBeGreaterThan(0);
  });
  it('are walked from model to model, past headings, and stop at the ends', () => {
    const rows = makeRows(list, '', 'lately');
    expect(nextModelRow(rows, 1, 1)).toBe(3);
    expect(nextModelRow(rows, 3, 1)).toBe(5);
    expect(nextModelRow(rows, 6, 1)).toBe(6);
    expect(nextModelRow(rows, 1, -1)).toBe(1);
    expect(nextModelRow([], -1, 1)).toBe(-1);
    expect(firstRow(rows, 'groq/llama-4-scout')).toBe(3);
    expect(firstRow(rows, 'not/there')).toBe(1);
  });
  it('are made of 20,000 models within a typing pause', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => model('openrouter', 'OpenRouter', `Maker ${n} Instruct`));
    makeRows({ ...list, models: many }, 'warm', 'lately');
    const begun = performance.now();
    expect(makeRows({ ...list, models: many }, 'instruct 199', 'lately').length).toBeGreaterThan(100);
    expect(performance.now() - begun).toBeLessThan(100);
  });
});
