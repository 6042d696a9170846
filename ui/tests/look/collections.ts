/** The double's collections: kept in memory, so that what is made, ordered and deleted is seen at once. */
import type { CollectionReadView, CollectionView, MemberView, ModelView, OfferedCollectionView } from '@/generated/contract';
import { fault } from './double';

type Settings = MemberView['settings'];
const unset: Settings = { temperature: null, max_tokens: null, reasoning: null };
const first = '# An Inkhorn collection, form 1. It holds names of models and no keys.';

const offered: OfferedCollectionView[] = [
  { task: 'chat', name: 'Chat', models: ['openrouter/claude-sonnet-4.5', 'openrouter/gemini-3-pro', 'ollama/llama3.2:8b'] },
  { task: 'summarise', name: 'Summaries', models: ['openrouter/deepseek-v3.2', 'ollama/llama3.2:8b', 'ollama/mistral-nemo', 'openrouter/glm-4.6-free-', 'openrouter/gemini-3-pro'] },
  { task: 'prompt', name: 'Replacements', models: [] },
  { task: 'prose', name: 'Prose', models: ['openrouter/claude-opus-4.6', 'openrouter/claude-sonnet-4.5'] },
];

/** The commands about models and collections that change something, over these models, with some collections or none. */
export function collectionCommands(models: () => readonly ModelView[], some: boolean) {
  const member = (id: string, settings: Settings = unset): MemberView => {
    const known = models().find((model) => model.id === id);
    const reason = known ? known.reason : 'not_connected';
    return { id, name: known?.name ?? id.slice(id.indexOf('/') + 1), available: reason === null, reason, settings };
  };
  const named = (name: string, members: MemberView[] = [], more: Partial<CollectionView> = {}): CollectionView => ({
    name,
    models: members,
    default: false,
    answers: members.find((one) => one.available)?.id ?? null,
    updated_at: Date.now(),
    ...more,
  });
  let all: CollectionView[] = some
    ? [
        named(
          'Night drafts',
          [
            member('anthropic/claude-sonnet-4.5', { temperature: 0.8, max_tokens: 4000, reasoning: 'high' }),
            member('openrouter/claude-sonnet-4.5', { ...unset, temperature: 0.9 }),
            member('ollama/llama3.2:8b'),
            member('openrouter/gemini-3-pro'),
            member('friend/a model with a long name that nobody here has: preview 2026-11'),
          ],
          { default: true },
        ),
        named('物語の下書き', [member('ollama/gemma3:27b'), member('ollama/mistral-nemo')]),
        named('Broken ones', [member('anthropic/claude-haiku-4.5')]),
      ]
    : [];
  const find = (name: string): CollectionView => {
    const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) throw fault('not_found', { name });
    return found;
  };
  const keep = (was: string, view: CollectionView): CollectionView => {
    const now = named(view.name, view.models, { default: view.default });
    all = all.some((one) => one.name === was) ? all.map((one) => (one.name === was ? now : one)) : [...all, now];
    return now;
  };
  const free = (name: string): void => {
    const taken = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (taken) throw fault('duplicate', { name: taken.name });
    if (name.trim() === '' || name.length > 60 || name.includes('/')) throw fault('bad_request', { reason: 'a collection has a name of at most 60 letters on one line, without a slash' });
  };
  const read = (text: string, name?: string): CollectionReadView => {
    if (!text.trim().startsWith('# An Inkhorn collection')) throw fault('bad_request', { reason: 'this is no collection', wrong: 'no_collection' });
    if (!/^end: /m.test(text)) throw fault('bad_request', { reason: 'the text is cut', wrong: 'cut' });
    const members: MemberView[] = [];
    for (const [, field, value = ''] of text.matchAll(/^\s*(model|temperature|max_tokens|reasoning): (.*)$/gm)) {
      const last = members.at(-1);
      if (field === 'model') members.push(member(value, { ...unset }));
      else if (last && field === 'reasoning') last.settings.reasoning = value as Settings['reasoning'];
      else if (last && field !== undefined) last.settings[field as 'temperature' | 'max_tokens'] = Number(value);
    }
    const told = name ?? /^collection: (.*)$/m.exec(text)?.[1] ?? '';
    try {
      free(told);
      return { name: told, name_fault: null, models: members };
    } catch (refused) {
      return { name: told, name_fault: refused as CollectionReadView['name_fault'], models: members };
    }
  };
  return {
    models_edit: (request: { models: string[] }) => ({ changed: request.models.length, question: null }),
    models_order: () => ({}),
    models_add: () => ({}),
    models_visited: () => ({}),
    models_replace: () => ({ collections: 1, conversations: 3, connections: 0, features: 0, prompts: 1, assistants: 0, default_model: true }),
    models_feature_default: () => ({}),
    models_adult_mode: () => ({}),
    models_recommended: () => [],
    models_refusals: () => ({ since: Date.now() - 365 * 86_400_000, models: [], providers: [] }),
    prices_refresh: () => ({ source: 'fetched' as const, date: Date.now(), age_days: 0 }),
    collections_list: () => all,
    collections_create: ({ name }: { name: string }) => {
      free(name);
      return keep(name, named(name));
    },
    collections_rename: ({ name, to }: { name: string; to: string }) => {
      if (to.toLowerCase() !== name.toLowerCase()) free(to);
      return keep(name, { ...find(name), name: to });
    },
    collections_delete: ({ name }: { name: string }) => {
      all = all.filter((one) => one.name !== name);
      return { deleted: name, unset: [] };
    },
    collections_add: ({ name, models }: { name: string; models: string[] }) =>
      keep(name, { ...find(name), models: [...find(name).models, ...models.filter((id) => !find(name).models.some((one) => one.id === id)).map((id) => member(id))] }),
    collections_remove: ({ name, models }: { name: string; models: string[] }) =>
      keep(name, { ...find(name), models: find(name).models.filter((one) => !models.includes(one.id)) }),
    collections_reorder: ({ name, models }: { name: string; models: string[] }) => {
      const place = (one: MemberView) => (models.includes(one.id) ? models.indexOf(one.id) : models.length);
      return keep(name, { ...find(name), models: [...find(name).models].sort((a, b) => place(a) - place(b)) });
    },
    collections_settings: ({ name, model, settings }: { name: string; model: string; settings: MemberView['settings'] }) =>
      keep(name, { ...find(name), models: find(name).models.map((one) => (one.id === model ? { ...one, settings } : one)) }),
    collections_default: ({ name }: { name?: string }) => {
      all = all.map((one) => ({ ...one, default: one.name === name }));
      return all;
    },
    collections_export: ({ name }: { name: string }) => {
      const facts = ({ id, settings }: MemberView) => [
        `model: ${id}`,
        ...(['temperature', 'max_tokens', 'reasoning'] as const).flatMap((field) => (settings[field] === null ? [] : [`  ${field}: ${settings[field]}`])),
      ];
      const { models: members } = find(name);
      return { name, text: `${first}\ncollection: ${name}\n\n${members.flatMap(facts).join('\n')}\n\nend: ${members.length} models\n` };
    },
    collections_read: ({ text, name }: { text: string; name?: string }) => read(text, name),
    collections_import: ({ text, name }: { text: string; name?: string }) => {
      const view = read(text, name);
      if (view.name_fault) throw view.name_fault;
      return keep(view.name, named(view.name, view.models));
    },
    collections_offered: () => offered.filter((one) => !all.some((made) => made.name === one.name)),
  };
}
