// The list of models over the door double: found, narrowed, marked and chosen by keys; what changes behind it moves nothing.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, reactive, type App } from 'vue';
import { ModelField, ModelList, ModelSelector, useSelector } from '@/features/models';
import type { CollectionView, ModelsView, ModelView } from '@/generated/contract';
import NamedModel from '@/features/prompts/NamedModel.vue';
import { provideDoor } from '@/host/door';
import { announced } from '@/shared/announce';
import { makeWords } from '@/shared/words';
import { createMemoryHistory, createRouter } from 'vue-router';
import { makeDouble, model } from '../look/double';

let app: App | undefined;
let place: HTMLElement;

const gone = model('groq', 'Groq', 'Gone', { available: false, reason: 'gone', gone_since: 5 });
const models = [model('openrouter', 'OpenRouter', 'Claude Sonnet 4.5'), model('openrouter', 'OpenRouter', 'Gift', { price: { state: 'free', input: null, output: null, cache_read: null, cache_write: null } }), model('groq', 'Groq', 'Llama 4'), gone];
const collection: CollectionView = {
  name: 'Night',
  models: [{ id: 'groq/llama-4', name: 'Llama 4', available: true, reason: null, settings: { temperature: null, max_tokens: null, reasoning: null } }],
  default: false,
  answers: 'groq/llama-4',
  updated_at: 1,
};
const view = (more: Partial<ModelsView> = {}): ModelsView => ({
  models,
  sources: ['openrouter', 'groq'].map((connection) => ({ connection, label: connection, locality: 'cloud', fetched_at: Date.now(), refreshing: false, left_out: 0, fault: null })),
  default_model: null,
  last_model: null,
  recent: [],
  collections: [collection],
  feature_defaults: [],
  visited_at: null,
  price_book: { source: 'bundled', date: 1, age_days: 1 },
  adult_mode: false,
  ...more,
});

function mount(render: () => ReturnType<typeof h>, list = view()) {
  const door = makeDouble('normal', {}, 0);
  const asked: [string, unknown][] = [];
  const invoke = door.invoke;
  door.invoke = (async (name: string, request: unknown) => {
    asked.push([name, request]);
    if (name === 'models_list') return list;
    return name === 'models_edit' ? { changed: 1, question: null } : invoke(name as never, request as never);
  }) as typeof door.invoke;
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { render: () => h('div') } }] });
  app = createApp({ render });
  app.use(makeWords('en')).use(VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }).use(router);
  provideDoor(app, door);
  app.mount(place);
  return asked;
}
function mountList(props: Record<string, unknown> = {}) {
  const state = reactive({ list: view() as ModelsView, marked: new Set<string>() as ReadonlySet<string> });
  const told = { chosen: [] as string[], pointed: undefined as string | undefined };
  const asked = mount(() =>
    h(ModelList, {
      list: state.list,
      chosen: undefined,
      label: 'Models',
      collections: true,
      ...props,
      marked: state.marked,
      'onUpdate:marked': (now: ReadonlySet<string>) => (state.marked = now),
      onChoose: (one: ModelView) => told.chosen.push(one.id),
      onChooseCollection: (one: CollectionView) => told.chosen.push(one.name),
      onPoint: (one?: ModelView, shelf?: CollectionView) => (told.pointed = one?.id ?? shelf?.name),
    }),
  );
  return { state, told, asked };
}
const find = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const input = () => find('model-search') as HTMLInputElement;
const rows = () => [...document.querySelectorAll<HTMLElement>('[role=option]')].map((row) => row.dataset.model);
async function type(text: string) {
  input().value = text;
  input().dispatchEvent(new InputEvent('input'));
  await nextTick();
}
async function press(key: string, more: KeyboardEventInit = {}, on: HTMLElement = input()) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  on.dispatchEvent(event);
  await nextTick();
  return event;
}

beforeEach(() => {
  place = document.createElement('div');
  document.body.append(place);
});
afterEach(() => {
  app?.unmount();
  place.remove();
});

