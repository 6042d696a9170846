// Prompts and assistants in the page over the door double: what is found while typing, what goes out, what nobody loses,
// and which words a rule gets.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, h, nextTick, ref, type App, type Component } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import AnswerLine from '@/features/desk/AnswerLine.vue';
import { comingAnswers, waitingFor } from '@/features/desk/answers';
import { useAim } from '@/features/desk/useAim';
import { useRuleWords } from '@/features/desk/useRuleWords';
import AssistantsPage from '@/features/prompts/AssistantsPage.vue';
import PromptPicker from '@/features/prompts/PromptPicker.vue';
import PromptsPage from '@/features/prompts/PromptsPage.vue';
import { forgetDrafts } from '@/features/prompts/drafts';
import { useHandover } from '@/features/prompts/useHandover';
import { forgetGiven } from '@/features/prompts/usePromptFill';
import type { AnswerAssistantView, DeskEstimateView, MessageView } from '@/generated/contract';
import { provideDoor } from '@/host/door';
import type { Door, Language } from '@/host/types';
import { finishAll } from '@/shared/undo';
import { makeWords } from '@/shared/words';
import { makeDouble, message, type Scene } from '../look/double';
import { prompt } from '../look/prompts';

let app: App | undefined;
let place: HTMLElement;
let door: Door;
let router: Router;

async function show(page: Component, at = '/prompts', { scene = 'normal' as Scene, language = 'en' as Language, props = {}, with: change = (() => undefined) as () => unknown } = {}): Promise<void> {
  door = makeDouble(scene, {}, 0);
  change();
  const empty = { render: () => h('div') };
  const named = ([name, param]: [string, string]) => ({ path: `/${name}/:${param}?`, name, component: empty });
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, ...([['prompts', 'prompt'], ['assistants', 'assistant'], ['desk', 'conversation'], ['connections', 'slug'], ['guides', 'provider']] as [string, string][]).map(named)] });
  await router.push(at);
  app = createApp({ render: () => h(page, props) });
  app.use(makeWords(language)).use(VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }).use(router);
  provideDoor(app, door);
  app.mount(place);
}
const find = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
async function there(testid: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(find(testid), testid).not.toBeNull());
  return find(testid) as HTMLElement;
}
async function type(testid: string, text: string): Promise<void> {
  const field = (await there(testid)) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await nextTick();
}
const asked = (invoke: { mock: { calls: unknown[][] } }, name: string) => invoke.mock.calls.filter(([command]) => command === name).map(([, request]) => request);

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
  place = document.createElement('div');
  document.body.append(place);
  forgetDrafts();
  forgetGiven();
  comingAnswers.clear();
  useHandover().closePicker();
});
afterEach(() => {
  app?.unmount();
  app = undefined;
  place.remove();
});

