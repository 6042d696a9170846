// Collections and what apps may use, over the door double: what is asked, what is said, and what can be taken back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, ref, type App, type Ref } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import AddApp from '@/features/apps/AddApp.vue';
import { CollectionShelf, CollectionView } from '@/features/collections';
import { useSelector } from '@/features/models';
import type { Commands } from '@/generated/contract';
import { provideDoor } from '@/host/door';
import { announced } from '@/shared/announce';
import { makeQueryClient } from '@/shared/ask';
import { takeBack, undoTime, useUndo } from '@/shared/undo';
import { book, makeWords } from '@/shared/words';
import { makeDouble, type Scene } from '../look/double';

let app: App | undefined;
let place: HTMLElement;

async function show(scene: Scene, open?: string, page?: () => unknown) {
  const door = makeDouble(scene, {}, 0);
  const asked: { name: string; request: Record<string, unknown> }[] = [];
  const invoke = door.invoke;
  door.invoke = (name, request) => {
    asked.push({ name, request: JSON.parse(JSON.stringify(request)) });
    return invoke(name, request);
  };
  const empty = { render: () => h('div') };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, { path: '/desk', name: 'desk', component: empty }] });
  await router.push('/');
  const opened: Ref<string | undefined> = ref(open);
  const shelf = () => [
    h(CollectionShelf, { open: opened.value, 'onUpdate:open': (name: string | undefined) => (opened.value = name) }),
    opened.value === undefined ? undefined : h(CollectionView, { name: opened.value }),
  ];
  app = createApp({ render: page ?? shelf });
  app.use(makeWords('en')).use(VueQueryPlugin, { queryClient: makeQueryClient() }).use(router);
  provideDoor(app, door);
  app.mount(place);
  const sent = <K extends keyof Commands>(name: K) => asked.filter((one) => one.name === name).map((one) => one.request as Commands[K]['request']);
  return { asked, sent, opened, router };
}
const all = (testid: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
const there = (testid: string, at = 0) => vi.waitFor(() => all(testid)[at] ?? expect.fail(`${testid} is not there`));
const press = async (testid: string, at = 0) => {
  (await there(testid, at)).click();
  await nextTick();
};
const type = async (testid: string, text: string) => {
  const field = (await there(testid)) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await nextTick();
};
const rows = () => all('member').map((row) => row.dataset.row ?? '');
const key = (element: HTMLElement, name: string, more: KeyboardEventInit = {}) => element.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more }));

const first = '# An Inkhorn collection, form 1. It holds names of models and no keys.';
const text = `${first}\ncollection: Prose\n\nmodel: openrouter/claude-opus-4.6\n  temperature: 0.8\nmodel: friend/else\n\nend: 2 models\n`;

beforeEach(() => {
  place = document.createElement('div');
  document.body.append(place);
  Element.prototype.scrollTo ??= () => undefined;
});
afterEach(() => {
  vi.useRealTimers();
  for (const deed of [...useUndo().waiting]) takeBack(deed.id);
  useSelector().closeSelector();
  app?.unmount();
  document.body.innerHTML = '';
});

describe('the shelf', () => {
  it('offers what suits writing, and makes nothing before it is pressed', async () => {
    const { asked, sent, opened } = await show('empty');
    await there('offer-chat');
    expect(all('collection')).toEqual([]);
    expect(all('offer-chat')[0]?.textContent).toContain('To talk a draft over');
    expect(asked.map((one) => one.name).filter((name) => /create|add|import/.test(name))).toEqual([]);
    all('offer-chat')[0]?.querySelector('button')?.click();
    await vi.waitFor(() => expect(opened.value).toBe('Chat'));
    expect(sent('collections_create')).toEqual([{ name: 'Chat' }]);
    expect(sent('collections_add')[0]?.models).toEqual(['openrouter/claude-sonnet-4.5', 'openrouter/gemini-3-pro', 'ollama/llama3.2:8b']);
    await vi.waitFor(() => expect(all('offer-chat'), 'what is there is offered no more').toEqual([]));
  });
  it('says which is the default, which cannot answer, and how many models each has', async () => {
    await show('normal');
    await there('collection', 2);
    const [night, , broken] = all('collection');
    expect(night?.querySelector('[data-testid="collection-is-default"]')?.getAttribute('aria-label')).toBe('Your default collection');
    expect(night?.textContent).toContain('5');
    expect(broken?.textContent).toContain('none usable');
  });
  it('keeps what was typed where a name is taken, and opens what was made', async () => {
    const { opened } = await show('normal');
    await press('collection-new');
    await type('collection-name', 'night DRAFTS');
    await press('collection-make');
    await vi.waitFor(() => expect(all('fault')[0]?.textContent).toContain('Night drafts is taken already'));
    expect((all('collection-name')[0] as HTMLInputElement).value).toBe('night DRAFTS');
    await type('collection-name', '  夜の下書き ');
    await press('collection-make');
    await vi.waitFor(() => expect(opened.value).toBe('夜の下書き'));
    expect(all('collection-answers')[0]?.textContent).toContain('no models yet');
  });
});

