// From a connection that works to the first sentence: its model is chosen, or the writer is asked which one.

import type { ConnectionView, ModelView } from '@/generated/contract';
import { useChosenModel, useSelector } from '@/features/models';
import { useDoor } from '@/host/door';
import { useWords } from '@/shared/useWords';

/** The models of a connection that can write. Pure. */
export function writersOf(models: readonly ModelView[], slug: string): ModelView[] {
  return models.filter((model) => model.connection === slug && model.available && !model.capabilities.includes('embeddings'));
}

/** Chooses the only model, or opens the selector; asks nothing where there is nothing to choose from. */
export function useFirstModel() {
  const door = useDoor();
  const { t } = useWords();
  const { chooseForNext } = useChosenModel();
  const { openSelector } = useSelector();

  return async (connection: ConnectionView): Promise<void> => {
    const list = await door.invoke('models_list', {}).catch(() => undefined);
    const writers = list ? writersOf(list.models, connection.slug) : [];
    const [only] = writers;
    if (only && writers.length === 1) {
      chooseForNext(only.id);
      return;
    }
    // A connection that was kept untested lists nothing yet: the Desk asks for a model itself.
    if (list && writers.length === 0) return;
    openSelector({ current: undefined, purpose: t('start.pick', { name: connection.label }), choose: chooseForNext });
  };
}