describe('the list of models', () => {
  it('is walked, and a model or a collection chosen by Enter; one that cannot be used is not', async () => {
    const { told } = mountList();
    expect(rows()).toEqual(['Night', ...models.map((one) => one.id)]);
    await press('Enter');
    await press('ArrowDown');
    await press('Enter');
    await press('End');
    expect(told.pointed).toBe('groq/gone');
    await press('Enter');
    document.querySelector<HTMLElement>('[data-model="groq/gone"]')?.click();
    expect(told.chosen).toEqual(['Night', 'openrouter/claude-sonnet-4.5']);
    expect(document.querySelector('[data-model="groq/gone"]')?.textContent).toContain('gone at the provider');
  });
  it('lets what cannot be used just now be chosen where it is only named, says why, and never one that is gone', async () => {
    const locked = model('groq', 'Groq', 'Llama 4', { available: false, reason: 'vault_locked' });
    const list = view({ models: [locked, gone], collections: [{ ...collection, answers: null }] });
    const choose = () => ['Night', 'groq/llama-4', 'groq/gone'].forEach((id) => document.querySelector<HTMLElement>(`[data-model="${id}"]`)?.click());
    const off = () => [...document.querySelectorAll('[role=option][aria-disabled]')].map((row) => (row as HTMLElement).dataset.model);
    const { told } = mountList({ list, naming: true });
    choose();
    await nextTick();
    expect([told.chosen, off()]).toEqual([['Night', 'groq/llama-4'], ['groq/gone']]);
    expect(document.querySelector('[data-model="groq/llama-4"]')?.textContent).toContain('vault is locked');
    app?.unmount();
    const sending = mountList({ list });
    choose();
    await nextTick();
    expect([sending.told.chosen, off()], 'what is sent to has to be usable now').toEqual([[], ['Night', 'groq/llama-4', 'groq/gone']]);
  });
  it('begins at the best fit while somebody types, and reads out another row there', async () => {
    const { told } = mountList();
    const active = () => document.getElementById(input().getAttribute('aria-activedescendant') ?? '')?.dataset.model;
    await type('gift');
    expect([rows(), active(), told.pointed]).toEqual([['openrouter/gift'], 'openrouter/gift', 'openrouter/gift']);
    const before = input().getAttribute('aria-activedescendant');
    await type('llama');
    expect(active()).toBe('groq/llama-4');
    expect(input().getAttribute('aria-activedescendant')).not.toBe(before);
    await type('nothing like it');
    expect(find('models-none')?.textContent).toContain('nothing like it');
    expect(input().hasAttribute('aria-activedescendant')).toBe(false);
  });
  it('keeps what is pointed at when the list comes in anew with more above it', async () => {
    const { state, told } = mountList();
    await press('End');
    await press('ArrowUp');
    expect(told.pointed).toBe('groq/llama-4');
    state.list = view({ models: [model('openrouter', 'OpenRouter', 'Brand new'), ...models] });
    await nextTick();
    await nextTick();
    expect(told.pointed).toBe('groq/llama-4');
    await press('ArrowUp');
    expect(told.pointed).toBe('openrouter/gift');
  });
  it('turns a word that is typed into a filter, shows it, and takes it away by Backspace', async () => {
    mountList();
    await type('claude fre');
    find('filter-price:free')?.click();
    await nextTick();
    expect(input().value).toBe('claude ');
    await type('');
    expect(rows(), 'collections have no price').toEqual(['openrouter/gift']);
    expect(find('filter-set-price:free')?.getAttribute('aria-pressed')).toBe('true');
    await press('Backspace');
    expect(find('filter-set-price:free')).toBeNull();
    expect(rows()).toHaveLength(5);
  });
  it('offers “used lately” as soon as something was used, though the models are the same', async () => {
    const { state } = mountList();
    find('filter-more')?.click();
    await nextTick();
    expect([find('filter-word-only:gone') !== null, find('filter-word-only:recent')]).toEqual([true, null]);
    state.list = { ...view(), models: state.list.models, recent: ['groq/llama-4'] };
    await nextTick();
    find('filter-word-only:recent')?.click();
    await nextTick();
    expect(rows()).toEqual(['groq/llama-4']);
    state.list = { ...view(), models: state.list.models };
    await nextTick();
    expect(find('filter-word-only:recent'), 'nothing was used lately any more').toBeNull();
  });
  it('counts what can be chosen, and no heading', async () => {
    mountList();
    const told = [...document.querySelectorAll('[role=option]')].map((row) => [row.getAttribute('aria-posinset'), row.getAttribute('aria-setsize')]);
    expect(told).toEqual(['1', '2', '3', '4', '5'].map((n) => [n, '5']));
  });
  it('has all words on shelves; arrows go along them, Esc closes them and nothing else', async () => {
    mountList();
    find('filter-more')?.click();
    await nextTick();
    const shelf = find('filter-word-connection:groq') as HTMLElement;
    shelf.focus();
    await press('ArrowLeft', {}, shelf);
    expect((document.activeElement as HTMLElement).dataset.testid).toBe('filter-word-connection:openrouter');
    const escape = await press('Escape', {}, document.activeElement as HTMLElement);
    expect([find('filter-shelves'), escape.defaultPrevented, document.activeElement === input()]).toEqual([null, true, true]);
  });
  it('makes a favourite by Ctrl D, and never where only a collection is pointed at', async () => {
    const { asked } = mountList();
    await press('d', { ctrlKey: true });
    await press('ArrowDown');
    await press('d', { ctrlKey: true });
    await vi.waitFor(() => expect(asked.filter(([name]) => name === 'models_edit')).toEqual([['models_edit', { models: ['openrouter/claude-sonnet-4.5'], favourite: true }]]));
  });
  it('marks many: one by one, a stretch with Shift, all at once; a space that is typed stays a space', async () => {
    const { state, told } = mountList({ marking: true, collections: false });
    await press(' ', { ctrlKey: true });
    expect([...state.marked]).toEqual(['openrouter/claude-sonnet-4.5']);
    expect((await press(' ')).defaultPrevented).toBe(false);
    const box = document.querySelector<HTMLElement>('[data-model="groq/llama-4"] [data-testid=model-mark]');
    box?.dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }));
    await nextTick();
    expect(state.marked.size).toBe(3);
    expect(told.chosen, 'to mark is not to choose').toEqual([]);
    await press('a', { ctrlKey: true }, find('model-scroller') as HTMLElement);
    expect(state.marked.size).toBe(4);
    expect(document.querySelector('[role=listbox]')?.getAttribute('aria-multiselectable')).toBe('true');
  });
});

