// The Usage page over the door double: what it asks, what it says, and that a drawing says the numbers of its table.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, type App, type Component } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { countOf } from '@/features/usage/calculator';
import BudgetNotices from '@/features/usage/BudgetNotices.vue';
import UsagePage from '@/features/usage/UsagePage.vue';
import { limitOf, percentsOf } from '@/features/usage/useBudgetWords';
import { stepped, useUsage, wrongRange } from '@/features/usage/useUsage';
import DeskComposer from '@/features/desk/DeskComposer.vue';
import type { BudgetNoticeView, BudgetView, DeskEstimateView, PriceView } from '@/generated/contract';
import { provideDoor } from '@/host/door';
import { followChanges } from '@/shared/ask';
import { covers, refusedBy, tightest } from '@/shared/budgets';
import { renderDrawing } from '@/shared/drawing';
import { formatMoney } from '@/shared/figures';
import { makeWords } from '@/shared/words';
import { fault, makeDouble, type Scene } from '../look/double';
import { budgetOf, someBudgets } from '../look/usage';

let app: App | undefined;
let place: HTMLElement;

async function show(scene: Scene, language: 'en' | 'id' = 'en', change?: (door: ReturnType<typeof makeDouble>) => void, page: Component = UsagePage, client = new QueryClient({ defaultOptions: { queries: { retry: false } } })) {
  const door = makeDouble(scene, {}, 0);
  change?.(door);
  const asked: { name: string; request: Record<string, unknown> }[] = [];
  const invoke = door.invoke;
  door.invoke = (name, request) => {
    asked.push({ name, request: JSON.parse(JSON.stringify(request)) });
    return invoke(name, request);
  };
  const empty = { render: () => h('div') };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, { path: '/desk', name: 'desk', component: empty }] });
  await router.push('/');
  app = createApp({ render: () => h(page) });
  app.use(makeWords(language)).use(VueQueryPlugin, { queryClient: client }).use(router);
  provideDoor(app, door);
  app.mount(place);
  return { door, asked, router, last: (name: string) => asked.filter((one) => one.name === name).at(-1)?.request };
}
const find = (testid: string) => place.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const there = (testid: string) => vi.waitFor(() => find(testid) ?? expect.fail(`${testid} is not there`));
const press = async (testid: string) => {
  (await there(testid)).click();
  await nextTick();
};

beforeEach(() => {
  place = document.createElement('div');
  document.body.append(place);
});
afterEach(() => {
  app?.unmount();
  place.remove();
  const kept = ['period', 'measure', 'by', 'filters', 'from', 'until'] as const;
  const usual = { period: 'month', measure: 'spend', by: 'model', filters: {}, from: '', until: '' } as const;
  // What is asked is kept between visits, so a test puts it back.
  for (const name of kept) (state()[name] as { value: unknown }).value = usual[name];
});
function state() {
  let got: ReturnType<typeof useUsage> | undefined;
  const probe = createApp({
    setup() {
      got = useUsage({ value: 0 } as never);
      return () => h('div');
    },
  });
  probe.use(makeWords('en')).use(VueQueryPlugin, { queryClient: new QueryClient() });
  provideDoor(probe, makeDouble('empty', {}, 0));
  probe.mount(document.createElement('div'));
  probe.unmount();
  return got as ReturnType<typeof useUsage>;
}

describe('the sentence', () => {
  it('says what was spent, on what, and what nobody knows', async () => {
    await show('normal');
    expect((await there('usage-sentence')).textContent).toBe('You have spent $4.63 this month, mostly on Claude Sonnet 4.5 in Desk; $15.37 left in the budget. The cost of 2 more requests is unknown.');
  });
  it('is as whole in Indonesian', async () => {
    await show('normal', 'id');
    expect((await there('usage-sentence')).textContent).toBe('Anda mengeluarkan USD 4,63 bulan ini, sebagian besar untuk Claude Sonnet 4.5 di Meja; sisa anggaran USD 15,37. Biaya 2 permintaan lagi tidak diketahui.');
  });
  it('never counts an unknown cost as nothing', async () => {
    await show('normal', 'en', (door) => {
      const invoke = door.invoke;
      door.invoke = async (name, request) => {
        const answer = await invoke(name, request);
        if (name === 'usage_dashboard') Object.assign((answer as { total: object }).total, { cost: null, unpriced_requests: 324 });
        return answer;
      };
    });
    expect((await there('usage-sentence')).textContent).toBe('What 324 requests cost this month is unknown.');
    expect((await there('usage-total')).textContent?.trim()).toBe('unknown');
  });
});

