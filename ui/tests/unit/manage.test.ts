// The Models page and the guidance over the door double: what is asked of the engine, when, and what is said of it.
import { VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, type App } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import GuidancePage from '@/features/models/guidance/GuidancePage.vue';
import ModelsPage from '@/features/models/ModelsPage.vue';
import { useSelector } from '@/features/models';
import type { Commands } from '@/generated/contract';
import { provideDoor } from '@/host/door';
import { makeQueryClient } from '@/shared/ask';
import { takeBack, undoTime, useUndo } from '@/shared/undo';
import { makeWords } from '@/shared/words';
import { fault, makeDouble } from '../look/double';

let app: App | undefined;
let place: HTMLElement;

async function show(at: string, refuse: Partial<Record<keyof Commands, unknown>> = {}) {
  const door = makeDouble('normal', {}, 0);
  const asked: { name: string; request: Record<string, unknown> }[] = [];
  const invoke = door.invoke;
  door.invoke = (name, request) => {
    asked.push({ name, request: JSON.parse(JSON.stringify(request)) });
    return refuse[name] ? Promise.reject(refuse[name]) : invoke(name, request);
  };
  const empty = { render: () => h('div') };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/models', name: 'models', component: ModelsPage },
      { path: '/models/guidance', name: 'guidance', component: GuidancePage },
      ...['desk', 'connections', 'usage'].map((name) => ({ path: `/${name}`, name, component: empty })),
    ],
  });
  await router.push(at);
  app = createApp({ render: () => h(RouterView) });
  app.use(makeWords('en')).use(VueQueryPlugin, { queryClient: makeQueryClient() }).use(router);
  provideDoor(app, door);
  app.mount(place);
  const sent = <K extends keyof Commands>(name: K) => asked.filter((one) => one.name === name).map((one) => one.request as Commands[K]['request']);
  return { sent, router };
}
const all = (testid: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
const there = (testid: string) => vi.waitFor(() => all(testid)[0] ?? expect.fail(`${testid} is not there`));
const press = async (testid: string) => {
  (await there(testid)).click();
  await nextTick();
};
const type = async (testid: string, text: string) => {
  const field = (await there(testid)) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await nextTick();
};
const row = (id: string) => vi.waitFor(() => document.querySelector<HTMLElement>(`[data-testid="model-row"][data-model="${id}"]`) ?? expect.fail(`${id} is not there`));

beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  for (const deed of [...useUndo().waiting]) takeBack(deed.id);
  app?.unmount();
  place.remove();
  vi.useRealTimers();
});

describe('newer prices', () => {
  it('that do not come are told in words, and the old ones stay', async () => {
    const { sent } = await show('/models', { prices_refresh: fault('timed_out', { address: 'raw.githubusercontent.com' }) });
    expect((await there('price-book')).textContent).toContain('20 days old');
    expect(sent('prices_refresh')).toEqual([]);
    await press('prices-refresh');
    const told = await there('fault');
    expect(told.dataset.code).toBe('timed_out');
    expect(told.textContent).toContain('The prices stay as they were.');
    expect((await there('price-book')).textContent).toContain('20 days old');
  });
  it('that come are dated', async () => {
    await show('/models');
    await press('prices-refresh');
    await vi.waitFor(() => expect(all('price-book')[0]?.textContent).toContain('(of today)'));
  });
});

describe('a key on a word that narrows the list', () => {
  it('opens no model and moves none', async () => {
    const { sent } = await show('/models?connection=openrouter');
    const first = await there('model-row');
    first.dispatchEvent(new Event('pointermove', { bubbles: true }));
    await nextTick();
    const press = (on: HTMLElement, key: string, altKey = false) => on.dispatchEvent(new KeyboardEvent('keydown', { key, altKey, bubbles: true, cancelable: true }));
    const back = () => all('sheet-back').length;
    const word = await there('filter-more');
    press(word, 'Enter');
    press(word, 'ArrowDown', true);
    await nextTick();
    expect([back(), sent('models_order')]).toEqual([0, []]);
    const search = await there('model-search');
    press(search, 'Enter');
    press(search, 'ArrowDown', true);
    await vi.waitFor(() => expect([back(), sent('models_order').length], 'the same keys in the list do both').toEqual([1, 1]));
  });
});

describe('many models', () => {
  it('are changed only where it changes something, and each gets its own back', async () => {
    const { sent } = await show('/models?view=all');
    await press('models-mark');
    (await row('openrouter/claude-opus-4.6')).click();
    (await row('openrouter/gemini-3-pro')).click();
    await nextTick();
    // The first one is a favourite already.
    await press('bulk-favour');
    await vi.waitFor(() => expect(sent('models_edit')).toEqual([{ models: ['openrouter/gemini-3-pro'], favourite: true }]));
    await vi.waitFor(() => expect(useUndo().waiting.length).toBe(1));
    takeBack(useUndo().waiting[0]?.id ?? '');
    await vi.waitFor(() => expect(sent('models_edit').at(-1)).toEqual({ models: ['openrouter/gemini-3-pro'], favourite: false }));
  });
  it('are forgotten after ten seconds, and not where it is taken back', async () => {
    const { sent } = await show('/models?view=gone');
    const gone = 'openrouter/old/quill-1';
    (await row(gone)).click();
    vi.useFakeTimers();
    await press('model-forget');
    expect(document.querySelector(`[data-model="${gone}"]`)).toBeNull();
    vi.advanceTimersByTime(undoTime - 1);
    expect(sent('models_edit')).toEqual([]);
    takeBack(useUndo().waiting[0]?.id ?? '');
    vi.advanceTimersByTime(undoTime);
    vi.useRealTimers();
    (await row(gone)).click();
    expect(sent('models_edit')).toEqual([]);
    vi.useFakeTimers();
    await press('model-forget');
    await vi.advanceTimersByTimeAsync(undoTime);
    expect(sent('models_edit')).toEqual([{ models: [gone], forget: true }]);
  });
});

