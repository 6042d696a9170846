// The rules behind the Models page: orders, places, prices as they are typed, and what the address says.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelView } from '@/generated/contract';
import { amountOf, typedAmount } from '@/shared/amounts';
import { offerBack, takeBack, undoTime, useUndo } from '@/shared/undo';
import { model, provider } from '../../../../tests/look/double';
import { refusedIn, told } from '../guidance/refusals';
import { knownOf, tagsToGive } from './content';
import { orderAfter, stepTarget } from './order';
import { ownPriceOf, perMillion, type PriceTyped } from './prices';
import { sorted } from './sort';
import { targetAt } from './useListDrag';
import { groupedBy } from './useManage';
import { isStale, staleAfter } from './useRefreshing';
import { countsOf, filterOf, queryOf, viewOf, type View } from './views';

const one = (name: string, more: Partial<ModelView> = {}) => model('test', 'Test', name, more);
const known = (input: string | null, output: string | null): ModelView['price'] => ({ state: 'known', input, output, cache_read: null, cache_write: null });
const state = (of: 'free' | 'local' | 'unknown'): ModelView['price'] => ({ state: of, input: null, output: null, cache_read: null, cache_write: null });
const names = (models: readonly ModelView[]) => models.map((each) => each.name);

describe('a list in another order', () => {
  it('by price has the free first and the unknown last, never as if it were nothing', () => {
    const list = [one('dear', { price: known('3', '15') }), one('mystery', { price: state('unknown') }), one('mine', { price: state('local') }), one('half', { price: known(null, '2') })];
    expect(names(sorted(list, 'price'))).toEqual(['mine', 'half', 'dear', 'mystery']);
  });
  it('by name counts as people do, by context and age has what is not known last', () => {
    expect(names(sorted([one('model 10'), one('Model 9'), one('alpha')], 'name'))).toEqual(['alpha', 'Model 9', 'model 10']);
    expect(names(sorted([one('a', { context_length: null }), one('b', { context_length: 8 }), one('c', { context_length: 9 })], 'context'))).toEqual(['c', 'b', 'a']);
    expect(names(sorted([one('a'), one('b', { first_seen: 1 }), one('c', { first_seen: 2 })], 'new'))).toEqual(['c', 'b', 'a']);
  });
  it('leaves the list itself, and equal ones, as they are', () => {
    const list = [one('b', { price: known('1', '1') }), one('a', { price: known('1', '1') })];
    expect(names(sorted(list, 'price'))).toEqual(['b', 'a']);
    sorted(list, 'name');
    expect(names(list)).toEqual(['b', 'a']);
  });
});

describe('a place of the writer’s', () => {
  const list = (placed: number) => ['a', 'b', 'c', 'd', 'e'].map((id, at) => ({ id, placed: at < placed }));
  it('is given to as few as can be', () => {
    expect(orderAfter(list(0), 'd', { id: 'a', side: 'before' })).toEqual(['d']);
    expect(orderAfter(list(0), 'a', { id: 'b', side: 'behind' })).toEqual(['b', 'a']);
    expect(orderAfter(list(0), 'c', { id: 'b', side: 'before' })).toEqual(['a', 'c']);
  });
  it('is lost by none that has one', () => {
    expect(orderAfter(list(4), 'b', { id: 'a', side: 'before' })).toEqual(['b', 'a', 'c', 'd']);
    expect(orderAfter(list(2), 'a', { id: 'e', side: 'behind' })).toEqual(['b', 'c', 'd', 'e', 'a']);
  });
  it('does not change where nothing moves, or where there is nothing to move to', () => {
    expect(orderAfter(list(1), 'b', { id: 'a', side: 'behind' })).toBeUndefined();
    expect(orderAfter(list(1), 'b', { id: 'x', side: 'behind' })).toBeUndefined();
    expect(orderAfter(list(1), 'x', { id: 'a', side: 'before' })).toBeUndefined();
  });
  it('is one step away among those that are shown, and ends at the ends', () => {
    expect(stepTarget(['a', 'c', 'e'], 'c', -1)).toEqual({ id: 'a', side: 'before' });
    expect(stepTarget(['a', 'c', 'e'], 'c', 1)).toEqual({ id: 'e', side: 'behind' });
    expect(stepTarget(['a', 'c'], 'a', -1)).toBeUndefined();
    expect(stepTarget(['a', 'c'], 'b', 1)).toBeUndefined();
  });
  it('is before or behind the row under the pointer', () => {
    const rows = [{ id: 'a', top: 10, bottom: 50 }, { id: 'b', top: 50, bottom: 90 }];
    expect(targetAt(0, rows)).toEqual({ id: 'a', side: 'before', line: 10 });
    expect(targetAt(45, rows)).toEqual({ id: 'a', side: 'behind', line: 50 });
    expect(targetAt(55, rows)).toEqual({ id: 'b', side: 'before', line: 50 });
    expect(targetAt(400, rows)).toEqual({ id: 'b', side: 'behind', line: 90 });
    expect(targetAt(5, [])).toBeUndefined();
  });
});

