// The first start, a sign-in and a guide over the door double: nothing happens before a yes, and each way out works.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, type App, type Component } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import GuidesPage from '@/features/connections/GuidesPage.vue';
import { codeIn, isRunning, newSignIn, takeEvent, useSignIn } from '@/features/connections/useSignIn';
import { ConnectionForm } from '@/features/connections';
import { StartGuide } from '@/features/start';
import { writersOf } from '@/features/start/useFirstModel';
import { useStart } from '@/features/start/useStart';
import { provideDoor } from '@/host/door';
import { waitingFor } from '@/features/desk/answers';
import { fitOf } from '@/features/desk/useEstimateWords';
import { makeWords } from '@/shared/words';
import { fault, makeDouble, model, type Scene } from '../look/double';

let app: App | undefined;
let place: HTMLElement;
const scrolled = vi.fn();

async function show(page: Component, scene: Scene, path = '/', props = {}) {
  const door = makeDouble(scene, {}, 0);
  const asked: string[] = [];
  const invoke = door.invoke;
  door.invoke = (name, request) => {
    asked.push(name);
    return invoke(name, request);
  };
  const streamed = vi.spyOn(door, 'stream');
  const empty = { render: () => h('div') };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: empty },
      { path: '/guides/:provider?', name: 'guides', component: empty },
      { path: '/connections/:slug?', name: 'connections', component: empty },
      { path: '/settings', name: 'settings', component: empty },
    ],
  });
  await router.push(path);
  app = createApp({ render: () => h(page, props) });
  app.use(makeWords('en')).use(VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }).use(router);
  provideDoor(app, door);
  app.mount(place);
  return { door, asked, streamed, router };
}
const find = (testid: string) => place.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const there = async (testid: string): Promise<HTMLElement> => {
  await vi.waitFor(() => expect(find(testid), testid).not.toBeNull());
  return find(testid) as HTMLElement;
};
const click = async (testid: string) => (await there(testid)).click();

beforeEach(() => {
  place = document.createElement('div');
  document.body.append(place);
  Element.prototype.scrollIntoView = scrolled;
  scrolled.mockClear();
  useStart().back();
});
afterEach(() => {
  app?.unmount();
  place.remove();
});

const harmless = new Set(['providers_list', 'discover', 'connections_list', 'models_list', 'app_status']);

describe('the first start', () => {
  it('offers what is there, and neither stores nor calls anything before a yes', async () => {
    const { asked, streamed } = await show(StartGuide, 'empty');
    expect((await there('found-ollama')).textContent).toContain('4 models, at 127.0.0.1:11434');
    expect(find('found-openai')?.textContent).toContain('OPENAI_API_KEY');
    expect(asked.filter((name) => !harmless.has(name))).toEqual([]);
    expect(streamed).not.toHaveBeenCalled();
  });
  it('connects what gets a yes, tested, once', async () => {
    const { door } = await show(StartGuide, 'empty');
    const invoke = vi.spyOn(door, 'invoke');
    const yes = await there('found-yes-ollama');
    yes.click();
    yes.click();
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledWith('connections_add', { draft: { provider: 'ollama', base_url: 'http://127.0.0.1:11434', key: { source: 'none' }, headers: [], models: [] }, test: true }));
    expect(invoke.mock.calls.filter(([name]) => name === 'connections_add')).toHaveLength(1);
  });
  it('asks for the key of a server that wants one, at the address where it was found', async () => {
    await show(StartGuide, 'empty');
    await click('found-yes-jan');
    expect((await there('address-input')).getAttribute('placeholder')).toBeTruthy();
    expect((find('address-input') as HTMLInputElement).value).toBe('http://127.0.0.1:1337/v1');
    expect(find('key-input')).not.toBeNull();
  });
  it('fills in the form where a key was found whose provider has no usual address', async () => {
    const { door } = await show(StartGuide, 'empty');
    const invoke = vi.spyOn(door, 'invoke');
    await click('found-yes-azure_openai');
    expect(((await there('address-input')) as HTMLInputElement).value).toBe('https://mine.openai.azure.com/openai/v1');
    expect(find('key-pasted')?.textContent).toContain('AZURE_OPENAI_API_KEY');
    expect(find('key-input')).toBeNull();
    expect(invoke.mock.calls.filter(([name]) => name === 'connections_add')).toEqual([]);
    await click('form-save');
    const draft = { provider: 'azure_openai', base_url: 'https://mine.openai.azure.com/openai/v1', key: { source: 'environment', variable: 'AZURE_OPENAI_API_KEY' }, headers: [], models: [] };
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledWith('connections_add', { draft, test: true }));
  });
  it('leaves a variable behind where another provider is chosen', async () => {
    await show(StartGuide, 'empty');
    await click('found-yes-azure_openai');
    await click('form-other');
    await click('provider-openai_compatible');
    expect(((await there('key-input')) as HTMLInputElement).value).toBe('');
    expect(find('key-pasted')).toBeNull();
  });
  it('says so where nothing was found, and shows two ways to begin', async () => {
    await show(StartGuide, 'none');
    expect((await there('found-nothing')).textContent).toContain('No model server answers');
    expect((await there('start-guide-ollama')).textContent).toContain('Ollama');
    expect(await there('start-nothing-sign-in')).not.toBeNull();
  });
  it('is found again at the step where it was left', async () => {
    await show(StartGuide, 'empty');
    await click('start-openai_compatible');
    await there('connection-form');
    app?.unmount();
    await show(StartGuide, 'empty');
    await there('connection-form');
    await click('start-back');
    await there('found');
  });
  it('chooses among the models that can write', () => {
    const list = [
      model('ollama', 'Ollama', 'a'),
      model('ollama', 'Ollama', 'b', { capabilities: ['embeddings'] }),
      model('ollama', 'Ollama', 'c', { available: false }),
      model('openai', 'OpenAI', 'd'),
    ];
    expect(writersOf(list, 'ollama').map((one) => one.name)).toEqual(['a']);
  });
});