describe('the library', () => {
  it('finds the blanks as the writer types, and saves what is said of them', async () => {
    await show(PromptsPage, '/prompts/new');
    const invoke = vi.spyOn(door, 'invoke');
    await type('prompt-name', ' Query letter ');
    await type('prompt-text', 'Dear {{agent}}, {{title}} is {{words}} long.');
    for (const name of ['agent', 'title', 'words']) await there(`blank-${name}`);
    const line = find('blank-agent') as HTMLDetailsElement;
    line.open = true;
    line.dispatchEvent(new Event('toggle'));
    await type('blank-label', 'Who gets it');
    find('prompt-save')?.closest('form')?.requestSubmit();
    await vi.waitFor(() => expect(asked(invoke, 'prompts_save')).toHaveLength(1));
    expect(asked(invoke, 'prompts_save')[0]).toMatchObject({ name: 'Query letter', text: 'Dear {{agent}}, {{title}} is {{words}} long.', variables: [{ name: 'agent', label: 'Who gets it' }] });
    await vi.waitFor(() => expect(router.currentRoute.value.params.prompt).toMatch(/^p-new/));
  });
  it('saves nothing without a name, and says so', async () => {
    await show(PromptsPage, '/prompts/new');
    const invoke = vi.spyOn(door, 'invoke');
    await type('prompt-text', 'Go on.');
    find('prompt-save')?.closest('form')?.requestSubmit();
    await vi.waitFor(() => expect(place.textContent).toContain('A prompt has a name.'));
    expect(asked(invoke, 'prompts_save')).toEqual([]);
  });
  it('keeps what was written when the writer looks elsewhere', async () => {
    await show(PromptsPage, '/prompts/p1');
    await type('prompt-name', 'Half a thought');
    await router.push('/prompts/p2');
    await vi.waitFor(() => expect((find('prompt-name') as HTMLInputElement).value).toBe('Letter to an agent'));
    await router.push('/prompts/p1');
    await vi.waitFor(() => expect((find('prompt-name') as HTMLInputElement).value).toBe('Half a thought'));
    expect(find('prompt-unsaved')).not.toBeNull();
  });
  it('offers examples where there is nothing, and takes none unasked', async () => {
    await show(PromptsPage, '/prompts', { scene: 'empty', language: 'id' });
    const invoke = vi.spyOn(door, 'invoke');
    (await there('example-take')).click();
    await vi.waitFor(() => expect((find('prompt-name') as HTMLInputElement).value).toBe('Lanjutkan dengan suara saya'));
    await there('blank-panjang');
    expect(asked(invoke, 'prompts_save')).toEqual([]);
  });
  it('offers another model for one that has gone, wherever it is named', async () => {
    await show(PromptsPage);
    const row = await there('prompt-p3');
    expect(row.querySelector('[data-testid=named-model-why]')?.textContent).toBe('gone at the provider');
    expect(row.querySelector('[data-testid=model-replace]')).not.toBeNull();
    expect((await there('prompt-p1')).querySelector('[data-testid=model-replace]')).toBeNull();
  });
  it('tells one that cannot be read apart, deletes it only when told to, and puts back what came with Inkhorn', async () => {
    const spoiltPrompt = { id: 'f00d', name: null, updated_at: Date.UTC(2026, 2, 12, 12) };
    const spoiltAssistant = { id: 'blog', name: { en: 'Blog post', id: 'Tulisan blog' }, updated_at: 1 };
    const spoil = () => {
      const invoke = door.invoke.bind(door);
      return vi.spyOn(door, 'invoke').mockImplementation(async (name, request) => {
        const answer = await invoke(name, request);
        if (name === 'prompts_list') return { ...answer, spoilt: [spoiltPrompt] };
        if (name === 'assistants_list') return { ...answer, spoilt: [spoiltAssistant] };
        return answer;
      });
    };
    await show(PromptsPage, '/prompts', { with: spoil });
    expect((await there('spoilt-prompt')).textContent).toContain('12 Mar 2026');
    expect(find('prompt-p1')).not.toBeNull();
    const invoke = vi.mocked(door.invoke);
    find('spoilt-remove-f00d')?.click();
    await vi.waitFor(() => expect(find('spoilt-prompt')).toBeNull());
    expect(asked(invoke as never, 'prompts_delete')).toEqual([]);
    finishAll();
    await vi.waitFor(() => expect(asked(invoke as never, 'prompts_delete')).toEqual([{ prompt: 'f00d' }]));
    app?.unmount();
    await show(AssistantsPage, '/assistants', { with: spoil, language: 'id' });
    expect((await there('spoilt-assistant')).textContent).toContain('Tulisan blog');
    find('spoilt-reset-blog')?.click();
    await vi.waitFor(() => expect(asked(vi.mocked(door.invoke) as never, 'assistants_reset')).toEqual([{ assistant: 'blog' }]));
  });
  it('says that a closed vault keeps it closed', async () => {
    await show(PromptsPage, '/prompts/new', { scene: 'locked' });
    await there('prompts-locked');
    expect([find('prompt-new'), find('prompt-form'), find('example-take')]).toEqual([null, null, null]);
  });
});

