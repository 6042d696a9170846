// Where a model was replaced, in words.

import type { ModelsReplacedView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

const counted = ['collections', 'conversations', 'prompts', 'assistants', 'features', 'connections'] as const;

/** Words about a replacement. */
export function useReplacedWords() {
  const { t, count, language } = useWords();
  return {
    /**
     * One sentence: `Haiku took its place: in 2 collections and as your default model.` And where a collection took the
     * place, in how many collections the old one still stands.
     */
    told(view: ModelsReplacedView, from: string, to: string, stays = 0): string {
      const places = counted.filter((place) => view[place] > 0).map((place) => t(`manage.replaced.${place}`, { n: count(view[place]) }, view[place]));
      if (view.default_model) places.push(t('manage.replaced.default_model'));
      const still = stays > 0 ? t('manage.replaced.stays', { name: from, n: count(stays) }, stays) : '';
      if (places.length === 0) return still || t('manage.replaced.nowhere', { name: from });
      const where = t('manage.replaced.where', { name: to, places: new Intl.ListFormat(language.value, { type: 'conjunction' }).format(places) });
      return [where, still].filter(Boolean).join(' ');
    },
  };
}
