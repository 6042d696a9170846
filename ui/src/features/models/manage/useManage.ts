// What a writer does with models on their page. What can be turned round happens at once and offers its way back; what
// cannot waits ten seconds.

import { computed } from 'vue';
import type { ModelsEditRequest, ModelView } from '@/generated/contract';
import { announce } from '@/shared/announce';
import { useDeed } from '@/shared/ask';
import { doSoon, offerBack, useUndo } from '@/shared/undo';
import { useWords } from '@/shared/useWords';
import { useModels } from '../useModels';
import { orderAfter, type Target } from './order';

type Change = Omit<ModelsEditRequest, 'models'>;

/** The models by what a fact of theirs was, so that each gets its own back. Pure. */
export function groupedBy<T>(models: readonly ModelView[], fact: (model: ModelView) => T): Map<T, string[]> {
  const groups = new Map<T, string[]>();
  for (const model of models) {
    const was = fact(model);
    const group = groups.get(was);
    if (group) group.push(model.id);
    else groups.set(was, [model.id]);
  }
  return groups;
}

/** Changes to models, one or many, and how they stand. */
export function useManage() {
  const { t, count } = useWords();
  const { data, find } = useModels();
  const edit = useDeed('models_edit', ['models']);
  const order = useDeed('models_order', ['models']);
  const visited = useDeed('models_visited', ['models']);
  const { waiting, hidden } = useUndo();

  const known = (ids: Iterable<string>) => [...ids].flatMap((id) => find(id) ?? []);
  const told = (what: string, n: number) => t(`manage.did.${what}`, { n: count(n) }, n);
  const change = async (ids: readonly string[], what: Change) => (ids.length === 0 ? undefined : edit.run({ models: [...ids], ...what }));

  /** Does something to models that can be turned round: those that it changes are offered their way back. */
  async function turn(ids: Iterable<string>, what: 'hidden' | 'favourite' | 'content', to: boolean | string, sentence: string): Promise<void> {
    const was = (model: ModelView): boolean | string => (what === 'content' ? (model.content?.source === 'own' ? model.content.tag : '') : model[what]);
    const touched = known(ids).filter((model) => was(model) !== to);
    if (touched.length === 0) return;
    const before = groupedBy(touched, was);
    if (!(await change(touched.map((model) => model.id), { [what]: to }))) return;
    const done = told(sentence, touched.length);
    announce(done);
    const back = async () => {
      for (const [fact, models] of before) await change(models, { [what]: fact });
    };
    offerBack({ id: `models-${what}`, told: done, back: () => void back() });
  }

  return {
    failure: computed(() => edit.failure.value ?? order.failure.value),
    running: computed(() => edit.running.value || order.running.value),
    /** Changes facts; what comes back may be a question. */
    change,
    hide: (ids: Iterable<string>, on: boolean) => turn(ids, 'hidden', on, on ? 'hidden' : 'shown'),
    favour: (ids: Iterable<string>, on: boolean) => turn(ids, 'favourite', on, 'changed'),
    tag: (ids: Iterable<string>, tag: string) => turn(ids, 'content', tag, 'changed'),
    /** Forgets them in ten seconds; until then they are out of sight. */
    forget(ids: Iterable<string>): void {
      const models = known(ids).map((model) => model.id);
      if (models.length === 0) return;
      const done = told('forgotten', models.length);
      announce(done);
      doSoon({ id: `models-forget:${models.join('\n')}`, told: done, happen: () => void change(models, { forget: true }) });
    },
    /** The models that are about to be forgotten. */
    leaving: computed(() => {
      const ids = waiting.filter((deed) => deed.id.startsWith('models-forget:') && hidden(deed.id)).flatMap((deed) => deed.id.slice('models-forget:'.length).split('\n'));
      return new Set(ids);
    }),
    /** Puts a model before or behind another one of its connection. */
    async move(id: string, target: Target): Promise<boolean> {
      const model = find(id);
      if (!model) return false;
      const all = (data.value?.models ?? []).filter((one) => one.connection === model.connection);
      const models = orderAfter(all, id, target);
      if (!models || !(await order.run({ connection: model.connection, models }))) return false;
      announce(t('manage.moved', { name: model.name, place: count(models.indexOf(id) + 1), label: model.connection_label }));
      return true;
    },
    /** The provider's order again. */
    async orderBack(connection: string, label: string): Promise<void> {
      if (await order.run({ connection, models: [] })) announce(t('manage.order_back_done', { name: label }));
    },
    /** What is listed up to now is new no more. */
    see: () => visited.run({}),
  };
}
