/** The double's collections: kept in memory, so that what is made, ordered and deleted is seen at once. */
import type { CollectionView, MemberView } from '@/generated/contract';

const member = (id: string): MemberView => ({
  id,
  name: id.slice(id.indexOf('/') + 1),
  available: true,
  reason: null,
  settings: { temperature: null, max_tokens: null, reasoning: null },
});

const named = (name: string, models: string[] = []): CollectionView => ({
  name,
  models: models.map(member),
  default: false,
  answers: models[0] ?? null,
  updated_at: Date.now(),
});

/** The commands about models and collections that change something. */
export function collectionCommands() {
  let all: CollectionView[] = [];
  const find = (name: string): CollectionView => all.find((one) => one.name === name) ?? named(name);
  const keep = (was: string, view: CollectionView): CollectionView => {
    const now = { ...view, answers: view.models[0]?.id ?? null };
    all = all.some((one) => one.name === was) ? all.map((one) => (one.name === was ? now : one)) : [...all, now];
    return now;
  };
  return {
    models_edit: (request: { models: string[] }) => ({ changed: request.models.length, question: null }),
    models_order: () => ({}),
    models_add: () => ({}),
    models_visited: () => ({}),
    models_replace: () => ({ collections: 1, conversations: 3, connections: 0, features: 0, default_model: true }),
    models_feature_default: () => ({}),
    models_adult_mode: () => ({}),
    models_recommended: () => [],
    models_refusals: () => ({ since: Date.now() - 365 * 86_400_000, models: [], providers: [] }),
    prices_refresh: () => ({ source: 'fetched' as const, date: Date.now(), age_days: 0 }),
    collections_list: () => all,
    collections_create: ({ name }: { name: string }) => keep(name, named(name)),
    collections_rename: ({ name, to }: { name: string; to: string }) => keep(name, { ...find(name), name: to }),
    collections_delete: ({ name }: { name: string }) => {
      all = all.filter((one) => one.name !== name);
      return { deleted: name, unset: [] };
    },
    collections_add: ({ name, models }: { name: string; models: string[] }) =>
      keep(name, { ...find(name), models: [...find(name).models, ...models.map(member)] }),
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
    collections_export: ({ name }: { name: string }) => ({
      name,
      text: `# An Inkhorn collection, form 1. It holds names of models and no keys.\ncollection: ${name}\n\nend: 0 models\n`,
    }),
    collections_import: ({ name }: { name?: string }) => keep(name ?? 'Imported', named(name ?? 'Imported')),
    collections_offered: () => [],
  };
}