describe('the page', () => {
  it('teaches where nothing was ever used', async () => {
    await show('empty');
    await there('usage-empty');
    expect(find('usage-chart')).toBeNull();
    expect(find('usage-export-open')).toBeNull();
  });
  it('says what is wrong where it cannot be asked, and tries again', async () => {
    const { asked } = await show('normal', 'en', (door) => {
      const invoke = door.invoke;
      let times = 0;
      door.invoke = (name, request) => (name === 'usage_dashboard' && times++ === 0 ? Promise.reject(fault('damaged')) : invoke(name, request));
    });
    await vi.waitFor(() => expect(place.textContent).toContain('A file of this profile is damaged.'));
    [...place.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Try again')?.click();
    await there('usage-sentence');
    expect(asked.filter((one) => one.name === 'usage_dashboard')).toHaveLength(2);
  });
  it('asks for another time, measure and group, in its language and width', async () => {
    const { last } = await show('normal', 'id');
    await there('usage-chart');
    expect(last('usage_dashboard')).toEqual({ period: { of: 'month' }, filters: {}, measure: 'spend', by: 'model', language: 'id', width: 720 });
    await press('usage-period-week');
    await press('usage-measure-errors');
    await vi.waitFor(() => expect(last('usage_dashboard')).toMatchObject({ period: { of: 'week' }, measure: 'errors' }));
  });
  it('says how many of the requests were never sent', async () => {
    await show('normal');
    const total = await there('usage-total-requests');
    expect(total.textContent?.replace(/\s+/g, ' ').trim()).toBe('324 3 failed4 not sent');
  });
  it('narrows to what is pressed in the table, and says so', async () => {
    const { last } = await show('normal');
    await there('usage-table');
    find('usage-table')?.querySelector<HTMLButtonElement>('tbody button')?.click();
    await vi.waitFor(() => expect(last('usage_dashboard')).toMatchObject({ filters: { model: 'openrouter/claude-sonnet-4.5' } }));
    const chip = [...place.querySelectorAll('button')].find((button) => button.textContent?.includes('Take this filter off'));
    chip?.click();
    await vi.waitFor(() => expect(last('usage_dashboard')).toMatchObject({ filters: {} }));
  });
  it('never asks for days that are none', async () => {
    const { asked } = await show('normal');
    await press('usage-period-days');
    const before = asked.length;
    const until = (await there('usage-until')) as HTMLInputElement;
    until.value = '2026-10-01';
    until.dispatchEvent(new Event('input'));
    await vi.waitFor(() => expect(place.textContent).toContain('The last day is before the first.'));
    expect(asked.slice(before).filter((one) => JSON.stringify(one.request).includes('2026-10-01'))).toEqual([]);
  });
  it('tells why a day is unusual, with the rule, and where a charge differs', async () => {
    await show('normal');
    expect((await there('usage-unusual')).textContent).toBe('On 5 Nov 2026 you spent $2.91. The middle of the 9 days with use before it was $0.52. Mostly Claude Sonnet 4.5.');
    expect((await there('usage-difference')).textContent).toContain('it charged $0.04 more');
  });
});

describe('a drawing', () => {
  it('says the same numbers as the table beneath it', async () => {
    await show('normal');
    const drawn = [...(await there('usage-chart')).querySelectorAll('.mark')].map((mark) => mark.getAttribute('data-value') ?? '');
    expect(drawn).toEqual(['0.52', '0', '1.0744', '0', '2.91', '0.05', '2.7']);
    const details = (await there('usage-columns-open')).closest('details') as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    const table = await there('usage-columns');
    const cells = [...table.querySelectorAll('td[data-value]')];
    expect(cells.map((cell) => cell.getAttribute('data-value'))).toEqual(drawn.filter((value) => value !== '0'));
    expect(cells.map((cell) => cell.textContent?.trim().split(' ')[0])).toEqual(drawn.filter((value) => value !== '0').map((value) => formatMoney(value, 'en')));
  });
  it('says a value when pointed at, and goes from mark to mark by arrow keys', async () => {
    await show('normal');
    const chart = await there('usage-chart');
    const marks = [...chart.querySelectorAll<SVGElement>('.mark')];
    marks[2]?.dispatchEvent(new Event('pointerover', { bubbles: true }));
    await nextTick();
    expect(find('usage-chart-says')?.textContent).toContain('Tue 3 Nov 2026: $1.07');
    marks[0]?.focus();
    marks[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await nextTick();
    expect(document.activeElement).toBe(marks[1]);
    expect(marks.map((mark) => mark.getAttribute('tabindex'))).toEqual(['-1', '0', '-1', '-1', '-1', '-1', '-1']);
    expect(find('usage-chart-says')?.textContent).toBe('Mon 2 Nov 2026: $0.00');
  });
  it('lets nothing in but shapes and words', () => {
    const hostile =
      '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>x()</script><style>*{}</style><a href="https://x.example"><rect class="mark" data-at="0" onclick="x()" fill="var(--chart-1)"><title>kept</title></rect></a><image href="https://x.example/y.png"/><foreignObject><p>no</p></foreignObject></svg>';
    const box = document.createElement('div');
    box.append(renderDrawing(hostile));
    expect(box.querySelector('rect')?.getAttribute('fill')).toBe('var(--chart-1)');
    expect(box.querySelector('title')?.textContent).toBe('kept');
    expect(box.querySelector('script, style, a, image, foreignObject, p')).toBeNull();
    expect(box.innerHTML).not.toMatch(/onload|onclick|href|https/);
  });
});

describe('an export', () => {
  it('holds what the page shows, in the form and the folder that were chosen', async () => {
    const { last } = await show('normal');
    await press('usage-export-open');
    const dialog = await vi.waitFor(() => document.querySelector<HTMLElement>('[data-testid="usage-export"]') ?? expect.fail('no dialog'));
    dialog.querySelector<HTMLInputElement>('[data-testid="usage-export-png"]')?.click();
    const folder = dialog.querySelector<HTMLInputElement>('[data-testid="usage-export-folder"]') as HTMLInputElement;
    folder.value = '/tmp/kept';
    folder.dispatchEvent(new Event('input'));
    await nextTick();
    dialog.querySelector<HTMLElement>('[data-testid="usage-export-save"]')?.click();
    await vi.waitFor(() => expect(dialog.textContent).toContain('inkhorn-usage-2026-11-01-to-2026-11-21.png'));
    expect(last('usage_export')).toEqual({ period: { of: 'month' }, filters: {}, measure: 'spend', by: 'model', form: 'png', language: 'en', folder: '/tmp/kept' });
    expect(dialog.textContent).toContain('It holds 324 requests and $4.63.');
  });
});

describe('budgets', () => {
  const type = async (testid: string, text: string) => {
    const input = (await there(testid)) as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event('input'));
    await nextTick();
  };
  it('say what is left, what blocks, and let the next request through once', async () => {
    const { last } = await show('normal');
    expect((await there('budget-all-month')).textContent).toContain('$15.37 left');
    expect(find('budget-all-month')?.textContent).toContain('2 requests of unknown cost are not in it.');
    const spent = await there('budget-app:SillyTavern-day');
    expect(spent.textContent).toContain('It stops every request that costs something');
    await press('budget-allow-app:SillyTavern-day');
    await vi.waitFor(() => expect(find('budget-app:SillyTavern-day')?.textContent).toContain('The next request goes through, once.'));
    expect(last('budgets_allow_once')).toEqual({ scope: 'app:SillyTavern', period: 'day' });
  });
  it('are set where they are whole, and not before', async () => {
    const { asked, last } = await show('normal');
    await press('budget-add');
    await type('budget-limit', 'much');
    (await there('budget-form')).dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(place.textContent).toContain('An amount like 20 or 12.50.'));
    expect(asked.some((one) => one.name === 'budgets_set')).toBe(false);
    await type('budget-limit', '$12,50');
    await type('budget-warn', '90 50');
    (await there('budget-form')).dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(last('budgets_set')).toEqual({ scope: 'all', period: 'month', limit: '12.50', warn: [50, 90] }));
    await vi.waitFor(() => expect(find('budget-form')).toBeNull());
    await vi.waitFor(() => expect(find('budget-all-month')?.textContent).toContain('$12.50 left'));
  });
  it('of one scope are changed one by one: the form says whose it is, and holds its figures', async () => {
    const { last } = await show('normal', 'id', (door) => {
      const invoke = door.invoke;
      const both = [budgetOf({ scope: 'all', period: 'day', limit: '1.125' }), budgetOf({ scope: 'all', period: 'month', limit: '20' })];
      door.invoke = (name, request) => (name === 'budgets_list' ? Promise.resolve(both as never) : invoke(name, request));
    });
    const change = async (of: string) => [...(await there(of)).querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Ubah')?.click();
    await change('budget-all-month');
    expect(((await there('budget-limit')) as HTMLInputElement).value).toBe('20');
    await change('budget-all-day');
    await vi.waitFor(() => expect((find('budget-limit') as HTMLInputElement).value).toBe('1,125'));
    expect(find('budget-form-of')?.textContent).toBe('Semuanya, tiap hari');
    await type('budget-limit', '1.000');
    (await there('budget-form')).dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(find('budget-form')?.textContent).toContain('Jumlah seperti 20 atau 12,50.'));
    expect(last('budgets_set')).toBeUndefined();
    await type('budget-limit', '2,5');
    (await there('budget-form')).dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(last('budgets_set')).toEqual({ scope: 'all', period: 'day', limit: '2.5', warn: [80, 100] }));
  });
  it('that still have something left let a larger request through once', async () => {
    const { last } = await show('normal');
    await press('budget-allow-all-month');
    await vi.waitFor(() => expect(find('budget-all-month')?.textContent).toContain('The next request that is too large for what is left goes through, once.'));
    expect(find('budget-allow-all-month')).toBeNull();
    expect(last('budgets_allow_once')).toEqual({ scope: 'all', period: 'month' });
  });
  it('are removed after a question that names them', async () => {
    const { last } = await show('normal');
    (await there('budget-all-month')).querySelector<HTMLElement>('[data-testid="budget-remove"]')?.click();
    const question = await vi.waitFor(() => document.querySelector<HTMLElement>('[data-testid="budget-removal"]') ?? expect.fail('no question'));
    expect(question.textContent).toContain('Everything, each month');
    document.querySelector<HTMLElement>('[data-testid="budget-remove-yes"]')?.click();
    await vi.waitFor(() => expect(find('budget-all-month')).toBeNull());
    expect(last('budgets_remove')).toEqual({ scope: 'all', period: 'month' });
  });
  it('are told once when a part is used up, until the writer has seen it, and the engine hears that they were told', async () => {
    const notice: BudgetNoticeView = { scope: 'model:openrouter/claude-opus-4.6', period: 'month', percent: 80, limit: '0.9', from: 1 };
    // The engine gives what nobody told yet: also what it gave to a question that was taken back.
    let untold = [notice];
    let [refused, shown] = [true, 0];
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const { last, asked } = await show(
      'normal',
      'en',
      (door) => {
        const invoke = door.invoke;
        door.invoke = async (name, request) => {
          if (name === 'budgets_notices') return [...untold] as never;
          if (name === 'notify') shown += 1;
          if (name !== 'budgets_noticed') return invoke(name, request);
          if (refused) throw fault('damaged');
          untold = untold.filter((one) => !(request as { notices: BudgetNoticeView[] }).notices.some((told) => told.scope === one.scope && told.percent === one.percent));
          return {} as never;
        };
      },
      BudgetNotices,
      client,
    );
    const sentence = '80 percent of $0.90 are spent: Claude Opus 4.6, each month.';
    expect((await there('budget-notice')).textContent).toContain(sentence);
    expect(last('notify')).toEqual({ text: sentence });
    await vi.waitFor(() => expect(last('budgets_noticed')).toEqual({ notices: [notice] }));
    expect(untold, 'nobody could write that down').toEqual([notice]);
    refused = false;
    const spent = { ...notice, percent: 100 };
    untold = [notice, spent];
    // Two changes right after another: the first question is taken back while it is under way.
    followChanges(client, { topics: ['budgets'] });
    followChanges(client, { topics: ['budgets'] });
    await vi.waitFor(() => expect(find('budget-notice')?.textContent).toContain('The budget of $0.90 is spent'));
    await vi.waitFor(() => expect(untold).toEqual([]));
    expect(last('budgets_noticed')).toEqual({ notices: [notice, spent] });
    expect(shown, 'each is told once').toBe(2);
    // A warning of another month that says the same words is told too.
    untold = [{ ...notice, from: 2 }];
    followChanges(client, { topics: ['budgets'] });
    await vi.waitFor(() => expect(asked.filter((one) => one.name === 'notify')).toHaveLength(3));
    find('budget-notice')?.querySelector<HTMLElement>('[aria-label="Close"]')?.click();
    await vi.waitFor(() => expect(find('budget-notice')).toBeNull());
  });
  it('count what they cover, and the tightest is told', () => {
    const budgets = someBudgets();
    expect(tightest(budgets, { model: 'openrouter/claude-opus-4.6' })?.scope).toBe('model:openrouter/claude-opus-4.6');
    expect(tightest(budgets, { model: 'openrouter/other' })?.scope).toBe('all');
    const of = (scope: string) => budgetOf({ scope, period: 'day', limit: '1' });
    expect(covers(of('connection:groq'), { model: 'groq/vendor/model' })).toBe(true);
    expect(covers(of('connection:groq'), { connection: 'other' })).toBe(false);
    expect(covers(of('feature:chat'), { model: 'a/b', feature: 'chat' })).toBe(true);
    expect(covers(of('app:Novelcrafter'), { model: 'a/b', feature: 'chat' })).toBe(false);
  });
  it('are told on the Desk for the model and the use that would answer', async () => {
    const estimate: DeskEstimateView = { model: 'openrouter/claude-opus-4.6', picked_by: 'prompt', collection: 'Prose', feature: 'prompt', input_tokens: 9, cost: { usd: '0.1', source: 'computed' }, price: { state: 'unknown' } as PriceView, fits: true, context_length: null, web_search: null, asked_context: null };
    const props = { modelValue: 'A text', assistant: '', model: undefined, modelId: 'Prose', prompt: undefined, estimate, busy: false, stopping: false, draftFailure: undefined };
    const left = async (own: BudgetView[], of: DeskEstimateView) => {
      await show(
        'normal',
        'en',
        (door) => {
          const invoke = door.invoke;
          door.invoke = (name, request) => (name === 'budgets_list' ? Promise.resolve(own as never) : invoke(name, request));
        },
        { render: () => h(DeskComposer, { ...props, estimate: of }) },
      );
      const line = await there('estimate');
      const told = await vi.waitFor(() => /\$\S+ left/.exec(line.textContent ?? '')?.[0] ?? expect.fail('nothing is said')).catch(() => 'nothing');
      app?.unmount();
      return told;
    };
    const chat = budgetOf({ scope: 'feature:chat', period: 'day', limit: '1' });
    expect(await left([chat, budgetOf({ scope: 'model:openrouter/claude-opus-4.6', period: 'day', limit: '3' })], estimate)).toBe('$3.00 left');
    expect(await left([chat, budgetOf({ scope: 'feature:prompt', period: 'day', limit: '2' })], estimate)).toBe('$2.00 left');
    expect(await left([chat], { ...estimate, model: 'ollama/llama3.2:8b', feature: 'chat' })).toBe('nothing');
  });
  it('are named by the failure that they cause', () => {
    expect(refusedBy(fault('over_budget', { budget: 'model:a/b/c/month' }))).toEqual({ scope: 'model:a/b/c', period: 'month' });
    expect(refusedBy(fault('over_budget', { within: 'all/day', unpriced: 'x' }))).toEqual({ scope: 'all', period: 'day' });
    expect(refusedBy(fault('over_budget'))).toBeUndefined();
    expect(refusedBy(fault('rate_limited', { budget: 'all/day' }))).toBeUndefined();
  });
  it('are amounts and percents as people type them', () => {
    expect(['20', '$20', ' 12,50 ', 'USD 3.5'].map((text) => limitOf(text, 'en'))).toEqual(['20', '20', '12.50', '3.5']);
    for (const bad of ['', '0', '0.00', '-3', '1e3', '1.234.567', 'ten', '1,000']) expect(limitOf(bad, 'en'), bad).toBeUndefined();
    expect(limitOf('1.000', 'id')).toBeUndefined();
    expect(limitOf('1000', 'id')).toBe('1000');
    expect(percentsOf('80, 50;50 100%')).toEqual([50, 80, 100]);
    expect(percentsOf('')).toEqual([]);
    for (const bad of ['0', '101', 'x', '50.5']) expect(percentsOf(bad), bad).toBeUndefined();
  });
});