describe('signing in', () => {
  it('opens the browser, waits in sight, and is found again by whoever looked elsewhere', async () => {
    const { asked, door } = await show(StartGuide, 'empty');
    await click('start-sign-in-openrouter');
    expect(asked).not.toContain('open_link');
    await click('sign-in-begin');
    await there('sign-in-state');
    expect(asked).toContain('open_link');
    await click('start-back');
    expect((await there('start-sign-in-waits')).textContent).toContain('OpenRouter');
    door.signIn.end({ outcome: 'cancelled', connection: null });
    await vi.waitFor(() => expect(find('start-sign-in-waits')).toBeNull());
  });
  it.each([['denied', 'You said no'], ['expired', 'in time'], ['cancelled', 'Cancelled']] as const)('tells that it was %s, and lets it be tried again', async (outcome, words) => {
    const { door } = await show(ConnectionForm, 'empty', '/', { provider: 'openrouter', signIn: true });
    await click('sign-in-begin');
    await there('sign-in-state');
    door.signIn.end({ outcome, connection: null });
    expect((await there('sign-in-end')).textContent).toContain(words);
    expect(find('sign-in-begin')?.textContent).toContain('Try again');
  });
  it('tells why it failed, with the line of the guide that helps', async () => {
    const { door, router } = await show(ConnectionForm, 'empty', '/', { provider: 'openrouter', signIn: true });
    await click('sign-in-begin');
    await there('sign-in-state');
    door.signIn.refuse(fault('wrong_key', { provider: 'OpenRouter' }));
    const end = await there('sign-in-end');
    expect(end.querySelector('[data-code=wrong_key]')).not.toBeNull();
    end.querySelector<HTMLElement>('button')?.click();
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/guides/openrouter#wrong_key'));
  });
  it('shows the address where the browser cannot be opened, and takes the code by hand', async () => {
    const { door } = await show(ConnectionForm, 'empty', '/', { provider: 'openrouter', signIn: true });
    const invoke = door.invoke;
    const given: string[] = [];
    door.invoke = ((name: string, request: { code: string }) => {
      if (name === 'open_link') return Promise.reject(fault('bad_address'));
      if (name === 'sign_in_code') given.push(request.code);
      return invoke(name as never, request as never);
    }) as typeof door.invoke;
    await click('sign-in-begin');
    expect((await there('sign-in-url')).textContent).toContain('https://openrouter.ai/auth');
    const field = find('sign-in-code') as HTMLInputElement;
    const give = async (text: string) => {
      field.value = text;
      field.dispatchEvent(new Event('input'));
      await nextTick();
      field.form?.dispatchEvent(new Event('submit', { cancelable: true }));
      await nextTick();
    };
    await give('no code here');
    expect(given).toEqual([]);
    await give('http://localhost:41823/cb/5f0c?code=abc123');
    await vi.waitFor(() => expect(given).toEqual(['http://localhost:41823/cb/5f0c?code=abc123']));
    await vi.waitFor(() => expect(find('sign-in-state')).toBeNull());
  });
  it('knows a code from anything else', () => {
    for (const text of ['abc-123._~', ' abc ', 'http://localhost:1/cb/x?code=abc', 'http://localhost:1/cb/x?state=1&code=a%2Fb']) expect(codeIn(text), text).toBe(text.trim());
    for (const text of ['', '  ', 'two words', 'http://localhost:1/cb/x', '<script>', 'x'.repeat(600), 'ä']) expect(codeIn(text), text).toBeUndefined();
  });
  it('follows its events', () => {
    const told = newSignIn({ provider: 'openrouter' });
    expect(isRunning(told)).toBe(true);
    expect(takeEvent(told, { kind: 'waiting', sign_in: 's', url: 'https://x.example/', comes_back: false, expires_in_ms: 9 })).toBe('https://x.example/');
    expect(told).toMatchObject({ phase: 'waiting', id: 's', comesBack: false, expiresIn: 9 });
    expect(takeEvent(told, { kind: 'exchanging' })).toBeUndefined();
    expect(told.phase).toBe('exchanging');
    expect(isRunning({ ...told, phase: 'expired' })).toBe(false);
    expect(isRunning(undefined)).toBe(false);
  });
  it('runs once at a time', async () => {
    let signIn: ReturnType<typeof useSignIn> | undefined;
    const user = { setup: () => ((signIn = useSignIn()), () => h('div')) };
    const { streamed, door } = await show(user, 'empty');
    const first = signIn?.begin({ provider: 'openrouter' });
    await signIn?.begin({ provider: 'openrouter' });
    expect(streamed).toHaveBeenCalledTimes(1);
    door.signIn.end({ outcome: 'cancelled', connection: null });
    await first;
    signIn?.forget();
    expect(signIn?.told.value).toBeUndefined();
  });
});