describe('a price as it is typed', () => {
  const typed = (more: Partial<PriceTyped>): PriceTyped => ({ unit: 'million', input: '1', output: '2', cacheRead: '', cacheWrite: '', ...more });
  it('is read with a point or a comma, and with the sign of the dollar', () => {
    expect(['2.50', ' $2,50 ', '.075', 'USD 3', '3 USD', '0', '0,001'].map((text) => amountOf(text, 'en'))).toEqual(['2.50', '2.50', '0.075', '3', '3', '0', '0.001']);
  });
  it('is not guessed where a mark may be one for the thousands', () => {
    expect(amountOf('1,000', 'en')).toBeUndefined();
    expect(amountOf('1.000', 'en')).toBe('1.000');
    expect(amountOf('1.000', 'id')).toBeUndefined();
    expect(amountOf('1,000', 'id')).toBe('1.000');
    for (const text of ['', '-1', '1e3', '1.2.3', '2 50', 'free', '1,000.50', '9'.repeat(12), 'NaN']) expect(amountOf(text, 'en'), text).toBeUndefined();
  });
  it('is filled in so that it is read as what it is', () => {
    for (const language of ['en', 'id'] as const) for (const price of ['1.125', '20', '0.5']) expect(amountOf(typedAmount(price, language), language)).toBe(price);
  });
  it('for a thousand tokens is a thousand times as much for a million, to the digit', () => {
    expect(['0.0025', '0.000000000001', '3', '1.5', '0', '12.3456'].map((text) => perMillion(text, 'thousand'))).toEqual(['2.5', '0.000000001', '3000', '1500', '0', '12345.6']);
    expect(perMillion('2.5', 'million')).toBe('2.5');
  });
  it('is sent as it was typed, and names the fields that cannot be read', () => {
    expect(ownPriceOf(typed({ unit: 'thousand', input: '0,0025', cacheRead: ' ' }), 'en')).toEqual({ price: { kind: 'known', per: 'thousand', input: '0.0025', output: '2' } });
    expect(ownPriceOf(typed({ cacheRead: '0.1', cacheWrite: '3' }), 'en')).toEqual({ price: { kind: 'known', per: 'million', input: '1', output: '2', cache_read: '0.1', cache_write: '3' } });
    expect(ownPriceOf(typed({ input: '', cacheWrite: 'x' }), 'en')).toEqual({ wrong: new Set(['input', 'cacheWrite']) });
  });
});

