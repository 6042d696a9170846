// A mistake in the writer's own catalogue is told where it matters, with its place, in both languages; and a provider
// of that file, without a guide of its own, still leads to help.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, ref, type App, type Component } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import ConnectionsPage from '@/features/connections/ConnectionsPage.vue';
import ProviderGuide from '@/features/connections/ProviderGuide.vue';
import SettingsPage from '@/features/settings/SettingsPage.vue';
import type { FaultView } from '@/generated/contract';
import { provideDoor } from '@/host/door';
import type { Language } from '@/host/types';
import { makeWords } from '@/shared/words';
import { fault, makeDouble, provider } from '../look/double';

let app: App | undefined;
let place: HTMLElement;

async function show(page: Component, language: Language, broken: FaultView | null, props = {}): Promise<void> {
  const door = makeDouble('normal', {}, 0);
  const invoke = door.invoke;
  door.invoke = async (name, request) => {
    const answer = await invoke(name, request);
    return name === 'app_status' ? { ...answer, catalogue_fault: broken } : answer;
  };
  const empty = { render: () => h('div') };
  const named = (name: string) => ({ path: `/${name}/:${name === 'guides' ? 'provider' : 'slug'}?`, name, component: empty });
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, ...['connections', 'settings', 'guides', 'desk', 'models'].map(named)] });
  await router.push('/connections');
  app = createApp({ render: () => h(page, props) });
  app.use(makeWords(language)).use(VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }).use(router);
  provideDoor(app, door);
  app.mount(place);
}
const find = (testid: string) => place.querySelector<HTMLElement>(`[data-testid="${testid}"]`);

beforeEach(() => {
  place = document.createElement('div');
  document.body.append(place);
});
afterEach(() => {
  app?.unmount();
  place.remove();
});

describe('a mistake in the own catalogue', () => {
  const typo = fault('damaged', { catalogue: '/home/ines/inkhorn/catalogue.json', place: 'line 3, column 38: expected value' });
  for (const [name, page] of [['Connections', ConnectionsPage], ['Settings', SettingsPage]] as const) {
    it(`is told on ${name}, with its line and column`, async () => {
      for (const [language, words] of [['en', 'cannot be used'], ['id', 'tidak bisa dipakai']] as const) {
        await show(page, language, typo);
        await vi.waitFor(() => expect(find('catalogue-fault')).not.toBeNull());
        const told = find('catalogue-fault')?.textContent ?? '';
        for (const part of [words, 'catalogue.json', 'line 3, column 38']) expect(told).toContain(part);
        app?.unmount();
      }
    });
    it(`is not told on ${name} where there is none`, async () => {
      await show(page, 'en', null);
      const ready = name === 'Settings' ? 'settings-version' : 'connections-list';
      await vi.waitFor(() => expect(find(ready)).not.toBeNull());
      expect(find('catalogue-fault')).toBeNull();
    });
  }
});

describe('a provider without a guide', () => {
  it('unfolds the general line of a failure when help is asked for', async () => {
    Element.prototype.scrollIntoView = vi.fn();
    const silent = { notice: null, steps: [], failures: {} };
    const bare = { ...provider('attic', 'Attic', 'either', null), key_page: null, guide: { en: silent, id: silent } };
    const guide = ref<InstanceType<typeof ProviderGuide>>();
    await show({ render: () => h(ProviderGuide, { provider: bare, ref: guide }) }, 'en', null);
    expect(find('provider-guide')).toBeNull();
    await guide.value?.show('connection_refused');
    await vi.waitFor(() => expect(place.querySelector('[data-line="connection_refused"][data-here]')).not.toBeNull());
    expect((find('provider-guide') as HTMLDetailsElement).open).toBe(true);
    await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.line).toBe('connection_refused'));
  });
});
