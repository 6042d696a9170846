// The window in Indonesian: collections, a text that is refused and the selector say nothing in English, over the door double.
import { VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, type App } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { CollectionShelf, CollectionView } from '@/features/collections';
import { ModelSelector, useSelector } from '@/features/models';
import { provideDoor } from '@/host/door';
import { makeQueryClient } from '@/shared/ask';
import { book, makeWords } from '@/shared/words';
import { makeDouble, type Scene } from '../look/double';

let app: App | undefined;
let place: HTMLElement;

async function show(scene: Scene, page: () => unknown) {
  const empty = { render: () => h('div') };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, { path: '/desk', name: 'desk', component: empty }] });
  await router.push('/');
  app = createApp({ render: page });
  app.use(makeWords('id')).use(VueQueryPlugin, { queryClient: makeQueryClient() }).use(router);
  provideDoor(app, makeDouble(scene, {}, 0));
  app.mount(place);
}
const all = (testid: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
const there = (testid: string, at = 0) => vi.waitFor(() => all(testid)[at] ?? expect.fail(`${testid} is not there`));
async function type(testid: string, text: string) {
  const field = (await there(testid)) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await nextTick();
}

/** All sentences of a branch, with what stands between their facts. */
function sentences(tree: unknown): string[] {
  return typeof tree === 'string' ? [tree] : Object.values(tree as object).flatMap(sentences);
}
/** What is said in English only, cut at the facts, where it is long enough to be told from a name. */
const english = (() => {
  const chapters = (of: typeof book.en) => [of.collections, of.models, of.manage, of.shared].flatMap(sentences);
  const pieces = (of: string[]) => of.flatMap((one) => one.split(/\{\w+\}|\s\|\s/)).map((piece) => piece.trim()).filter((piece) => piece.length > 8);
  const same = new Set(pieces(chapters(book.id)));
  return [...new Set(pieces(chapters(book.en)))].filter((piece) => !same.has(piece));
})();
/** Everything that is read out or seen: texts, and the names that stand in attributes. */
function said(): string {
  const named = [...document.body.querySelectorAll('*')].flatMap((one) => ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''));
  return [document.body.textContent ?? '', ...named].join('\n');
}
const inEnglish = () => english.filter((piece) => said().includes(piece));

beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'));
  Element.prototype.scrollTo ??= () => undefined;
});
afterEach(() => {
  useSelector().closeSelector();
  app?.unmount();
  document.body.innerHTML = '';
});

describe('in Indonesian', () => {
  it('the shelf and an open collection are told', async () => {
    await show('normal', () => [h(CollectionShelf, { open: undefined }), h(CollectionView, { name: 'Night drafts' })]);
    await there('member-replace');
    await vi.waitFor(() => expect(all('collection-answers')[0]?.textContent).toContain('Sekarang Claude Sonnet 4.5 yang menjawab'));
    expect(all('collection')[2]?.textContent).toContain('tak ada yang siap');
    expect(all('collection')[0]?.querySelector('[data-testid="collection-is-default"]')?.getAttribute('aria-label')).toBe('Koleksi bawaan Anda');
    expect(all('member').map((row) => row.textContent)).toEqual(expect.arrayContaining([expect.stringContaining('suhu 0,8')]));
    expect(all('member-replace')[0]?.textContent?.trim()).toBe('Ganti di mana-mana');
    expect(inEnglish()).toEqual([]);
  });
  it('the shelf of somebody who has none is told, with what is offered', async () => {
    await show('empty', () => h(CollectionShelf, { open: undefined }));
    expect((await there('offer-chat')).textContent).toMatch(/Percakapan.*Untuk membahas naskah/);
    expect(inEnglish()).toEqual([]);
  });
  it('a collection that is not there is told', async () => {
    await show('normal', () => h(CollectionView, { name: 'Entah' }));
    expect((await there('collection-missing')).textContent).toContain('tidak ada koleksi bernama “Entah”');
    expect(inEnglish()).toEqual([]);
  });
  it('a text that is refused is told', async () => {
    await show('normal', () => h(CollectionShelf, { open: undefined }));
    (await there('collection-paste')).click();
    await nextTick();
    await type('paste-text', '# An Inkhorn collection, form 1. It holds names of models and no keys.\ncollection: Prosa\nmodel: openrouter/claude');
    expect((await there('paste-refused')).textContent).toBe('Teks ini tidak bisa dijadikan koleksi: teksnya terpotong; baris terakhir yang diawali end: tidak ada.');
    expect(inEnglish()).toEqual([]);
    await type('paste-text', 'bukan koleksi');
    await vi.waitFor(() => expect(all('paste-refused')[0]?.textContent).toContain('awalnya bukan'));
  });
  it('the selector is told: its models, its words, its card and why one cannot be used', async () => {
    await show('normal', () => h(ModelSelector));
    useSelector().openSelector({ current: 'openrouter/claude-sonnet-4.5', choose: () => undefined });
    await there('model-row');
    await there('model-detail');
    all('filter-more')[0]?.click();
    await there('filter-shelves');
    expect(all('model-reason').map((one) => one.textContent)).toContain(book.id.models && (book.id.models as { reasons: Record<string, string> }).reasons.wrong_key);
    expect(inEnglish()).toEqual([]);
    await type('model-search', 'tidak ada yang begini');
    expect((await there('models-none')).textContent).toContain('tidak ada yang begini');
    expect(inEnglish()).toEqual([]);
  });
  it('what the test looks for is in the English window', async () => {
    expect(english.length).toBeGreaterThan(150);
    expect(english).toEqual(expect.arrayContaining(['answers now', 'not connected', 'Replace everywhere']));
  });
});
