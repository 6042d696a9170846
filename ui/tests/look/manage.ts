/** What the double's writer says of models: kept in memory, so that what is hidden, named and priced is seen at once. */
import type { FeatureDefaultView, ModelsEditRequest, ModelsView, ModelView, OwnPrice, PriceBookView, RefusalsView } from '@/generated/contract';

type Said = Partial<Pick<ModelView, 'hidden' | 'favourite' | 'own_name' | 'content' | 'price' | 'price_source' | 'price_date'>>;

const nothing = { input: null, output: null, cache_read: null, cache_write: null };
const highest = (own: OwnPrice) => (own.kind === 'known' ? Math.max(Number(own.input), Number(own.output)) * (own.per === 'thousand' ? 1000 : 1) : 0);
const text = (amount: string | null | undefined, per: number) => (amount ? String(Number(amount) * per) : null);

/** The commands about models that change something, and what they make of a list. */
export function manageCommands(makeModel: (connection: string, id: string) => ModelView) {
  const said = new Map<string, Said>();
  const byHand: ModelView[] = [];
  const forgotten = new Set<string>();
  let order: string[] = [];
  let features: FeatureDefaultView[] = [];
  let adult = false;
  let visited: number | null = Date.now() - 3 * 86_400_000;
  let seen = false;
  let book: PriceBookView = { source: 'bundled', date: Date.now() - 20 * 86_400_000, age_days: 20 };

  function note(id: string, more: Said): void {
    said.set(id, { ...said.get(id), ...more });
  }
  function price(id: string, own: OwnPrice): void {
    if (own.kind === 'clear') {
      const rest = { ...said.get(id) };
      delete rest.price;
      delete rest.price_source;
      delete rest.price_date;
      said.set(id, rest);
      return;
    }
    const per = own.kind === 'known' && own.per === 'thousand' ? 1000 : 1;
    const known = own.kind === 'known' ? { state: 'known' as const, input: text(own.input, per), output: text(own.output, per), cache_read: text(own.cache_read, per), cache_write: text(own.cache_write, per) } : { state: 'free' as const, ...nothing };
    note(id, { price: known, price_source: 'own', price_date: Date.now() });
  }

  return {
    /** The list with all that was said. */
    models: (list: ModelView[]): ModelView[] => {
      const all = [...list, ...byHand]
        .filter((model) => !forgotten.has(model.id))
        .map((model) => {
          const own = said.get(model.id);
          const placed = order.includes(model.id);
          return own || seen || placed ? { ...model, ...own, name: own?.own_name ?? model.name, placed, is_new: model.is_new && !seen } : model;
        });
      const place = (model: ModelView) => (order.includes(model.id) ? order.indexOf(model.id) : order.length);
      return order.length ? all.toSorted((a, b) => place(a) - place(b)) : all;
    },
    /** The rest of the answer. */
    facts: (): Pick<ModelsView, 'feature_defaults' | 'visited_at' | 'price_book' | 'adult_mode'> => ({ feature_defaults: features, visited_at: visited, price_book: book, adult_mode: adult }),
    commands: {
      models_edit: (request: ModelsEditRequest) => {
        const { models, price: own } = request;
        if (own && !request.confirmed && highest(own) > 1000) return { changed: 0, question: { per_million: String(highest(own)), asked_above: '1000' } };
        for (const id of models) {
          if (request.forget) {
            said.delete(id);
            forgotten.add(id);
          }
          if (request.hidden !== undefined) note(id, { hidden: request.hidden });
          if (request.favourite !== undefined) note(id, { favourite: request.favourite });
          if (request.name !== undefined) note(id, { own_name: request.name || null });
          if (request.content !== undefined) note(id, { content: request.content ? { tag: request.content as 'filtered', source: 'own', date: '2026-11-21', basis: null } : null });
          if (own) price(id, own);
        }
        return { changed: models.length, question: null };
      },
      models_order: ({ models }: { models: string[] }) => {
        order = models;
        return {};
      },
      models_add: ({ model }: { model: string }) => {
        const at = model.indexOf('/');
        byHand.push(makeModel(model.slice(0, at), model.slice(at + 1)));
        return {};
      },
      models_visited: () => {
        visited = Date.now();
        seen = true;
        return {};
      },
      models_feature_default: ({ feature, model }: { feature: FeatureDefaultView['feature']; model?: string }) => {
        features = [...features.filter((one) => one.feature !== feature), ...(model ? [{ feature, model }] : [])];
        return {};
      },
      models_adult_mode: ({ on }: { on: boolean }) => {
        adult = on;
        return {};
      },
      models_refusals: (): RefusalsView => ({
        since: Date.now() - 365 * 86_400_000,
        models: [
          { name: 'openrouter/claude-sonnet-4.5', days_30: { answers: 212, withheld: 3, refused: 1 }, days_365: { answers: 1840, withheld: 11, refused: 4 } },
          { name: 'openrouter/gemini-3-pro', days_30: { answers: 40, withheld: 0, refused: 0 }, days_365: { answers: 96, withheld: 2, refused: 0 } },
          { name: 'ollama/llama3.2:8b', days_30: { answers: 77, withheld: 0, refused: 0 }, days_365: { answers: 77, withheld: 0, refused: 0 } },
        ],
        providers: [
          { name: 'openrouter', days_30: { answers: 252, withheld: 3, refused: 1 }, days_365: { answers: 1936, withheld: 13, refused: 4 } },
          { name: 'ollama', days_30: { answers: 77, withheld: 0, refused: 0 }, days_365: { answers: 77, withheld: 0, refused: 0 } },
        ],
      }),
      prices_refresh: () => (book = { source: 'fetched' as const, date: Date.now(), age_days: 0 }),
    },
  };
}
