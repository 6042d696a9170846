// The Usage page's world: a month of a writer, drawn by the engine's own hand (the kept drawings of crates/charts).

import chart from '../../../crates/charts/tests/golden/week.svg?raw';
import week from '../../../crates/charts/tests/golden/heat.svg?raw';
import times from '../../../crates/charts/tests/golden/times.svg?raw';
import type { BudgetSetRequest, BudgetView, UsageAdviceView, UsageCalculateView, UsageDashboardRequest, UsageDashboardView, UsageGroupView, UsagePrunableView, UsagePruneRequest, UsageTotalView } from '@/generated/contract';

const sums = (requests: number, cost: string | null, more: Partial<UsageTotalView> = {}): UsageTotalView => ({
  requests,
  input_tokens: requests * 2_310,
  output_tokens: requests * 540,
  cost,
  unpriced_requests: 0,
  failed_requests: 0,
  refused_requests: 0,
  latency_ms: requests ? 6_240 : null,
  first_token_ms: requests ? 780 : null,
  ...more,
});
const group = (name: string, requests: number, cost: string | null, more: Partial<UsageTotalView> = {}): UsageGroupView => ({ name, ...sums(requests, cost, more) });

const groups = [
  group('openrouter/claude-sonnet-4.5', 214, '3.8812', { failed_requests: 3 }),
  group('openrouter/claude-opus-4.6', 12, '0.747'),
  group('ollama/llama3.2:8b', 96, '0'),
  group('openrouter/mystery-preview', 2, null, { unpriced_requests: 2 }),
];
const values = ['0.52', '0', '1.0744', '0', '2.91', '0.05', '2.7'];

/** What the page shows of a month, or of nothing. */
export function usageDashboard(empty: boolean, request: UsageDashboardRequest): UsageDashboardView {
  const narrowed = Object.keys(request.filters).length > 0;
  const shown = empty ? [] : narrowed ? groups.filter((one) => one.name === request.filters.model) : groups;
  const total = empty ? sums(0, null) : narrowed ? (shown[0] ?? sums(0, null)) : sums(324, '4.6282', { unpriced_requests: 2, failed_requests: 3, refused_requests: 4 });
  return {
    from: '2026-11-01',
    until: '2026-11-21',
    ever: !empty,
    total,
    chart: {
      svg: chart,
      step: 'day',
      layers: ['openrouter/claude-sonnet-4.5', 'openrouter/claude-opus-4.6', null],
      columns: values.map((value, at) => ({ name: `2026-11-0${at + 1}`, says: `${value}`, value, parts: [value, '0', '0'], unpriced: at === 2 ? 2 : 0 })),
      total: '7.2544',
    },
    groups: shown,
    week: { svg: week, cells: Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => '0')) },
    times: { svg: times, latency_ms: [4_200, 6_000, null, 2_500, null, 9_100, null], first_token_ms: [420, 810, null, 300, null, null, null] },
    mostly: empty ? null : { model: 'openrouter/claude-sonnet-4.5', feature: 'chat', app: null },
    unusual: empty ? [] : [{ day: '2026-11-05', what: 'spend', value: '2.91', of: 0, usual: '0.52', days: 9, mostly: 'openrouter/claude-sonnet-4.5' }],
    difference: empty ? null : { requests: 226, told: '4.6282', computed: '4.5910', difference: '0.0372' },
    choices: { provider: ['openrouter', 'ollama'], model: groups.map((one) => one.name), feature: ['chat', 'gateway'], app: ['', 'Novelcrafter'], connection: ['openrouter', 'ollama'] },
  };
}

/** What removing older requests would take: of a writer who began two years ago. */
export function prunable(empty: boolean, { months = 0 }: UsagePruneRequest): UsagePrunableView {
  const rows = empty ? 0 : Math.max(0, 24 - months) * 107;
  return { rows, first: rows ? '2024-11-18T09:15:00+01:00' : null, until: new Date(Date.UTC(2026, 10 - months, 21)).toISOString() };
}

/** What the same use would have cost elsewhere. */
export const usageAdvice: UsageAdviceView = {
  used: { requests: 322, left_out: 2, input_tokens: 743_820, cache_read_tokens: 0, output_tokens: 173_880, cost: '4.6282', models: ['openrouter/claude-sonnet-4.5', 'openrouter/claude-opus-4.6', 'ollama/llama3.2:8b'] },
  models: [
    { model: 'ollama/llama3.2:8b', name: 'llama3.2:8b', connection: 'Ollama', cost: '0', difference: '-4.6282', price: 'local', used: true, too_small: false },
    { model: 'openrouter/deepseek-v3.2', name: 'DeepSeek V3.2', connection: 'OpenRouter', cost: '0.2721', difference: '-4.3561', price: 'known', used: false, too_small: false },
    { model: 'openrouter/claude-sonnet-4.5', name: 'Claude Sonnet 4.5', connection: 'OpenRouter', cost: '4.6291', difference: '0.0009', price: 'known', used: true, too_small: false },
    { model: 'openrouter/mystery-preview', name: 'Mystery Preview', connection: 'OpenRouter', cost: null, difference: null, price: 'unknown', used: false, too_small: null },
  ],
};

/** What a text would cost: a quarter of its letters as tokens. */
export function usageCalculate(request: { text: string; output_tokens: number; models: string[] }): UsageCalculateView {
  const input = Math.ceil(request.text.length / 4);
  const dollars = (tokens: number, price: number) => String((tokens * price) / 1_000_000);
  return {
    input_tokens: input,
    words: request.text.split(/\s+/).filter(Boolean).length,
    models: request.models.map((model) => ({
      model,
      name: model.split('/')[1] ?? model,
      connection: model.split('/')[0] ?? '',
      cost: String(Number(dollars(input, 3)) + Number(dollars(request.output_tokens, 15))),
      input_cost: dollars(input, 3),
      price: 'known',
      fits: input < 200_000,
      context_length: 200_000,
    })),
  };
}

/** A budget as it stands, of which nothing is spent. */
export function budgetOf(request: BudgetSetRequest, more: Partial<BudgetView> = {}): BudgetView {
  const [kind = 'all', ...rest] = request.scope.split(':');
  return {
    scope: request.scope,
    kind: kind as BudgetView['kind'],
    name: rest.length ? rest.join(':') : null,
    period: request.period as BudgetView['period'],
    limit: request.limit,
    warn: request.warn ?? [80, 100],
    from: Date.UTC(2026, 10, 1),
    until: Date.UTC(2026, 11, 1),
    spent: '0',
    held: '0',
    left: request.limit,
    percent: 0,
    unpriced_requests: 0,
    state: 'open',
    allowed_once: false,
    gone: false,
    ...more,
  };
}

/** One budget that is open, one that is nearly used up, one that is spent. */
export const someBudgets = (): BudgetView[] => [
  budgetOf({ scope: 'all', period: 'month', limit: '20' }, { spent: '4.6282', left: '15.3718', percent: 23, unpriced_requests: 2 }),
  budgetOf({ scope: 'model:openrouter/claude-opus-4.6', period: 'month', limit: '0.9' }, { spent: '0.747', held: '0.05', left: '0.103', percent: 83, state: 'warned' }),
  budgetOf({ scope: 'app:SillyTavern', period: 'day', limit: '0.5' }, { spent: '0.51', left: '0', percent: 102, state: 'spent' }),
];
