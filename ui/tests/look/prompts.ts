// The double's prompts and assistants: those that come with Inkhorn are read from the engine's own file, the others are a
// novelist's.

import builtIn from '../../../crates/engine/assistants.json';
import type { AssistantSaveRequest, AssistantView, NamedModelView, PromptCheckView, PromptFilledView, PromptSaveRequest, PromptVariable, PromptView } from '@/generated/contract';
import type { Scene } from './double';

const noSettings = { temperature: null, max_tokens: null, reasoning: null };

/** A model that something names as its own. */
export function named(id: string, name: string, more: Partial<NamedModelView> = {}): NamedModelView {
  return { id, name, collection: false, available: true, reason: null, ...more };
}

/** A blank. */
export function blank(name: string, more: Partial<PromptVariable> = {}): PromptVariable {
  return { name, label: '', kind: 'short', choices: [], default: '', optional: false, ...more };
}

/** A prompt. */
export function prompt(id: string, name: string, text: string, more: Partial<PromptView> = {}): PromptView {
  return { id, name, text, variables: blanksOf(text).map((one) => blank(one)), unused: [], model: null, assistant: null, settings: noSettings, created_at: 1, updated_at: 1, ...more };
}

/** The names of blanks as the double finds them: enough for looking, the engine has the real reading. */
function blanksOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([^{}\n]{1,60}?)\s*\}\}/g)].map(([, name]) => name ?? ''))];
}

const modelNamed = (id: string | undefined) => (id ? named(id, id.includes('/') ? id.slice(id.indexOf('/') + 1) : id, { collection: !id.includes('/') }) : null);

function assistantsThere(): AssistantView[] {
  return builtIn.map((one) => ({
    id: one.id,
    name: one.name,
    description: one.description,
    instructions: one.instructions.join('\n'),
    feature: one.feature,
    model: null,
    settings: { ...noSettings, ...('settings' in one ? one.settings : {}) },
    web_search: 'web_search' in one && one.web_search === true,
    built_in: true,
    changed: false,
  })) as AssistantView[];
}

function promptsThere(): PromptView[] {
  const passage = `Here is a passage of mine:\n\n{{passage}}\n\nGo on for {{length}}. What happens: {{what happens}}\n\nKeep the tense, the distance of the narrator and the length of the sentences that you find there.`;
  return [
    prompt('p1', 'Go on in my voice', passage, {
      variables: [
        blank('passage', { kind: 'long', label: 'The passage so far' }),
        blank('length', { kind: 'choice', label: 'How far', choices: ['a paragraph', 'a page', 'three pages'], default: 'a page' }),
        blank('what happens', { kind: 'long', label: 'What happens next' }),
      ],
      model: named('openrouter/claude-sonnet-4.5', 'Claude Sonnet 4.5'),
    }),
    prompt('p2', 'Letter to an agent', 'Write a query letter for {{title}}, {{words}} words, to {{agent}}.', { assistant: { id: 'email-drafting', name: { en: 'E-mail drafting', id: 'Menulis surel' } } }),
    prompt('p3', 'Names for the harbour town', 'Propose ten names for {{who or what}} in a harbour town on the North Sea, about 1780.', { model: named('openrouter/quill-2', 'Quill 2', { available: false, reason: 'gone' }) }),
    prompt('p4', 'Where I stopped', 'Tell me in three sentences where the story stands, and what the reader waits for.', { model: named('Prose', 'Prose', { collection: true }) }),
  ];
}