describe('an own price', () => {
  it('that may be a slip is confirmed only by a yes', async () => {
    const { sent } = await show('/models');
    (await row('openrouter/gemini-3-pro')).click();
    await vi.waitFor(() => expect(all('model-sheet')[0]?.textContent).toContain('Gemini 3 Pro'));
    await press('part-price');
    await type('own-price-input', '2500');
    await type('own-price-output', '1');
    await press('own-price-save');
    expect((await there('own-price-question')).textContent).toContain('$2,500');
    expect(sent('models_edit').map((one) => one.confirmed)).toEqual([false]);
    await press('own-price-no');
    await vi.waitFor(() => expect(all('own-price-question')).toEqual([]));
    await press('own-price-save');
    await press('own-price-yes');
    await vi.waitFor(() => expect(sent('models_edit').map((one) => one.confirmed)).toEqual([false, false, true]));
    await vi.waitFor(() => expect(all('own-price')).toEqual([]));
  });
});

describe('what is new', () => {
  it('is seen by whoever leaves the page, once', async () => {
    const { sent, router } = await show('/models');
    expect((await there('list-new')).textContent).toContain('1');
    expect(sent('models_visited')).toEqual([]);
    await router.push('/usage');
    await vi.waitFor(() => expect(sent('models_visited').length).toBe(1));
    await router.push('/models');
    await there('list-all');
    await vi.waitFor(() => expect(all('list-new')).toEqual([]));
    await router.push('/usage');
    expect(sent('models_visited').length).toBe(1);
  });
});

describe('a replacement', () => {
  it('is chosen in the selector, and says where it took place', async () => {
    const { sent } = await show('/models?view=gone', {});
    (await row('openrouter/old/quill-1')).click();
    await press('model-replace');
    const { choosing, closeSelector } = useSelector();
    expect(choosing.value?.purpose).toContain('Quill 1');
    choosing.value?.choose('openrouter/gemini-3-pro');
    closeSelector();
    expect((await there('replaced')).textContent).toMatch(/^Gemini 3 Pro took its place: .*in 1 collection.*in 3 conversations.*as your default model\.$/);
    expect(sent('models_replace')).toEqual([{ from: 'openrouter/old/quill-1', to: 'openrouter/gemini-3-pro' }]);
  });
});

describe('a collection in the place of a model', () => {
  it('leaves the model in its collections, and says so', async () => {
    await show('/models?view=all');
    (await row('openrouter/gemini-3-pro')).click();
    await vi.waitFor(() => expect(all('model-sheet')[0]?.textContent).toContain('Gemini 3 Pro'));
    await press('model-replace');
    const { choosing, closeSelector } = useSelector();
    choosing.value?.choose('Broken ones');
    closeSelector();
    expect((await there('replaced')).textContent).toMatch(/^Broken ones took its place: .* Gemini 3 Pro still stands in 1 collection: a collection holds models only\.$/);
  });
});

describe('the address of a collection that is not there', () => {
  it('says so, and leads to all models', async () => {
    const { router } = await show('/models?collection=Nowhere');
    expect((await there('collection-missing')).textContent).toContain('no collection named “Nowhere”');
    await press('collection-all');
    await there('model-list');
    expect([router.currentRoute.value.query, all('collection-missing')]).toEqual([{}, []]);
    await router.push('/models?collection=Night drafts');
    await there('members');
    expect(all('collection-missing')).toEqual([]);
  });
});

describe('adult mode', () => {
  it('is switched on by nothing but the warning’s yes, and off at once', async () => {
    const { sent } = await show('/models/guidance');
    await press('adult-switch');
    await press('adult-refuse');
    expect(sent('models_adult_mode')).toEqual([]);
    await press('adult-switch');
    await press('adult-accept');
    await vi.waitFor(() => expect(sent('models_adult_mode')).toEqual([{ on: true, warning_accepted: true }]));
    await vi.waitFor(() => expect(all('adult-switch')[0]?.dataset.state).toBe('checked'));
    await press('adult-switch');
    await vi.waitFor(() => expect(sent('models_adult_mode').at(-1)).toEqual({ on: false, warning_accepted: false }));
  });
});

describe('the guidance', () => {
  it('dates what it says, and counts refusals by model without a text', async () => {
    await show('/models/guidance');
    expect((await there('moderation-openai')).textContent).toContain('as of 21 Nov 2026');
    const figures = await there('refusals-openrouter/claude-sonnet-4.5');
    expect(figures.textContent).toContain('4 of 212');
    expect(figures.textContent).toContain('15 of 1,840');
    expect(all('refusals')[0]?.textContent).toContain('1 other model refused nothing.');
    const byProvider = await there('refusals-by-provider');
    await vi.waitFor(() => expect(byProvider.querySelector('tbody th')?.textContent).toBe('OpenRouter'));
    expect(byProvider.textContent).toContain('17 of 1,936');
    expect(byProvider.querySelectorAll('tbody tr')).toHaveLength(1);
  });
});