describe('what is open', () => {
  const all: View[] = [{ kind: 'all' }, { kind: 'cut', cut: 'gone' }, { kind: 'connection', slug: 'test' }, { kind: 'collection', name: 'Night & day' }, { kind: 'recommended' }, { kind: 'defaults' }];
  it('stands in the address and is read back', () => {
    for (const view of all) expect(viewOf(queryOf(view) as never)).toEqual(view);
    expect(viewOf({ view: 'nonsense', of: '' })).toEqual({ kind: 'all' });
    expect(viewOf({ of: ['a', 'b'] })).toEqual({ kind: 'all' });
  });
  it('narrows the list, or has none', () => {
    expect(all.map(filterOf)).toEqual([{}, { only: 'gone' }, { connection: 'test' }, undefined, undefined, undefined]);
  });
  it('is counted as it is shown: what is hidden counts only among the hidden', () => {
    const list = [one('a', { favourite: true }), one('b', { hidden: true, favourite: true, is_new: true }), one('c', { gone_since: 5, is_new: true })];
    expect(countsOf(list)).toEqual({ all: 2, favourites: 1, new: 1, gone: 1, hidden: 1 });
  });
});

describe('a list of a connection', () => {
  it('is stale after a day, or when it could not come anew; one that never came is not', () => {
    const now = 10 * staleAfter;
    expect(isStale({ fetched_at: now - staleAfter, fault: null }, now)).toBe(false);
    expect(isStale({ fetched_at: now - staleAfter - 1, fault: null }, now)).toBe(true);
    expect(isStale({ fetched_at: now, fault: { code: 'timed_out' } as never }, now)).toBe(true);
    expect(isStale({ fetched_at: null, fault: { code: 'timed_out' } as never }, now)).toBe(false);
  });
});

describe('content', () => {
  it('for adults is no tag to give without adult mode', () => {
    expect(tagsToGive(false)).toEqual(['filtered', 'unfiltered']);
    expect(tagsToGive(true)).toContain('adult-capable');
  });
  it('names the writer’s own providers first, and the cloud ones of which nothing is known', () => {
    const moderation = [{ models: [], tag: 'filtered' as const, date: '2026-11-21', basis: { en: '', id: '' } }];
    const list = [provider('a', 'A', 'cloud', null, { moderation }), provider('b', 'B', 'cloud', null), provider('c', 'C', 'cloud', null, { moderation }), provider('d', 'D', 'local', null)];
    const { known: some, unknown } = knownOf(list, new Set(['c']));
    expect(some.map((each) => each.id)).toEqual(['c', 'a']);
    expect(unknown.map((each) => each.id)).toEqual(['b']);
  });
  it('refused is what was stopped and what was turned down, and models that never refused are only counted', () => {
    const none = { answers: 9, withheld: 0, refused: 0 };
    const some = { answers: 9, withheld: 2, refused: 1 };
    expect(refusedIn(some)).toBe(3);
    const { refusing, rest } = told([{ name: 'a', days_30: none, days_365: some }, { name: 'b', days_30: none, days_365: none }]);
    expect([refusing.map((each) => each.name), rest]).toEqual([['a'], 1]);
  });
});

describe('the way back', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  it('from what was done stands open for ten seconds, and hides nothing meanwhile', () => {
    const back = vi.fn();
    offerBack({ id: 'x', told: 'Hidden.', back });
    expect([useUndo().waiting.length, useUndo().hidden('x')]).toEqual([1, false]);
    takeBack('x');
    expect(back).toHaveBeenCalledOnce();
    offerBack({ id: 'x', told: 'Hidden.', back });
    vi.advanceTimersByTime(undoTime);
    takeBack('x');
    expect([useUndo().waiting.length, back.mock.calls.length]).toEqual([0, 1]);
  });
  it('of a second deed of the same kind does not turn the first round', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    offerBack({ id: 'x', told: '', back: first });
    offerBack({ id: 'x', told: '', back: second });
    takeBack('x');
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  });
  it('gives each model its own fact back', () => {
    const list = [one('a', { hidden: true }), one('b'), one('c', { hidden: true })];
    expect([...groupedBy(list, (each) => each.hidden)]).toEqual([[true, ['test/a', 'test/c']], [false, ['test/b']]]);
  });
});