describe('a text that is pasted', () => {
  it('is shown with what is known here, and made only then, under a name that is free', async () => {
    const { asked, sent, opened } = await show('normal');
    await press('collection-paste');
    await type('paste-text', text.replace('Prose', 'Night drafts'));
    await there('paste-holds');
    expect(all('paste-model').map((row) => row.textContent)).toEqual([expect.stringMatching(/Claude Opus 4\.6.*temperature 0\.8.*ready/), expect.stringMatching(/else.*not connected/)]);
    expect(document.body.textContent).toContain('Night drafts is taken already');
    expect((all('paste-make')[0] as HTMLButtonElement).disabled).toBe(true);
    await type('paste-name', 'Prose');
    await vi.waitFor(() => expect((all('paste-make')[0] as HTMLButtonElement).disabled).toBe(false));
    expect(asked.filter((one) => one.name === 'collections_import')).toEqual([]);
    all('paste-make')[0]?.closest('[role="dialog"]')?.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.waitFor(() => expect(opened.value).toBe('Prose'));
    expect(sent('collections_import')[0]?.name).toBe('Prose');
  });
  it('that is cut is refused in words, and cannot be made', async () => {
    await show('normal');
    await press('collection-paste');
    await type('paste-text', text.slice(0, -20));
    expect((await there('paste-refused')).textContent).toBe('Nothing can be made of this text: it is cut off; its last line, which begins with end:, is missing.');
    expect((all('paste-make')[0] as HTMLButtonElement).disabled).toBe(true);
  });
});