describe('advice', () => {
  it('says every difference with its sign, however small', async () => {
    await show('normal');
    const details = (await there('usage-advice-open')).closest('details') as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    const rows = [...(await there('usage-advice-table')).querySelectorAll('tbody tr')].map((row) => row.lastElementChild?.textContent?.trim());
    expect(rows).toEqual(['$4.63 less', '$4.36 less', '$0.0009 more']);
  });
});

describe('the calculator', () => {
  it('keeps no text of the writer among the answers, and none when the vault closes', async () => {
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    let vault: string = 'unlocked';
    const { last } = await show(
      'normal',
      'en',
      (door) => {
        const invoke = door.invoke;
        door.invoke = (name, request) =>
          name === 'app_status' ? invoke(name, request).then((answer) => ({ ...(answer as object), vault: { ...(answer as { vault: object }).vault, state: vault } }) as never) : invoke(name, request);
      },
      UsagePage,
      client,
    );
    const details = (await there('usage-calculator-open')).closest('details') as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    const area = (await there('usage-calculator-text')) as HTMLTextAreaElement;
    area.value = 'The bells of Salatiga';
    area.dispatchEvent(new Event('input'));
    await vi.waitFor(() => expect(find('usage-calculator-tokens')?.textContent).toContain('4'), 2_000);
    expect(last('usage_calculate')).toMatchObject({ text: 'The bells of Salatiga', output_tokens: 800 });
    expect(find('usage-calculator-table')).not.toBeNull();
    const kept = () => JSON.stringify([client.getQueryCache().getAll().map((one) => [one.queryKey, one.state.data]), client.getMutationCache().getAll().map((one) => one.state)]);
    expect(kept()).not.toContain('Salatiga');
    vault = 'locked';
    followChanges(client, { topics: ['status'] });
    await vi.waitFor(() => expect(area.value).toBe(''));
    expect(find('usage-calculator-table')).toBeNull();
  });
});

