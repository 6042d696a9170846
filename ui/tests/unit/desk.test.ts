// The Desk's composables over the door double: what is sent once, what is never lost, what a late answer may not do.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, defineComponent, h, nextTick, ref, type App, type Ref } from 'vue';
import { comingAnswers } from '@/features/desk/answers';
import { useComposer } from '@/features/desk/useComposer';
import { useDesk } from '@/features/desk/useDesk';
import { provideDoor } from '@/host/door';
import type { Door } from '@/host/types';
import { makeWords } from '@/shared/words';
import { fault, makeDouble } from '../look/double';

let app: App;
function within<T>(door: Door, use: () => T): T {
  let got: T | undefined;
  app = createApp(
    defineComponent({
      setup() {
        got = use();
        return () => h('div');
      },
    }),
  );
  app.use(makeWords('en'));
  app.use(VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) });
  provideDoor(app, door);
  app.mount(document.createElement('div'));
  return got as T;
}
const settle = () => vi.waitFor(() => new Promise((resolve) => setTimeout(resolve, 0)));

beforeEach(() => comingAnswers.clear());
afterEach(() => app.unmount());

describe('sending', () => {
  it('goes out once, however often Enter is pressed', async () => {
    const door = makeDouble('normal', {}, 0);
    const stream = vi.spyOn(door, 'stream');
    const place = ref('');
    const desk = within(door, () => useDesk(place));
    const hearing = { began: (id: string) => (place.value = id) };
    await Promise.all([desk.send('Write.', { model: 'a/b' }, hearing), desk.send('Write.', { model: 'a/b' }, hearing)]);
    expect(stream).toHaveBeenCalledTimes(1);
    expect(stream.mock.calls[0]?.[1]).toEqual({ text: 'Write.', model: 'a/b' });
  });
  it('sends nothing that is empty', async () => {
    const door = makeDouble('normal', {}, 0);
    const stream = vi.spyOn(door, 'stream');
    const desk = within(door, () => useDesk(ref('')));
    await desk.send('  \n', {});
    expect(stream).not.toHaveBeenCalled();
  });
  it('gives the text back where it never began', async () => {
    const door = makeDouble('normal', {}, 0);
    door.stream = () => Promise.reject(fault('vault_locked'));
    const desk = within(door, () => useDesk(ref('')));
    const never = vi.fn();
    await desk.send('My only copy.', {}, { never });
    expect(never).toHaveBeenCalledOnce();
    expect(desk.coming.value?.told.failure?.code).toBe('vault_locked');
    expect(desk.busy.value).toBe(false);
  });
  it('ends with the answer kept and nothing left over', async () => {
    const door = makeDouble('normal', {}, 0);
    const place = ref('');
    const desk = within(door, () => useDesk(place));
    await desk.send('Write on.', {}, { began: (id) => (place.value = id) });
    await settle();
    expect(comingAnswers.size).toBe(0);
    await vi.waitFor(() => expect(desk.turns.value.map((turn) => turn.state)).toEqual(['done', 'done']));
  });
});

describe('the composer', () => {
  function compose(door: Door, place: Ref<string>, kept: Ref<string | undefined> = ref('')) {
    return within(door, () => useComposer(place, kept, ref({ model: 'a/b' })));
  }
  it('keeps one draft for a pause in typing, and at once when the writer leaves', async () => {
    vi.useFakeTimers();
    const door = makeDouble('normal', {}, 0);
    const invoke = vi.spyOn(door, 'invoke');
    const drafts = () => invoke.mock.calls.filter(([name]) => name === 'desk_draft').map(([, request]) => request);
    const place = ref('d1');
    const composer = compose(door, place);
    for (const text of ['T', 'Th', 'The']) {
      composer.text.value = text;
      composer.typed();
    }
    expect(drafts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts()).toEqual([{ conversation: 'd1', text: 'The' }]);
    composer.text.value = 'The lamp';
    composer.typed();
    place.value = 'd2';
    await nextTick();
    expect(drafts().at(-1)).toEqual({ conversation: 'd1', text: 'The lamp' });
    expect(composer.text.value).toBe('');
    place.value = 'd1';
    await nextTick();
    expect(composer.text.value).toBe('The lamp');
    vi.useRealTimers();
  });
  it('shows the draft that was kept before', async () => {
    const kept = ref<string | undefined>();
    const composer = compose(makeDouble('normal', {}, 0), ref('d3'), kept);
    kept.value = 'From yesterday';
    await nextTick();
    expect(composer.text.value).toBe('From yesterday');
  });
  it('says that a draft is not kept, and keeps it on the page', async () => {
    const door = makeDouble('normal', {}, 0);
    door.invoke = () => Promise.reject(fault('disk_full'));
    const composer = compose(door, ref('d4'));
    composer.text.value = 'Precious';
    composer.typed();
    await vi.waitFor(() => expect(composer.failure.value?.code).toBe('disk_full'));
    expect(composer.text.value).toBe('Precious');
  });
  it('never lets a late estimate overwrite a newer one', async () => {
    const door = makeDouble('normal', {}, 0);
    const waiting: ((tokens: number) => void)[] = [];
    door.invoke = ((name: string) =>
      name === 'desk_estimate'
        ? new Promise<unknown>((resolve) => waiting.push((tokens) => resolve({ model: null, input_tokens: tokens, cost: { usd: null, source: 'unknown' }, fits: null, context_length: null })))
        : Promise.resolve({})) as unknown as Door['invoke'];
    const wish = ref({ model: 'a/b' });
    const composer = within(door, () => useComposer(ref('d5'), ref('Text'), wish));
    wish.value = { model: 'c/d' };
    await vi.waitFor(() => expect(waiting.length).toBe(2));
    waiting[1]?.(200);
    await settle();
    waiting[0]?.(100);
    await settle();
    expect(composer.estimate.value?.input_tokens).toBe(200);
  });
  it('takes what was typed since sending along to the conversation that began', async () => {
    const door = makeDouble('normal', {}, 0);
    const invoke = vi.spyOn(door, 'invoke');
    const place = ref('');
    const composer = compose(door, place);
    composer.text.value = 'First';
    composer.typed();
    composer.take();
    composer.text.value = 'Already the next';
    composer.typed();
    composer.sent('', 'c7');
    place.value = 'c7';
    await nextTick();
    expect(composer.text.value).toBe('Already the next');
    const drafts = invoke.mock.calls.filter(([name]) => name === 'desk_draft').map(([, request]) => request);
    expect(drafts).toEqual([{ text: '' }, { conversation: 'c7', text: 'Already the next' }]);
  });
  it('puts a text back before what was typed meanwhile', () => {
    const composer = compose(makeDouble('normal', {}, 0), ref('d6'));
    composer.text.value = 'First';
    const taken = composer.take();
    expect([taken, composer.text.value]).toEqual(['First', '']);
    composer.text.value = 'Second';
    composer.giveBack(taken);
    expect(composer.text.value).toBe('First\n\nSecond');
  });
});