/** The commands about prompts and assistants. */
export function promptCommands(scene: Scene) {
  const locked = !['empty', 'none', 'normal', 'full', 'broken', 'slow', 'unlocked'].includes(scene);
  let prompts = scene === 'normal' || scene === 'full' ? promptsThere() : [];
  if (scene === 'full') for (let n = 0; n < 400; n += 1) prompts.push(prompt(`x${n}`, `Scene ${n}: a rather long working title that goes on and on and on`, `Write scene ${n} with {{who}} in {{place}}.`));
  let assistants: AssistantView[] = assistantsThere();
  if (scene === 'normal') {
    assistants = assistants.map((one) => (one.id === 'blog' ? { ...one, changed: true } : one));
    assistants.push({ ...(assistants[0] as AssistantView), id: 'own1', name: { en: 'Aunt Wilhelmina', id: 'Aunt Wilhelmina' }, description: { en: 'Answers as she would, in letters.', id: 'Answers as she would, in letters.' }, built_in: false, feature: 'prose', model: named('openrouter/quill-2', 'Quill 2', { available: false, reason: 'gone' }) });
  }
  let serial = 0;
  const checked = (text: string, described: readonly PromptVariable[]): PromptCheckView => {
    const found = blanksOf(text);
    return {
      variables: [...described, ...found.filter((name) => !described.some((one) => one.name === name)).map((name) => blank(name))],
      unused: described.filter((one) => !found.includes(one.name)).map((one) => one.name),
      fault: null,
    };
  };
  const assistantNamed = (id: string | undefined) => {
    const found = assistants.find((one) => one.id === id);
    return found ? { id: found.id, name: found.name } : null;
  };
  return {
    prompts_list: () => ({ prompts: locked ? [] : prompts, spoilt: [], locked }),
    prompts_save: ({ id, name, text, variables, model, assistant, settings }: PromptSaveRequest): PromptView => {
      const { variables: all, unused } = checked(text, variables ?? []);
      const before = prompts.find((one) => one.id === id);
      const kept = prompt(id ?? `p-new${(serial += 1)}`, name, text, { variables: all, unused, model: modelNamed(model), assistant: assistantNamed(assistant), settings: settings ?? noSettings, updated_at: (before?.updated_at ?? 0) + 1 });
      prompts = before ? prompts.map((one) => (one.id === id ? kept : one)) : [...prompts, kept];
      return kept;
    },
    prompts_delete: ({ prompt: id }: { prompt: string }) => {
      prompts = prompts.filter((one) => one.id !== id);
      return {};
    },
    prompts_check: ({ text, variables }: { text: string; variables?: PromptVariable[] }) => checked(text, variables ?? []),
    prompts_fill: ({ prompt: id, values }: { prompt: string; values: { [name in string]?: string } }): PromptFilledView => {
      const found = prompts.find((one) => one.id === id);
      const given = (name: string) => values[name] || found?.variables.find((one) => one.name === name)?.default || '';
      const missing = blanksOf(found?.text ?? '').filter((name) => given(name) === '' && !found?.variables.find((one) => one.name === name)?.optional);
      const text = (found?.text ?? '').replace(/\{\{\s*([^{}\n]{1,60}?)\s*\}\}/g, (braces, name: string) => (missing.includes(name) ? braces : given(name)));
      return { text, missing, not_offered: [], unknown: [] };
    },
    assistants_list: () => ({ assistants, spoilt: [], locked }),
    assistants_save: ({ id, name, description, instructions, feature, model, settings, web_search }: AssistantSaveRequest): AssistantView => {
      const before = assistants.find((one) => one.id === id);
      const kept: AssistantView = {
        id: id ?? `own-new${(serial += 1)}`,
        name: { en: name, id: name },
        description: { en: description, id: description },
        instructions,
        feature,
        model: modelNamed(model),
        settings: settings ?? noSettings,
        web_search: web_search ?? false,
        built_in: before?.built_in ?? false,
        changed: before?.built_in ?? false,
      };
      assistants = before ? assistants.map((one) => (one.id === id ? kept : one)) : [...assistants, kept];
      return kept;
    },
    assistants_reset: ({ assistant }: { assistant: string }): AssistantView => {
      const back = assistantsThere().find((one) => one.id === assistant) as AssistantView;
      assistants = assistants.map((one) => (one.id === assistant ? back : one));
      return back;
    },
    assistants_web_search: () => (scene === 'normal' ? [{ connection: 'OpenRouter', named: ['Claude Sonnet 4.5'], models: 345, all: true }, { connection: 'Anthropic (novel)', named: ['Claude Haiku 4.5', 'Claude Sonnet 4.5'], models: 6, all: false }] : []),
    assistants_delete: ({ assistant }: { assistant: string }) => {
      assistants = assistants.filter((one) => one.id !== assistant);
      return { deleted: assistant, prompts: 0, conversations: 0 };
    },
  };
}