describe('single requests', () => {
  const words = (testid: string) => document.querySelector(`[data-testid="${testid}"]`)?.textContent?.replace(/\s+/g, ' ').trim();
  const tap = async (testid: string) => {
    const found = await vi.waitFor(() => document.querySelector<HTMLButtonElement>(`[data-testid="${testid}"]:not([disabled])`) ?? expect.fail(`${testid} cannot be pressed`));
    found.click();
    await nextTick();
  };
  it('go once the writer has been told which, and what stays', async () => {
    const { last, asked } = await show('normal');
    expect((await there('kept-span')).textContent).toContain('For ever');
    await tap('kept-remove');
    await vi.waitFor(() => expect(words('kept-told')).toBe('1,284 requests, from 18 Nov 2024 until 21 Nov 2025, are removed for good.'));
    expect(words('kept-dialog')).toContain('Their sums stay: no chart, total or budget changes.');
    expect(last('usage_prunable')).toEqual({ months: 12 });
    expect(asked.some((one) => one.name === 'usage_prune')).toBe(false);
    await tap('kept-yes');
    await vi.waitFor(() => expect(words('kept-done')).toBe('1,284 requests were removed. What they add up to is still here.'));
    expect(last('usage_prune')).toEqual({ months: 12 });
    expect(last('settings_set')).toBeUndefined();
  });
  it('stay where nothing is that old, and where the writer thinks better of it', async () => {
    const { asked } = await show('normal', 'id', (door) => {
      const invoke = door.invoke;
      door.invoke = (name, request) => (name === 'usage_prunable' ? Promise.resolve({ rows: 0, first: null, until: '2025-11-21T00:00:00Z' } as never) : invoke(name, request));
    });
    await there('kept-span');
    await tap('kept-remove');
    await vi.waitFor(() => expect(words('kept-told')).toBe('Belum ada permintaan setua itu. Sekarang tidak ada yang dihapus.'));
    expect(document.querySelector<HTMLButtonElement>('[data-testid="kept-yes"]')?.disabled).toBe(true);
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await vi.waitFor(() => expect(document.querySelector('[data-testid="kept-dialog"]')).toBeNull());
    expect(asked.some((one) => one.name === 'usage_prune')).toBe(false);
  });
  it('are kept for a time only after a yes, and another number of months is told as it is', async () => {
    const { asked, last } = await show('normal', 'en', (door) => {
      const invoke = door.invoke;
      let kept: string | null = '18m';
      door.invoke = (name, request) => {
        if (name === 'settings_set') kept = (request as { usage_retention?: string }).usage_retention ?? null;
        return name === 'settings_list' ? invoke(name, request).then((all) => ({ ...(all as object), usage_retention: kept || null }) as never) : invoke(name, request);
      };
    });
    const span = await there('kept-span');
    await vi.waitFor(() => expect(span.textContent).toContain('18 months'));
    const choose = async (name: string) => {
      span.focus();
      span.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      const option = await vi.waitFor(() => [...document.querySelectorAll<HTMLElement>('[role="option"]')].find((one) => one.textContent?.trim() === name) ?? expect.fail(`${name} is no choice`));
      option.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      await nextTick();
    };
    await choose('3 months');
    await vi.waitFor(() => expect(words('kept-dialog')).toContain('Single requests are kept for 3 months. Older ones are removed now, and whenever Inkhorn starts.'));
    expect(asked.some((one) => one.name === 'settings_set')).toBe(false);
    await tap('kept-yes');
    await vi.waitFor(() => expect(last('usage_prune')).toEqual({ months: 3 }));
    expect(last('settings_set')).toEqual({ usage_retention: '3m' });
    await choose('For ever');
    await vi.waitFor(() => expect(last('settings_set')).toEqual({ usage_retention: '' }));
  });
});

describe('what is asked', () => {
  it('of a range of days is two days in their order', () => {
    expect(wrongRange('2026-11-01', '2026-11-21')).toBeUndefined();
    expect(wrongRange('2026-11-21', '2026-11-21')).toBeUndefined();
    expect(wrongRange('2026-11-22', '2026-11-21')).toBe('backwards');
    for (const bad of ['', '2026-02-30', '2026-13-01', 'yesterday', '2026-11-1', '2026-11-21T10:00']) expect(wrongRange(bad, '2026-11-21'), bad).toBe('bad_day');
  });
  it('of a drawing is a width in whole steps', () => {
    expect([0, 339, 340, 719, 720, 5_000].map(stepped)).toEqual([280, 320, 320, 680, 720, 1_200]);
  });
  it('of a calculator is a whole number, however it is written', () => {
    expect(['800', ' 1,200 ', '1.200', '12 000', '10000000'].map(countOf)).toEqual([800, 1200, 1200, 12_000, 10_000_000]);
    for (const bad of ['', '-1', '1.5', '1e3', '10000001', '1,20', 'many']) expect(countOf(bad), bad).toBeUndefined();
  });
});
