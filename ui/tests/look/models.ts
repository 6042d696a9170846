/** The double's models with everything that a list marks: favourites, new ones, gone ones, hidden ones, and what is known of them. */
import type { ModelView, RecommendationView } from '@/generated/contract';

const day = 86_400_000;
const basis = { en: 'The provider’s terms of 2026 forbid sexual content and its models refuse it.', id: 'Ketentuan penyedia tahun 2026 melarang konten seksual dan modelnya menolaknya.' };

/** The same models, some of them marked; two more that are special. */
export function withMarks(models: readonly ModelView[], now: number): ModelView[] {
  const marks: Record<string, Partial<ModelView>> = {
    'openrouter/claude-opus-4.6': {
      favourite: true,
      speed: { tokens_per_second: 62, first_token_ms: 840, answers: 41 },
      content: { tag: 'filtered', source: 'provider', date: '2026-10-12', basis },
      price_date: now - 3 * day,
    },
    'openrouter/gemini-3-pro': { is_new: true, first_seen: now - day },
    'openrouter/deepseek-v3.2': { favourite: true, price_source: 'own', price_date: now - 40 * day, content: { tag: 'adult-capable', source: 'own', date: '2026-11-02', basis: null } },
    'openrouter/glm-4.6-free-': { retires_on: '2026-12-12' },
    'openrouter/mystery-preview': { hidden: true, price_source: 'unknown' },
    'ollama/mistral-nemo': { content: { tag: 'unfiltered', source: 'place', date: null, basis: null }, price_source: 'local', speed: { tokens_per_second: 18, first_token_ms: null, answers: 1 } },
  };
  const all = models.map((model) => ({ ...model, ...marks[model.id] }));
  const like = models[0];
  if (!like) return all;
  const gone: ModelView = { ...like, id: 'openrouter/old/quill-1', name: 'Quill 1', gone_since: now - 9 * day, available: false, reason: 'gone' };
  return [...all.slice(0, 6), gone, ...all.slice(6)];
}

/** What the engine would recommend of them. */
export function someRecommended(): RecommendationView[] {
  return [
    { task: 'prose', model: 'openrouter/claude-opus-4.6', why: [{ kind: 'context', tokens: 200_000 }, { kind: 'price', per_million: '13' }, { kind: 'reasoning' }, { kind: 'speed', tokens_per_second: 62, answers: 41 }, { kind: 'favourite' }] },
    { task: 'chat', model: 'openrouter/deepseek-v3.2', why: [{ kind: 'price', per_million: '0.31' }, { kind: 'context', tokens: 163_840 }] },
    { task: 'summarise', model: 'openrouter/deepseek-v3.2', why: [{ kind: 'context', tokens: 163_840 }, { kind: 'price', per_million: '0.28' }] },
    { task: 'chat', model: 'ollama/llama3.2:8b', why: [{ kind: 'local' }] },
  ];
}