describe('the field for a model', () => {
  it('says what is chosen and what is wrong with it, opens the selector, and can be cleared', async () => {
    const state = reactive<{ chosen: string | undefined }>({ chosen: 'groq/never-heard-of' });
    mount(() =>
      h('div', [
        h(ModelField, { modelValue: state.chosen, 'onUpdate:modelValue': (now?: string) => (state.chosen = now), label: 'Model', allowNone: true }),
        h(ModelSelector),
      ]),
    );
    await vi.waitFor(() => expect(find('model-field-trouble')?.textContent).toContain('gone'));
    find('model-field')?.click();
    await vi.waitFor(() => expect(rows()).toContain('Night'));
    document.querySelector<HTMLElement>('[data-model="Night"]')?.click();
    await vi.waitFor(() => expect(find('model-field')?.textContent).toContain('Night'));
    expect(find('model-field-trouble')).toBeNull();
    find('model-field-clear')?.click();
    await nextTick();
    expect(state.chosen).toBeUndefined();
    expect(find('model-field')?.textContent).toContain('Choose a model');
  });
  it('tells a model that is gone from one whose connection is, and puts another in its place everywhere', async () => {
    const state = reactive<{ chosen: string | undefined }>({ chosen: 'removed/old-quill' });
    const asked = mount(() => h('div', [h(ModelField, { modelValue: state.chosen, 'onUpdate:modelValue': (now?: string) => (state.chosen = now), label: 'Model' }), h(ModelSelector)]));
    await vi.waitFor(() => expect(find('model-field-trouble')?.textContent).toBe('not connected'));
    state.chosen = 'No such collection';
    await nextTick();
    expect([find('model-field-trouble')?.textContent, find('replace-everywhere')]).toEqual(['there is no such collection any more', null]);
    state.chosen = 'groq/gone';
    await nextTick();
    expect(find('model-field-trouble')?.textContent).toBe('gone at the provider');
    find('replace-everywhere')?.click();
    await vi.waitFor(() => expect(rows()).toContain('openrouter/gift'));
    expect(document.body.textContent).toContain('What takes the place of Gone, everywhere?');
    document.querySelector<HTMLElement>('[data-model="openrouter/gift"]')?.click();
    await vi.waitFor(() => expect(state.chosen).toBe('openrouter/gift'));
    expect(asked.filter(([name]) => name === 'models_replace')).toEqual([['models_replace', { from: 'groq/gone', to: 'openrouter/gift' }]]);
    expect(find('model-field-trouble')).toBeNull();
  });
  it('puts another in the place of one that a prompt names, and says where a collection leaves the old one', async () => {
    const members = [...collection.models, { ...collection.models[0], id: 'groq/gone', name: 'Gone' }] as CollectionView['models'];
    const named = { id: 'groq/gone', name: 'Gone', collection: false, available: false, reason: 'gone' };
    mount(() => h('div', [h(NamedModel, { model: named }), h(ModelSelector)]), view({ collections: [{ ...collection, models: members }] }));
    expect(find('named-model-why')?.textContent).toBe('gone at the provider');
    find('model-replace')?.click();
    await vi.waitFor(() => expect(rows()).toContain('Night'));
    document.querySelector<HTMLElement>('[data-model="Night"]')?.click();
    await vi.waitFor(() => expect(announced.value).toMatch(/^Night took its place: .* Gone still stands in 1 collection/));
  });
  it('replaces one that is gone from its card in the selector, and goes on with what that was opened for', async () => {
    const asked = mount(() => h(ModelSelector));
    const { openSelector, closeSelector, choosing } = useSelector();
    openSelector({ current: 'groq/gone', purpose: 'For the Desk', choose: () => undefined });
    await vi.waitFor(() => expect(find('selector-replace')).not.toBeNull());
    find('selector-replace')?.click();
    await vi.waitFor(() => expect(choosing.value?.purpose).toContain('Gone'));
    document.querySelector<HTMLElement>('[data-model="openrouter/gift"]')?.click();
    await vi.waitFor(() => expect([choosing.value?.purpose, find('replaced')?.textContent]).toEqual(['For the Desk', expect.stringContaining('Gift took its place')]));
    expect(asked.filter(([name]) => name === 'models_replace')).toEqual([['models_replace', { from: 'groq/gone', to: 'openrouter/gift' }]]);
    closeSelector();
    await vi.waitFor(() => expect(find('selector')).toBeNull());
  });
  it('offers no collections where only a model will do, and opens where it was left', async () => {
    mount(() => h(ModelSelector));
    const { openSelector, closeSelector } = useSelector();
    openSelector({ current: undefined, modelsOnly: true, choose: () => undefined });
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    await press('End');
    await press('ArrowUp');
    closeSelector();
    await vi.waitFor(() => expect(find('selector')).toBeNull());
    openSelector({ current: undefined, choose: () => undefined });
    await vi.waitFor(() => expect(rows()).toHaveLength(5));
    expect(document.getElementById(input().getAttribute('aria-activedescendant') ?? '')?.dataset.model).toBe('groq/llama-4');
    closeSelector();
  });
});