describe('the picker', () => {
  const used: unknown[][] = [];
  const pick = () => show(PromptPicker, '/desk', { props: { busy: false, onUse: (...what: unknown[]) => used.push(what) } });
  beforeEach(() => (used.length = 0));
  it('fills, says what is still empty, and hands over the text that the engine made', async () => {
    await pick();
    useHandover().openPicker('p1');
    (await there('fill-send')).click();
    await vi.waitFor(() => expect(document.querySelectorAll('[aria-invalid=true]')).toHaveLength(2));
    expect(used).toEqual([]);
    await type('fill-passage', 'The lamp {{length}}.');
    await type('fill-what happens', 'A knock.');
    await vi.waitFor(() => expect(find('fill-preview')?.textContent).toContain('What happens: A knock.'));
    find('fill-send')?.click();
    await vi.waitFor(() => expect(used).toHaveLength(1));
    const [text, of, send] = used[0] as [string, { id: string }, boolean];
    expect(text.startsWith('Here is a passage of mine:\n\nThe lamp {{length}}.\n\nGo on for a page.')).toBe(true);
    expect([of.id, send, useHandover().pickerOpen.value]).toEqual(['p1', true, false]);
  });
  it('comes back with what was typed, until it was used', async () => {
    await pick();
    const { openPicker, closePicker } = useHandover();
    openPicker('p1');
    await type('fill-passage', 'A long passage');
    closePicker();
    await vi.waitFor(() => expect(find('fill-form')).toBeNull());
    openPicker('p1');
    expect(((await there('fill-passage')) as HTMLTextAreaElement).value).toBe('A long passage');
  });
  it('searches, and a second slash is a letter', async () => {
    const slashes: string[] = [];
    await show(PromptPicker, '/desk', { props: { busy: false, onSlash: () => slashes.push('/') } });
    useHandover().openPicker();
    await there('pick-p1');
    await type('picker-search', 'agent');
    await vi.waitFor(() => expect(find('pick-p1')).toBeNull());
    expect(find('pick-p2')).not.toBeNull();
    find('picker-search')?.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
    expect(slashes).toEqual([]);
    await type('picker-search', '');
    find('picker-search')?.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
    expect(slashes).toEqual(['/']);
  });
});

describe('assistants', () => {
  it('that came with Inkhorn are changed and put back', async () => {
    await show(AssistantsPage, '/assistants/code');
    const invoke = vi.spyOn(door, 'invoke');
    expect(find('assistant-delete')).toBeNull();
    await type('assistant-instructions', 'Be brief.');
    find('assistant-save')?.closest('form')?.requestSubmit();
    (await there('assistant-reset')).click();
    await vi.waitFor(() => expect((find('assistant-instructions') as HTMLTextAreaElement).value).toContain('You help with code'));
    expect(asked(invoke, 'assistants_save')[0]).toMatchObject({ id: 'code', instructions: 'Be brief.', feature: 'chat', web_search: false });
    await vi.waitFor(() => expect(find('assistant-reset')).toBeNull());
  });
  it('are handed over to the next page once', async () => {
    await show(AssistantsPage);
    (await there('assistant-research')).querySelector<HTMLElement>('[data-testid=assistant-use-line]')?.click();
    await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('desk'));
    expect([useHandover().takeAssistant(), useHandover().takeAssistant()]).toEqual(['research', undefined]);
  });
});

describe('what a text is meant for', () => {
  it('belongs to its page, and is settled when it went out', () => {
    const at = ref('');
    const { aim, aimAt, fillFrom, dropPrompt, settle } = useAim(at);
    aimAt('auto');
    fillFrom({ ...prompt('p2', 'Letter', 'x'), assistant: { id: 'email-drafting', name: { en: '', id: '' } } });
    expect(aim.value).toEqual({ prompt: { id: 'p2', name: 'Letter', assistant: 'email-drafting' } });
    aimAt('');
    dropPrompt();
    expect(aim.value).toEqual({ assistant: '' });
    at.value = 'c1';
    expect(aim.value).toEqual({});
    settle('');
    at.value = '';
    expect(aim.value).toEqual({});
  });
  it('is told while Auto chooses and when it has chosen', () => {
    const conversation = { id: 'c', title: '', created_at: 1, updated_at: 1, model: null, assistant: 'auto', snippet: null };
    const auto = { model: 'a/b', cost: { usd: null, source: 'local' as const }, latency_ms: 1, fell_back: null };
    expect(waitingFor({ waited: undefined, conversation })).toBe('choice');
    expect(waitingFor({ waited: undefined, conversation, assistant: { id: 'code', name: { en: 'Code', id: 'Kode' }, auto } })).toBe('chosen');
    expect(waitingFor({ waited: undefined, conversation: { ...conversation, assistant: 'code' } })).toBe('first_word');
  });
});