describe('a failing test', () => {
  it('opens the guide beside the form at the line that helps, and keeps what was typed', async () => {
    await show(ConnectionForm, 'empty', '/', { provider: 'openrouter' });
    const label = (await there('label-input')) as HTMLInputElement;
    label.value = 'For the novel';
    label.dispatchEvent(new Event('input'));
    await click('form-test');
    await click('test-help');
    await vi.waitFor(() => expect(place.querySelector('[data-line=wrong_key][data-here]')).not.toBeNull());
    expect(find('provider-guide')?.hasAttribute('open')).toBe(true);
    expect(document.activeElement).toBe(place.querySelector('[data-line=wrong_key]'));
    expect(label.value).toBe('For the novel');
  });
  it('has its line on the guide’s own page too', async () => {
    await show(GuidesPage, 'normal', '/guides/ollama#connection_refused');
    await vi.waitFor(() => expect(place.querySelector('[data-line=connection_refused][data-here]')).not.toBeNull());
    expect(scrolled).toHaveBeenCalled();
    expect((await there('guide')).textContent).toContain('ollama serve');
    expect((await there('guide-to-ollama')).textContent).toContain('Ollama');
  });
  it('leaves a guide whole where an address names no line, or one that does not exist', async () => {
    await show(GuidesPage, 'normal', '/guides/ollama#no_such_line');
    await there('guide-text');
    expect(place.querySelector('[data-here]')).toBeNull();
    expect(scrolled).not.toHaveBeenCalled();
  });
});

describe('a local model', () => {
  it('is told to be loading until it is known to be in memory', () => {
    const waited = (local: boolean, loaded: boolean | null) => ({ waited: { ms: 4_000, local, loaded } });
    expect(waitingFor({ waited: undefined })).toBe('first_word');
    expect(waitingFor(waited(true, false))).toBe('loading');
    expect(waitingFor(waited(true, null))).toBe('loading');
    expect(waitingFor(waited(true, true))).toBe('reading');
    expect(waitingFor(waited(false, null))).toBe('provider');
  });
  it('cuts a text that does not fit, where a provider would turn it away', () => {
    const estimate = { model: 'a/b', input_tokens: 9_000, cost: { usd: null, source: 'local' as const }, price: { state: 'local' as const, input: null, output: null, cache_read: null, cache_write: null }, fits: false, context_length: 8_192, asked_context: null };
    expect(fitOf(estimate)).toBe('cut');
    expect(fitOf({ ...estimate, price: { ...estimate.price, state: 'known' } })).toBe('refused');
    expect(fitOf({ ...estimate, fits: true })).toBe('fits');
    expect(fitOf({ ...estimate, fits: null })).toBe('fits');
    expect(fitOf(undefined)).toBe('fits');
  });
});