describe('what can be wrong with a text', () => {
  it('has words in both languages for whatever the engine names', () => {
    const reader = readFileSync(join(process.cwd(), '../crates/engine/src/collections/text.rs'), 'utf8');
    const names = [...reader.matchAll(/Wrong\(\s*"(\w+)",/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(15);
    for (const words of [book.en, book.id]) expect(Object.keys((words.collections as { wrong: object }).wrong).sort()).toEqual([...names, 'temperature', 'max_tokens', 'reasoning'].sort());
  });
});

describe('one collection', () => {
  it('is ordered by Alt and the arrows, tells where the model stands now, and keeps the focus', async () => {
    const { sent } = await show('normal', 'Night drafts');
    const grip = await there('member-grip', 1);
    const before = rows();
    grip.focus();
    key(grip, 'ArrowDown', { altKey: true });
    await vi.waitFor(() => expect(sent('collections_reorder')).toHaveLength(1));
    const after = [before[0], before[2], before[1], ...before.slice(3)];
    expect(sent('collections_reorder')[0]).toEqual({ name: 'Night drafts', models: after });
    expect(rows()).toEqual(after);
    expect(announced.value).toContain('Claude Sonnet 4.5 stands at place 3 of 5.');
    expect(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row).toBe(before[1]);
    key(all('member-grip')[0] as HTMLElement, 'ArrowUp', { altKey: true });
    await nextTick();
    expect(sent('collections_reorder'), 'the first one cannot go further up').toHaveLength(1);
  });
  it('says who answers, and why the ones before do not', async () => {
    await show('normal', 'Night drafts');
    await there('collection-answers');
    await vi.waitFor(() => expect(all('collection-answers')[0]?.textContent).toContain('Claude Sonnet 4.5 answers now, because the one before it cannot be used.'));
    expect(all('member')[0]?.textContent).toContain('key is not accepted');
    expect(all('member')[1]?.textContent).toContain('answers now');
  });
  it('lets a model go after ten seconds, and not at all when that is taken back', async () => {
    const { sent } = await show('normal', 'Night drafts');
    await there('member-remove', 4);
    const before = rows();
    vi.useFakeTimers();
    all('member-remove')[1]?.click();
    await nextTick();
    expect(rows()).toEqual(before.filter((_, at) => at !== 1));
    expect(useUndo().waiting.map((deed) => deed.told)).toEqual(['Claude Sonnet 4.5 is taken out of Night drafts.']);
    takeBack(useUndo().waiting[0]?.id ?? '');
    await nextTick();
    expect(rows()).toEqual(before);
    await vi.advanceTimersByTimeAsync(undoTime * 2);
    expect(sent('collections_remove')).toEqual([]);
    all('member-remove')[1]?.click();
    await vi.advanceTimersByTimeAsync(undoTime + 1);
    expect(sent('collections_remove')).toEqual([{ name: 'Night drafts', models: [before[1]] }]);
    await vi.advanceTimersByTimeAsync(10);
    expect(rows()).toEqual(before.filter((_, at) => at !== 1));
  });
  it('that is deleted closes at once and comes back with undo; what was renamed meanwhile is still found', async () => {
    const { sent, opened } = await show('normal', 'Night drafts');
    await there('member-remove', 4);
    vi.useFakeTimers();
    const [gone] = rows();
    all('member-remove')[0]?.click();
    await nextTick();
    all('collection-rename')[0]?.click();
    await vi.advanceTimersByTimeAsync(1);
    await type('rename-name', 'Late drafts');
    all('rename-form')[0]?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.advanceTimersByTimeAsync(50);
    expect(opened.value).toBe('Late drafts');
    await vi.advanceTimersByTimeAsync(undoTime);
    expect(sent('collections_remove')).toEqual([{ name: 'Late drafts', models: [gone] }]);
    all('collection-delete')[0]?.click();
    await vi.advanceTimersByTimeAsync(1);
    expect([opened.value, all('collection').length]).toEqual([undefined, 2]);
    expect(useUndo().waiting.map((deed) => deed.told)).toEqual(['Late drafts, your default collection, is deleted.']);
    takeBack(useUndo().waiting[0]?.id ?? '');
    await vi.advanceTimersByTimeAsync(undoTime * 2);
    expect([sent('collections_delete'), all('collection').length]).toEqual([[], 3]);
  });
  it('keeps settings as they are typed, and none that cannot be', async () => {
    const { sent } = await show('normal', 'Night drafts');
    await press('member-unfold', 1);
    await there('member-settings');
    vi.useFakeTimers();
    await type('member-temperature', '3');
    await type('member-tokens', '4 000');
    expect(all('member-settings')[0]?.textContent).toContain('A number from 0 to 2, such as 0.8.');
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent('collections_settings')).toEqual([]);
    await type('member-temperature', '0,7');
    await vi.advanceTimersByTimeAsync(2000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(sent('collections_settings')).toEqual([{ name: 'Night drafts', model: 'openrouter/claude-sonnet-4.5', settings: { temperature: 0.7, max_tokens: 4000, reasoning: null } }]));
    await vi.waitFor(() => expect(all('member')[1]?.textContent).toContain('temperature 0.7, at most 4,000 tokens'));
  });
  it('puts another model in the place of one that is not there any more, and of no other', async () => {
    const { sent } = await show('normal', 'Night drafts');
    await there('member-replace');
    expect(all('member-replace').map((one) => one.closest<HTMLElement>('[data-row]')?.dataset.row)).toEqual([expect.stringMatching(/^friend\//)]);
    const lost = all('member-replace')[0]?.closest<HTMLElement>('[data-row]')?.dataset.row;
    await press('member-replace');
    const { choosing } = useSelector();
    expect([choosing.value?.modelsOnly, choosing.value?.purpose]).toEqual([true, expect.stringContaining('everywhere?')]);
    choosing.value?.choose('openrouter/gemini-3-pro');
    await vi.waitFor(() => expect(sent('models_replace')).toEqual([{ from: lost, to: 'openrouter/gemini-3-pro' }]));
    await vi.waitFor(() => expect(announced.value).toContain('took its place'));
  });
  it('takes several models in a row from the one selector', async () => {
    const { sent } = await show('normal', 'Night drafts');
    await press('collection-add');
    const { choosing, selectorOpen } = useSelector();
    expect([selectorOpen.value, choosing.value?.several, choosing.value?.modelsOnly, choosing.value?.naming, choosing.value?.purpose]).toEqual([true, true, true, true, 'Add a model to Night drafts']);
    choosing.value?.choose('openrouter/deepseek-v3.2');
    await vi.waitFor(() => expect(choosing.value?.purpose).toBe('DeepSeek V3.2 is in Night drafts. Choose another one, or press Esc.'));
    expect(sent('collections_add')).toEqual([{ name: 'Night drafts', models: ['openrouter/deepseek-v3.2'] }]);
    expect(rows().at(-1)).toBe('openrouter/deepseek-v3.2');
  });
});

describe('an app', () => {
  it('is allowed models and collections from the selector, which can be taken out again', async () => {
    const gateway = { running: true, address: 'http://127.0.0.1:4654', port: 4654, at_start: false, fault: null };
    const { sent } = await show('normal', undefined, () => h(AddApp, { gateway }));
    await press('app-models-add');
    const { choosing } = useSelector();
    expect(choosing.value?.naming, 'to allow is not to send').toBe(true);
    for (const name of ['Night drafts', 'ollama/llama3.2:8b', 'ollama/llama3.2:8b', 'openrouter/gemini-3-pro']) {
      choosing.value?.choose(name);
      await nextTick();
    }
    await vi.waitFor(() => expect(all('app-model').map((row) => row.dataset.model)).toEqual(['Night drafts', 'ollama/llama3.2:8b', 'openrouter/gemini-3-pro']));
    await vi.waitFor(() => expect(all('app-model')[0]?.textContent).toContain('collection, 5 models'));
    await press('app-model-drop', 1);
    await type('app-name', 'Novelcrafter');
    all('app-form')[0]?.dispatchEvent(new Event('submit', { cancelable: true }));
    await there('app-added');
    expect(sent('apps_add')[0]?.models).toEqual(['Night drafts', 'openrouter/gemini-3-pro']);
  });
});