describe('the rule that picked a model', () => {
  async function told(estimate: Partial<DeskEstimateView>, expected: string, assistant = '', language: Language = 'en'): Promise<void> {
    const whole = { model: 'openrouter/claude-sonnet-4.5', picked_by: 'explicit', collection: null, feature: 'chat', web_search: null, ...estimate } as DeskEstimateView;
    const line = {
      setup() {
        const words = useRuleWords();
        return () => h('p', words.before(whole, assistant));
      },
    };
    await show(line, '/desk', { language });
    await vi.waitFor(() => expect(place.textContent).toBe(expected));
    app?.unmount();
  }
  it('has words for each rule, in both languages', async () => {
    await told({ picked_by: 'explicit' }, 'Chosen by you', 'own1');
    await told({ picked_by: 'prompt' }, 'The model of this prompt', 'own1');
    await told({ picked_by: 'conversation' }, 'As before on this page', 'own1');
    await told({ picked_by: 'assistant' }, 'The model of Aunt Wilhelmina', 'own1');
    await told({ picked_by: 'feature', feature: 'prose' }, 'Your default for prose', 'own1');
    await told({ picked_by: 'last_used' }, 'Used last', 'own1');
    await told({ picked_by: 'default' }, 'Your default', 'own1');
    await told({ picked_by: 'fallback' }, 'From a key in the environment', 'own1');
    await told({ picked_by: 'feature' }, 'Bawaan Anda untuk percakapan', undefined, 'id');
    await told({ model: null, picked_by: null }, 'No model is chosen yet');
  });
  it('names the collection and who answers first, and what cannot be searched', async () => {
    await told({ picked_by: 'assistant', collection: 'Prose' }, 'The model of Aunt Wilhelmina, from the collection Prose; Claude Sonnet 4.5 answers first', 'own1');
    await told({ web_search: 'unavailable' }, 'Chosen by you. This model cannot search the web');
  });
});

describe('the line under an answer', () => {
  const emailed = (auto: AnswerAssistantView['auto']): AnswerAssistantView => ({ id: 'email-drafting', name: { en: 'E-mail drafting', id: 'Menulis surel' }, auto });
  async function told(assistant: AnswerAssistantView, expected: string, language: Language = 'en'): Promise<void> {
    const answered = message('a', 'assistant', 'Dear');
    const whole: MessageView = { ...answered, answer: { ...(answered.answer as NonNullable<MessageView['answer']>), picked_by: 'last_used', assistant } };
    await show(AnswerLine, '/desk', { language, props: { message: whole } });
    await vi.waitFor(() => expect(place.textContent).toContain(expected));
    app?.unmount();
  }
  const chosen = { model: 'openrouter/claude-sonnet-4.5', latency_ms: 400, fell_back: null };
  it('says what Auto chose, with which model, and what that cost', async () => {
    await told(emailed({ ...chosen, cost: { usd: '0.0002', source: 'computed' } }), 'Auto chose E-mail drafting with Claude Sonnet 4.5; that cost less than a cent.');
    await told(emailed({ ...chosen, cost: { usd: '0.02', source: 'computed' } }), 'that cost $0.02.');
    await told(emailed({ ...chosen, cost: { usd: null, source: 'unknown' } }), 'what that cost is not known.');
    await told(emailed({ ...chosen, cost: { usd: null, source: 'local' } }), 'Auto memilih Menulis surel dengan Claude Sonnet 4.5; itu tanpa biaya, di komputer ini.', 'id');
  });
  it('says why Auto could not choose', async () => {
    const nobody = { model: null, cost: { usd: null, source: 'unknown' as const }, latency_ms: 0, fell_back: 'no_model' };
    await told(emailed(nobody), 'Auto could not choose: none of your models is small, cheap and near enough for this text. It is an ordinary conversation.');
  });
  it('names the assistant that the writer chose', async () => {
    await told(emailed(null), 'E-mail drafting');
  });
});
